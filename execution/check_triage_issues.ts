import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { askForge } from './lib/forge-reading.ts';
import { counted } from './lib/markdown-text.ts';
import { readState } from './lib/state-file.ts';
import { TRIAGE_MEMORY, TriageMemory } from './lib/triage/triage-memory.ts';

/** So many are asked for, the newest. */
const LOOKED_AT = 10;

/** Asks GitHub for the issues that got a label: it is one of the list, and was really set, even if somebody took it off. */
export default defineScript({
  summary: 'Checks that issues which were labelled have had their label, and that it is one of the list.',
  input: z.strictObject({
    labels: z.array(z.string()).min(1).describe('The labels that may be set'),
    path: z.string().default(TRIAGE_MEMORY).describe('The file that remembers what was looked at'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { labels, path }) {
    const memory = await readState(context, path, TriageMemory);
    if (!memory) return { ok: false, reason: `${path} is not there` };
    const labelled = memory.issues.filter(({ label }) => label !== null).slice(-LOOKED_AT);
    for (const { number, label } of labelled) {
      const name = label ?? '';
      if (!labels.some((each) => each.toLowerCase() === name.toLowerCase()))
        return { ok: false, reason: `#${number} got ${name}, which is not of the list` };
      const history = await askForge(context, () => context.forge.issues.label_history({ number }));
      if ('unavailable' in history) return context.skip(history.unavailable);
      // An issue that was deleted or moved has no history any more.
      if ('refused' in history) continue;
      if (!history.value.some((event) => event.is_set && event.label === name))
        return { ok: false, reason: `#${number} never had the label ${name}` };
    }
    return { ok: true, reason: `${counted(labelled.length, 'issue')} looked at again, each with a label of the list` };
  },
});
