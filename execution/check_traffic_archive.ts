import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { readCsv } from './lib/csv-file.ts';
import { askForge } from './lib/forge-reading.ts';
import { counted, dayOf } from './lib/markdown-text.ts';
import { differenceFrom, holesIn, TRAFFIC_COLUMNS, TRAFFIC_FILE } from './lib/traffic/traffic-days.ts';

/** Asks GitHub again and holds the file against it: each day once and in order, with the numbers that GitHub tells. */
export default defineScript({
  summary: 'Checks that the archive of views and clones has every day once and agrees with GitHub.',
  input: z.strictObject({ path: z.string().default(TRAFFIC_FILE).describe('The file with a row for each day') }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { path }) {
    const rows = await readCsv(context, path, TRAFFIC_COLUMNS);
    if (rows.length === 0) return { ok: false, reason: `${path} has no rows` };
    const [hole] = holesIn(rows);
    if (hole !== undefined) return { ok: false, reason: `${path} is not whole before ${hole.slice(0, 20)}` };
    const reading = await askForge(context, () => context.forge.traffic.get({}));
    if (!('value' in reading)) return context.skip('refused' in reading ? reading.refused : reading.unavailable);
    const wrong = differenceFrom(rows, reading.value, dayOf(context.clock.now()));
    if (wrong !== undefined) return { ok: false, reason: wrong };
    return { ok: true, reason: `${path} has ${counted(rows.length, 'day')} and agrees with GitHub` };
  },
});
