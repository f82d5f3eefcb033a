import { EMPTY_STATE, type LedgerState } from '../../src/domain/ledger-state.ts';
import { type Entry, RECORD_VERSION, type Unsealed, type UnsealedRecord, ZERO_HASH } from '../../src/domain/record.ts';
import { sealAll } from '../../src/flows/ledger-writer.ts';

const DAY_MS = 86_400_000;
const PER_DAY = 1000;

/** How many of a ledger's records lie in the newest file. */
export const todaysRecords = (count: number): number => (count <= PER_DAY ? count : 10);

const DIRECTIVES = ['repo_status', 'check_links', 'site_health', 'changelog', 'answer_issues', 'cost_report'];

export interface LedgerDay {
  path: string;
  text: string;
  /** Of its records, in order. */
  times: Date[];
  /** After its last record. */
  state: LedgerState;
}

/**
 * A ledger of `count` records up to `until`, 1 000 a day, day by day. One of up to 1 000 is all of today; in a longer one
 * today has just begun, with ten. It is sealed by the product's own writer, so the chain holds.
 */
export function* ledgerDays(count: number, repository: string, until: Date): Generator<LedgerDay> {
  const today = todaysRecords(count);
  const daysBefore = Math.ceil((count - today) / PER_DAY);
  const midnight = Math.floor(until.getTime() / DAY_MS) * DAY_MS;
  let state = EMPTY_STATE;
  let index = 0;
  for (let day = -daysBefore; day <= 0; day++) {
    const start = midnight + day * DAY_MS;
    const size = day === 0 ? today : Math.min(PER_DAY, count - today - index);
    const length = day === 0 ? until.getTime() - start : DAY_MS;
    const times = Array.from({ length: size }, (_, slot) => new Date(start + Math.floor((length * slot) / size)));
    const records = times.map((at): UnsealedRecord => {
      const isFirst = index === 0;
      index += 1;
      if (!isFirst) return sampleEntry(index, at);
      return { v: RECORD_VERSION, kind: 'genesis', id: 'genesis', timestamp: at.toISOString(), repository };
    });
    const sealed = sealAll(state, records);
    state = sealed.state;
    const path = sealed.lines[0]?.path ?? '';
    yield { path, text: sealed.lines.map(({ line }) => `${line}\n`).join(''), times, state };
  }
}

/** A scheduled run of one tool, checked and decided without a model: the line that a house writes most often. */
function sampleEntry(index: number, at: Date): Unsealed<Entry> {
  const directive = DIRECTIVES[index % DIRECTIVES.length] ?? '';
  const time = at.toISOString();
  const occurrence = `${directive}@${time}`;
  return {
    v: RECORD_VERSION,
    kind: 'entry',
    id: `${time.slice(0, 19).replaceAll(/[-:]/g, '').toLowerCase()}-${index.toString(16).padStart(8, '0')}`,
    timestamp: time,
    flow: 'cycle',
    trigger: 'schedule',
    occurrence,
    decision: directive,
    params: {},
    reason: 'the only option',
    options: [occurrence],
    decided_by: 'single',
    model: null,
    degraded: null,
    result: 'success',
    verification: 'verified',
    final: true,
    steps: [
      { script: `execution/${directive}.ts`, status: 'success', duration_s: 0.41, output: { changed: index % 3 } },
    ],
    criteria: [
      { script: `execution/check_${directive}.ts`, holds: true, reason: 'the page is there', duration_s: 0.2 },
    ],
    metrics: { cost: 0, duration_s: 1.2, tokens_in: 0, tokens_out: 0, calls: [] },
    observed: { at: time, seq: index - 1, state: ZERO_HASH, requests: [], lessons: [] },
    head: '0'.repeat(40),
    prompt_sha256: null,
    next_wake: new Date(at.getTime() + 3_600_000).toISOString(),
    trees: { directives: '0'.repeat(40), execution: '0'.repeat(40), github: '0'.repeat(40) },
  };
}

/** The last entries of such a ledger, one an hour, without a file. */
export function sampleEntries(count: number, until: Date): Entry[] {
  const times = Array.from({ length: count }, (_, index) => new Date(until.getTime() - (count - index) * 3_600_000));
  const { lines } = sealAll(
    EMPTY_STATE,
    times.map((at, index) => sampleEntry(index, at)),
  );
  return lines.flatMap(({ record }) => (record.kind === 'entry' ? [record] : []));
}
