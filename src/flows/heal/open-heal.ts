import type { LedgerState } from '../../domain/ledger-state.ts';
import type { Setting } from '../cycle-context.ts';
import { loadLedger } from '../ledger-reader.ts';
import { assertOwnLedger } from '../record.ts';
import type { HealContext, HealPorts } from './heal-context.ts';

/** The clone as it stands, for jobs that change nothing in it. */
export async function openReading(
  ports: HealPorts,
  setting: Setting,
): Promise<{ context: HealContext; state: LedgerState }> {
  const context = { ...ports, setting, facts: await ports.repo.facts() };
  const { state } = await loadLedger(ports.documents);
  await assertOwnLedger(context, state);
  return { context, state };
}
