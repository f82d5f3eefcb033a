import { join } from 'node:path';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { linkPlaces } from './lib/links/link-places.ts';
import { counted } from './lib/markdown-text.ts';
import { readIfThere } from './lib/report-file.ts';

const TIMEOUT_MS = 15_000;

/**
 * Looks at what was merged: no page still has an old address, and the new ones lead somewhere. A page or an address that
 * people took out since is no mistake, nor is a server that is in trouble today.
 */
export default defineScript({
  summary: 'Checks that pages have the new addresses in place of the old ones, and that these answer.',
  input: z.strictObject({
    pages: z.array(z.string()).max(1000).describe('Pages that were changed'),
    from: z.array(z.string()).max(50).describe('Addresses that were replaced'),
    to: z.array(z.string()).max(50).describe('Addresses in their place'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { pages, from, to }) {
    for (const page of pages) {
      const text = (await readIfThere(join(context.workspace, page))) ?? '';
      const left = linkPlaces(text).find(({ url }) => from.includes(url));
      if (left) return { ok: false, reason: `${page}:${left.line} still leads to ${left.url}` };
    }
    for (const url of new Set(to)) {
      const problem = await problemOf(context, url);
      if (problem) return { ok: false, reason: `${url}, a new address, ${problem}` };
    }
    return {
      ok: true,
      reason: `${counted(to.length, 'new address', 'new addresses')} in ${counted(pages.length, 'page')}`,
    };
  },
});

async function problemOf(context: ScriptContext, url: string): Promise<string | undefined> {
  try {
    const { status } = await context.fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    return [404, 410].includes(status) ? `answers ${status}` : undefined;
  } catch (error) {
    context.log(`${url}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
