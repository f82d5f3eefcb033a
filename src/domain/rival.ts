import type { LedgerRecord } from './record.ts';

/** An occurrence as one run works on it. */
export interface Claim {
  occurrence: string;
  run: string;
}

export const runOf = (record: LedgerRecord): string =>
  record.kind === 'intent' || record.kind === 'lease' ? record.run : record.id;

/** Whether a record shows that another run took the occurrence. One that was itself overtaken took nothing. */
export function isRival(record: LedgerRecord, { occurrence, run }: Claim): boolean {
  if (record.kind !== 'intent' && record.kind !== 'entry') return false;
  if (record.occurrence !== occurrence || runOf(record) === run) return false;
  return record.kind === 'intent' || record.result !== 'skipped' || record.final;
}
