import { join } from 'node:path';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { readKeptIssues } from './lib/kept-issues.ts';
import { counted } from './lib/markdown-text.ts';
import { readOwnerFile } from './lib/owner-file.ts';
import { readIfThere, readReportBody } from './lib/report-file.ts';
import { readState } from './lib/state-file.ts';
import { type HistoryRow, historyFile, parseHistory } from './lib/threshold/number-history.ts';
import { THRESHOLD_PAGE, thresholdMarker } from './lib/threshold/threshold-page.ts';
import { THRESHOLD_STATE, ThresholdState } from './lib/threshold/threshold-state.ts';
import { sideOf, WATCHES_FILE, type Watch } from './lib/threshold/watched-number.ts';

/**
 * Works out again from the history which numbers are outside, and holds that against what was decided, against the page,
 * and against the issues that are open on GitHub. The sources are not asked again: their next number may be another.
 */
export default defineScript({
  summary: 'Checks that histories, page and open issues on GitHub agree about which numbers are outside their limits.',
  input: z.strictObject({
    file: z.string().default(THRESHOLD_PAGE).describe('The page to check'),
    untold: z
      .int()
      .min(0)
      .default(0)
      .describe('Crossings that GitHub could not be told: then its issues are not compared'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { file, untold }) {
    const page = await readReportBody(context, file);
    if (page === undefined) return { ok: false, reason: `${file} does not exist` };
    const state = await readState(context, THRESHOLD_STATE, ThresholdState);
    if (!state) return { ok: false, reason: `${THRESHOLD_STATE} can not be read` };
    const watches = (await readOwnerFile(context, WATCHES_FILE))?.entries ?? [];
    for (const watch of watches) {
      const rows = parseHistory(await readIfThere(join(context.workspace, historyFile(watch.name))));
      const problem = rows && state.watches[watch.name] && historyProblem(watch, rows, state);
      if (problem) return { ok: false, reason: `${historyFile(watch.name)} ${problem}` };
    }
    const outside = Object.entries(state.watches).flatMap(([name, { side }]) => (side === 'inside' ? [] : [name]));
    const said = page.match(/\*\*(?:above|below)\*\* since /g)?.length ?? 0;
    if (said !== outside.length)
      return { ok: false, reason: `${file} calls ${said} outside where ${outside.length} are` };
    const known = `${file} names ${counted(outside.length, 'number')} outside, as the histories do`;
    if (untold > 0) return { ok: true, reason: `${known}; GitHub could not be told of ${untold}` };
    return compareIssues(context, outside, known);
  },
});

function historyProblem(watch: Watch, rows: readonly HistoryRow[], state: ThresholdState): string | undefined {
  if (rows.some(({ time }, index) => index > 0 && time < (rows[index - 1]?.time ?? '')))
    return 'is not in order of time';
  const last = rows.findLast(({ value }) => value !== undefined)?.value;
  const { side, crossing } = state.watches[watch.name] ?? { side: 'inside' };
  if (last === undefined) return side === 'inside' ? undefined : `holds no number, and ${watch.name} is called ${side}`;
  // Whoever changes the limits sees the next run decide by them.
  const isOfOldLimits = crossing && ![watch.above, watch.below].includes(crossing.limit);
  const expected = sideOf(watch, last, side);
  return expected === side || isOfOldLimits ? undefined : `ends ${expected}, and ${watch.name} is called ${side}`;
}

async function compareIssues(
  context: ScriptContext,
  outside: readonly string[],
  known: string,
): Promise<{ ok: boolean; reason: string }> {
  const issues = await readKeptIssues(context, 'threshold:');
  if ('unavailable' in issues) return { ok: true, reason: `${known}; ${issues.unavailable}` };
  const markers = outside.map(thresholdMarker);
  for (const [marker, { number, state }] of issues.byMarker)
    if (state === 'open' && !markers.includes(marker))
      return { ok: false, reason: `issue ${number} is open, and its number is not outside` };
  // A person may have closed it: it is there all the same.
  const missing = outside.find((name) => !issues.byMarker.has(thresholdMarker(name)));
  if (missing) return { ok: false, reason: `there is no issue about ${missing}, which is outside` };
  return { ok: true, reason: `${known}, and the open issues on GitHub are the same` };
}
