import type { LedgerState } from '../../src/domain/ledger-state.ts';
import { EMPTY_STATE } from '../../src/domain/ledger-state.ts';
import type { UnsealedRecord } from '../../src/domain/record.ts';
import { loadLedger } from '../../src/flows/ledger-reader.ts';
import { sealAll, writeLedger } from '../../src/flows/ledger-writer.ts';
import type { ConsolidateReport } from '../../src/flows/memory/consolidate.ts';
import { consolidate } from '../../src/flows/memory/consolidate.ts';
import type { MemoryPorts } from '../../src/flows/memory/memory-context.ts';
import type { Llm } from '../../src/ports.ts';
import type { Workbench } from '../../src/repo-port.ts';
import type { MemoryDocuments } from './fake-documents.ts';
import { type ForgeStage, forgeStage, type StageOptions, withoutForge } from './forge-context.ts';
import { genesis } from './ledger-samples.ts';

/** A house in memory whose nights can be made one after the other. */
export interface NightStage extends Omit<ForgeStage, 'context' | 'forge'> {
  ports: MemoryPorts;
  /** Appends records to the ledger, as cycles do. */
  record(records: readonly UnsealedRecord[]): Promise<void>;
  /** Consolidates at a time. */
  night(at: string, options?: { until?: string; isDry?: boolean }): Promise<ConsolidateReport>;
}

const NOTHING_THERE = async () => {
  throw new Error('nobody expected this of the workbench here');
};

/** No commit of the past can be had, and nothing is proposed to anybody. */
const WORKBENCH: Workbench = {
  bring: async () => false,
  scratch: NOTHING_THERE,
  branchOn: async () => ({ taken: true }),
  addedBy: async () => undefined,
  undo: NOTHING_THERE,
};

export function nightStage(options: StageOptions & { llm?: Llm } = {}): NightStage {
  const stage = forgeStage({ now: '2026-01-01T00:00:00.000Z', ...options });
  const context = withoutForge(stage);
  const ports: MemoryPorts = { ...context, workbench: WORKBENCH, ...(options.llm ? { llm: options.llm } : {}) };
  return {
    ...stage,
    ports,
    record: (records) => append(stage.documents, records),
    async night(at, { until, isDry = false } = {}) {
      await ports.clock.sleep(Date.parse(at) - ports.clock.now().getTime());
      return consolidate(ports, stage.context.setting, { until, isDry });
    },
  };
}

/** The first record is preceded by the genesis. */
async function append(documents: MemoryDocuments, records: readonly UnsealedRecord[]): Promise<void> {
  const { state } = await loadLedger(documents);
  const before: LedgerState = state.head === null ? EMPTY_STATE : state;
  const { lines, state: after } = sealAll(
    before,
    state.head === null
      ? [{ ...genesis, repository: 'octo/house', timestamp: records[0]?.timestamp ?? genesis.timestamp }, ...records]
      : records,
  );
  await writeLedger(documents, { before, after, lines, tapes: [] });
}
