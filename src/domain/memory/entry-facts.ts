import type { Entry } from '../record.ts';

/** What an entry can prove. */
export interface EntryFacts {
  id: string;
  occurrence: string;
  directive: string;
  result: 'success' | 'failure';
  /** Of a failure; `refuted` where the work was done and found wrong. */
  signature?: string;
}

/** An own outcome; undefined for what is none: a repair, a night, a run that was skipped, a person's verdict. */
export function factsOf(entry: Entry): EntryFacts | undefined {
  const { id, flow, occurrence, decision, failure } = entry;
  if ((flow !== 'cycle' && flow !== 'recover') || entry.resolves !== undefined) return undefined;
  const own = { id, occurrence, directive: decision };
  if (isFailed(entry)) return { ...own, result: 'failure', signature: failure?.signature ?? 'refuted' };
  return isDone(entry) ? { ...own, result: 'success' } : undefined;
}

export type FactsById = (id: string) => EntryFacts | undefined;

type Outcome = Pick<Entry, 'result' | 'verification'>;

/** A run that did not do what it should. */
export const isFailed = ({ result, verification }: Outcome): boolean =>
  result === 'failure' || (result === 'success' && verification === 'refuted');

/** A run that did something, as far as anybody can tell. */
export const isDone = (entry: Outcome): boolean => entry.result === 'success' && !isFailed(entry);

/** The UTC day on which the run of an entry began: its id says so. Undefined for an id of another form. */
export function dayBegun(id: string): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})t/i.exec(id) ?? [];
  const begun = `${year}-${month}-${day}`;
  return Number.isNaN(Date.parse(begun)) ? undefined : begun;
}
