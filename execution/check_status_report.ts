import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { AGENT_AUTHOR } from './lib/commit-history.ts';
import { readReportBody } from './lib/report-file.ts';

/**
 * Compares the page with the repository, not with what the step said: it must name the newest commit that someone else
 * than the agent made, and each commit that it names must exist.
 */
export default defineScript({
  summary: 'Checks that the status page speaks of the newest commit, and only of commits that exist.',
  input: z.strictObject({
    file: z.string().default('knowledge/reports/status.md').describe('The page to check'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { file }) {
    const page = await readReportBody(context, file);
    if (page === undefined) return { ok: false, reason: `${file} does not exist` };
    const newest = await newestByOthers(context);
    if (newest !== undefined && !page.includes(newest.slice(0, 10)))
      return { ok: false, reason: `${file} does not name the newest commit ${newest.slice(0, 10)}` };
    const named = [...new Set([...page.matchAll(/`([0-9a-f]{10})`/g)].map(([, id = '']) => id))];
    for (const id of named) {
      if (!(await isCommit(context, id))) return { ok: false, reason: `${file} names ${id}, which is no commit here` };
    }
    return { ok: true, reason: `${file} names ${newest?.slice(0, 10) ?? 'no commit'}, the newest there is` };
  },
});

async function newestByOthers(context: ScriptContext): Promise<string | undefined> {
  const log = await context.git(['log', '--no-merges', '--max-count=2000', '--format=%H%x00%aN', 'HEAD']);
  const lines = log.split('\n').map((line) => line.split('\0'));
  return lines.find(([id, author]) => id !== '' && author !== AGENT_AUTHOR)?.[0];
}

async function isCommit(context: ScriptContext, id: string): Promise<boolean> {
  return context.git(['cat-file', '-t', id]).then(
    (type) => type.trim() === 'commit',
    () => false,
  );
}
