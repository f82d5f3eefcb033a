import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { IS_OVER } from './lib/ci/ci-issue.ts';
import { CI_MEMORY, CiMemory, ciMarker, type Failure } from './lib/ci/ci-memory.ts';
import { askForge } from './lib/forge-reading.ts';
import { counted } from './lib/markdown-text.ts';
import { readState } from './lib/state-file.ts';

/** Holds the memory against GitHub: each failure that people were told of has its issue, which says how it stands. */
export default defineScript({
  summary: 'Checks that each failure of CI in the memory has its issue on GitHub, which says how it stands.',
  input: z.strictObject({ path: z.string().default(CI_MEMORY).describe('The file that remembers the failures') }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { path }) {
    const memory = await readState(context, path, CiMemory);
    const told = (memory?.failures ?? []).filter(({ issue }) => issue !== null);
    for (const failure of told) {
      const { issue, fingerprint, state } = failure;
      const reading = await askForge(context, () => context.forge.issues.get({ number: issue ?? 1 }));
      if ('unavailable' in reading) return context.skip(reading.unavailable);
      // A person may have deleted it, closed it or opened it again: what counts is what it says.
      if ('refused' in reading) continue;
      const { body } = reading.value;
      if (!body.includes(`<!-- steward:${ciMarker(fingerprint)} -->`))
        return { ok: false, reason: `issue ${issue} is not about ${fingerprint}` };
      if (body.includes(IS_OVER) !== (state === 'green'))
        return { ok: false, reason: `issue ${issue} does not say whether ${failure.workflow} still fails` };
    }
    const failing = told.filter(isFailing).length;
    return { ok: true, reason: `${counted(told.length, 'failure')} told on GitHub, ${failing} of them still there` };
  },
});

const isFailing = ({ state }: Failure): boolean => state === 'failing';
