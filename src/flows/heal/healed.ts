import type { HealState } from '../../domain/heal/heal-state.ts';
import type { LedgerState } from '../../domain/ledger-state.ts';
import { sha256 } from '../../domain/occurrence.ts';
import type { Entry, HealedRecord, Unsealed } from '../../domain/record.ts';
import type { ReadableDocuments } from '../../ports.ts';

/** Signatures of failures whose script is another text than the one that failed: somebody has mended it, or tried to. */
export async function mendedSince(
  documents: ReadableDocuments,
  { heals }: Pick<LedgerState, 'heals'>,
): Promise<Set<string>> {
  const changed = await Promise.all(
    Object.entries(heals).map(async ([signature, heal]) => ((await isChanged(documents, heal)) ? [signature] : [])),
  );
  return new Set(changed.flat());
}

async function isChanged(documents: ReadableDocuments, { script, before }: HealState): Promise<boolean> {
  const text = await documents.read(script);
  return text !== undefined && before !== null && sha256(text) !== before;
}

/** Failures that a run has shown to be over: the script was changed since, and has now done its work. */
export async function healedBy(
  documents: ReadableDocuments,
  { heals }: LedgerState,
  entry: Unsealed<Entry>,
): Promise<Pick<Entry, 'healed'>> {
  if (entry.result !== 'success' || entry.verification === 'refuted') return {};
  const worked = new Set(entry.steps.filter(({ status }) => status === 'success').map(({ script }) => script));
  const mine = Object.entries(heals).filter(
    ([, heal]) => heal.directive === entry.decision && heal.outcome !== 'none' && worked.has(heal.script),
  );
  const healed: HealedRecord[] = [];
  for (const [signature, heal] of mine) {
    if (!(await isChanged(documents, heal))) continue;
    const after_s = Math.round((Date.parse(entry.timestamp) - Date.parse(heal.failed_at)) / 1000);
    healed.push({ script: heal.script, signature, entry: heal.entry, after_s });
  }
  return healed.length > 0 ? { healed } : {};
}
