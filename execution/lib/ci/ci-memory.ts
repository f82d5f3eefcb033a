import { z } from 'zod';

/** What the doctor remembers of CI: which runs it has looked at, and each way of failing it has met. */

const Place = z.object({ run: z.int(), at: z.string(), sha: z.string(), url: z.string() });

export const Diagnosis = z.object({
  cause: z.string(),
  remedy: z.string(),
  /** The model's name, or `template`. */
  by: z.string(),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

export const Suspect = z.object({
  id: z.string(),
  author: z.string(),
  subject: z.string(),
  files: z.array(z.string()),
});
export type Suspect = z.infer<typeof Suspect>;

export const Failure = z.object({
  fingerprint: z.string().regex(/^[0-9a-f]{12}$/),
  workflow: z.string(),
  job: z.string(),
  step: z.string(),
  errors: z.array(z.string()),
  excerpt: z.array(z.string()),
  count: z.int(),
  first: Place,
  last: Place,
  /** The newest commit before the first failure on which the workflow was green. */
  base: z.string().nullable(),
  suspects: z.array(Suspect),
  diagnosis: Diagnosis,
  state: z.enum(['failing', 'green']),
  /** Where people are told; null while nobody was. */
  issue: z.int().nullable(),
});
export type Failure = z.infer<typeof Failure>;

export const CiMemory = z.object({ runs: z.array(z.int()), failures: z.array(Failure) });
export type CiMemory = z.infer<typeof CiMemory>;

export const CI_MEMORY = 'knowledge/ci/failures.json';
export const EMPTY_MEMORY: CiMemory = { runs: [], failures: [] };
export const ciMarker = (fingerprint: string): string => `ci:${fingerprint}`;

const KEPT_RUNS = 300;
const KEPT_FAILURES = 30;

/** The memory as it is written: the newest runs, and the failures met last; those that go on before those that are over. */
export function bounded({ runs, failures }: CiMemory): CiMemory {
  const rank = ({ state }: Failure) => (state === 'failing' ? 0 : 1);
  const kept = [...failures]
    .sort((a, b) => rank(a) - rank(b) || compare(b.last.at, a.last.at))
    .slice(0, KEPT_FAILURES)
    .sort((a, b) => compare(a.fingerprint, b.fingerprint));
  return { runs: [...new Set(runs)].sort((a, b) => a - b).slice(-KEPT_RUNS), failures: kept };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
