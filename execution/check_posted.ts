import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { publicAddress } from './lib/social/public-post.ts';
import { NETWORKS } from './lib/social/queue-file.ts';
import { askWeb } from './lib/web-request.ts';

/** Asks as any reader could, without a login. */
export default defineScript({
  summary: 'Checks that the posts of a run can be seen on their network.',
  input: z.strictObject({
    network: z.enum(NETWORKS),
    service: z.url({ protocol: /^https?$/ }).describe('The server that has the account'),
    posted: z.array(z.string().max(500)).default([]).describe('Addresses of the posts'),
    trouble: z.string().default('').describe('What kept others from going out'),
    is_denied: z.boolean().default(false).describe('The network does not let the account in'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { network, service, posted, trouble, is_denied }) {
    if (is_denied) return { ok: false, reason: `the account is not let in: ${trouble}` };
    const unclear: string[] = [];
    for (const address of posted) {
      const url = publicAddress(network, service, address);
      if (url === undefined) return { ok: false, reason: `${address} is no address of a post on ${network}` };
      const answer = await askWeb(context, { url, types: ['application/json'] });
      const isGone = answer.kind === 'refused' && [400, 404, 410].includes(answer.status);
      if (isGone) return { ok: false, reason: `${address} is not there: ${answer.reason}` };
      if (answer.kind !== 'answer') unclear.push(`${address}: ${answer.reason}`);
    }
    if (unclear.length > 0) return context.skip(`can not be told: ${unclear.join('; ').slice(0, 300)}`);
    if (posted.length === 0)
      return { ok: true, reason: trouble === '' ? 'nothing was due' : `nothing was posted: ${trouble}` };
    return { ok: true, reason: `${posted.length} on ${network}, seen without a login` };
  },
});
