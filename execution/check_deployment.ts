import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { awaitDeployment, getDeployment, isOver } from './lib/vercel/vercel-deployment.ts';
import { VERCEL } from './lib/vercel/vercel-place.ts';

/** Asks Vercel itself. A deployment's own address may want a login, and the site's shows the old pages after a failure. */
export default defineScript({
  summary: 'Checks that a deployment at Vercel is ready, and with --prod that the addresses of the project lead to it.',
  input: z.strictObject({
    id: z
      .string()
      .regex(/^[\w-]{0,100}$/, 'the id of a deployment')
      .describe('The deployment; empty where none was made'),
    reason: z.string().default('').describe('Why none was made, or why it failed'),
    prod: z.boolean().default(false).describe('It must be what the project shows'),
    ...VERCEL,
    polls: z.int().min(1).max(60).default(10).describe('How often the state is asked for'),
    poll_ms: z.int().min(0).max(60_000).default(5000).describe('Pause before each time'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { id, reason, prod, team, api, polls, poll_ms }) {
    if (id === '') return { ok: false, reason: reason || 'there is no deployment' };
    const token = context.secrets.VERCEL_TOKEN?.trim();
    if (!token) return context.skip('there is no VERCEL_TOKEN to look with');
    const access = { api: api.replace(/\/+$/, ''), token, ...(team === undefined ? {} : { team }) };
    const first = await getDeployment(context, access, id);
    if ('kind' in first) {
      if (first.kind === 'refused') return { ok: false, reason: `${id}: ${first.reason}` };
      return context.skip(`nothing is known of ${id}: ${'reason' in first ? first.reason : first.kind}`);
    }
    const from = { deployment: first, tries: polls - 1, pauseMs: poll_ms, isProduction: prod };
    const deployment = await awaitDeployment(context, access, from);
    if (!isOver(deployment, prod)) return context.skip(`${id} is still ${deployment.state}`);
    const ok = deployment.state === 'READY';
    const where = prod ? ` at ${deployment.aliases[0] ?? deployment.host}` : '';
    return {
      ok,
      reason: ok ? `${id} is ready${where}` : `${id} is ${deployment.state}: ${deployment.error || reason}`,
    };
  },
});
