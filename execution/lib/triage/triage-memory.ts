import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What was looked at, so that nobody is asked twice and no model judges the same text again. */
export const Looked = z.object({
  number: z.int(),
  /** Of title and text: somebody who changes them is heard again. */
  text: z.string(),
  label: z.string().nullable(),
  /** `nobody`: the rules did not know, and no model answered; it is asked again. `others`: it was not for the agent to say. */
  by: z.enum(['rules', 'model', 'nobody', 'others']),
  /** Its author got the one comment. */
  told: z.boolean(),
});
export type Looked = z.infer<typeof Looked>;

export const TriageMemory = z.object({ issues: z.array(Looked) });
export type TriageMemory = z.infer<typeof TriageMemory>;
export const TRIAGE_MEMORY = 'knowledge/state/triage.json';

const KEPT = 1000;

export const textOf = ({ title, body }: { title: string; body: string }): string =>
  createHash('sha256')
    .update(JSON.stringify([title, body]))
    .digest('hex')
    .slice(0, 12);

/** With what is new; the highest numbers stay. */
export function remember({ issues }: TriageMemory, fresh: readonly Looked[]): TriageMemory {
  const all = new Map([...issues, ...fresh].map((each) => [each.number, each]));
  return { issues: [...all.values()].sort((a, b) => a.number - b.number).slice(-KEPT) };
}
