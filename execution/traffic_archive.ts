import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { csvText, readCsv } from './lib/csv-file.ts';
import { askForge } from './lib/forge-reading.ts';
import { dayOf } from './lib/markdown-text.ts';
import { writeIfChanged } from './lib/state-file.ts';
import { mergeDays, TRAFFIC_COLUMNS, TRAFFIC_FILE } from './lib/traffic/traffic-days.ts';
import { addSnapshot, SOURCE_COLUMNS, SOURCES_FILE } from './lib/traffic/traffic-sources.ts';

const TOKEN_NEEDED =
  'GitHub shows traffic only to a token with `administration: read`, which GITHUB_TOKEN can not have: put a fine-grained token or an App token into the secret STEWARD_TOKEN';

/** GitHub forgets visitors after 14 days; this is what remembers them. */
export default defineScript({
  summary: 'Keeps the daily views and clones of the repository in a CSV file, before GitHub forgets them.',
  input: z.strictObject({
    path: z.string().default(TRAFFIC_FILE).describe('The file with a row for each day'),
    sources: z.string().default(SOURCES_FILE).describe('The file with weekly snapshots of referrers and paths'),
  }),
  output: z.object({
    path: z.string(),
    changed: z.boolean(),
    days: z.int(),
    unknown_days: z.int(),
    views: z.int().describe('In the last 14 days'),
    clones: z.int(),
    sources_changed: z.boolean(),
  }),
  async run(context, { path, sources }) {
    const reading = await askForge(context, () => context.forge.traffic.get({}));
    if ('unavailable' in reading) return context.skip(reading.unavailable);
    if ('refused' in reading) return context.skip(`${TOKEN_NEEDED} (${reading.refused.slice(0, 150)})`);
    const traffic = reading.value;
    const today = dayOf(context.clock.now());
    const rows = mergeDays(await readCsv(context, path, TRAFFIC_COLUMNS), traffic, today);
    const snapshots = addSnapshot(await readCsv(context, sources, SOURCE_COLUMNS), traffic, today);
    const changed = await writeIfChanged(context, path, csvText(TRAFFIC_COLUMNS, rows));
    const hasSources = snapshots.length > 0;
    return {
      path,
      changed,
      days: rows.length,
      unknown_days: rows.filter(({ views }) => views === '').length,
      views: traffic.views.count,
      clones: traffic.clones.count,
      sources_changed: hasSources && (await writeIfChanged(context, sources, csvText(SOURCE_COLUMNS, snapshots))),
    };
  },
});
