import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { ifAnswered } from './lib/forge-reading.ts';
import { githubPart } from './lib/page-parts.ts';
import { readReportBody } from './lib/report-file.ts';

/** What was opened a moment ago need not be on the page yet. */
const NEW_MS = 10 * 60_000;

/**
 * Compares the part of the page that GitHub told with GitHub, one thing at a time: whatever it lists must be there, and
 * open unless that changed just now, and the pull request that waits longest must be on it.
 */
export default defineScript({
  summary: 'Checks the pull requests and issues on the status page against GitHub.',
  input: z.strictObject({
    file: z.string().default('knowledge/reports/status.md').describe('The page to check'),
    github: z.enum(['read', 'kept', 'none']).default('read').describe('Whether the page is fresh in this'),
    sampled: z.int().min(1).max(50).default(5).describe('How many of the numbers are looked up'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { file, github, sampled }) {
    if (github !== 'read') return { ok: true, reason: `GitHub was not read (${github})` };
    const page = await readReportBody(context, file);
    if (page === undefined) return { ok: false, reason: `${file} does not exist` };
    const text = githubPart(page);
    const isNew = (time: string) => context.clock.now().getTime() - Date.parse(time) < NEW_MS;
    const pulls = await ifAnswered(context, () => context.forge.pulls.list({ state: 'open', limit: 1000 }));
    const longest = pulls?.toSorted((a, b) => a.number - b.number)[0];
    if (longest && !isNew(longest.created) && !text.includes(`[#${longest.number}](`))
      return { ok: false, reason: `${file} does not name #${longest.number}, the pull request that waits longest` };
    const numbers = [...text.matchAll(/^\| \[#(\d+)\]/gm)].map(([, number]) => Number(number)).slice(0, sampled);
    for (const number of numbers) {
      const item = await ifAnswered(context, () => context.forge.issues.get({ number }));
      if (item?.state === 'closed' && !isNew(item.updated))
        return { ok: false, reason: `${file} lists #${number} as open, and it is closed` };
    }
    return { ok: true, reason: `${numbers.length} of the numbers on ${file} are open on GitHub` };
  },
});
