import { StewardConfig } from '../../src/domain/config.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { STEWARD_LABELS } from '../../src/domain/forge.ts';
import type { WorkflowRun } from '../../src/domain/forge-words.ts';
import type { Problem } from '../../src/domain/problem.ts';
import type { UnsealedRecord } from '../../src/domain/record.ts';
import type { Ports, Setting } from '../../src/flows/cycle-context.ts';
import { type DoctorReport, doctor } from '../../src/flows/doctor/doctor.ts';
import type { KeyCheck } from '../../src/ports.ts';
import { MemoryDocuments } from './fake-documents.ts';
import { entry, genesis, sealAll } from './ledger-samples.ts';
import { manualClock } from './manual-clock.ts';
import { MemoryForge } from './memory-forge.ts';

/** A house in which nothing is amiss, for tests of the doctor to take something away from. */

export const NOW = '2026-03-04T14:30:00.000Z';
const HOUR_MS = 3_600_000;

export const CYCLE_WORKFLOW = `name: cycle
on:
  schedule:
    - cron: '23 * * * *'
  workflow_dispatch:
jobs:
  cycle:
    permissions: { contents: write, issues: write, pull-requests: write, actions: write }
    steps:
      - run: node src/steward.js cycle
`;
const scheduled = (name: string, cron: string) =>
  `name: ${name}\non: { schedule: [{ cron: '${cron}' }] }\njobs: { ${name}: { steps: [{ run: 'true' }] } }\n`;

export const directive = (name: string, front = 'every: 1d'): string =>
  `---\n${front}\neffects: repo\n---\n# Directive: ${name}\n## Goal\nDo it.\n## Tools\n- execution/sweep.ts\n`;

export const FILES: Readonly<Record<string, string>> = {
  '.github/workflows/cycle.yml': CYCLE_WORKFLOW,
  '.github/workflows/watchdog.yml': scheduled('watchdog', '7 */2 * * *'),
  '.github/workflows/consolidate.yml': scheduled('consolidate', '41 3 * * *'),
  'directives/sweep.md': directive('sweep'),
  'execution/sweep.ts': 'export default 1;\n',
};

export const RECORDS: readonly UnsealedRecord[] = [
  { ...genesis, repository: 'octo/house', timestamp: '2026-02-01T00:00:00.000Z' },
  entry({ timestamp: '2026-03-04T13:30:00.000Z', trigger: 'schedule', next_wake: '2026-03-05T00:00:00.000Z' }),
];

/** The day files of a ledger. */
export function ledgerFiles(records: readonly UnsealedRecord[]): Record<string, string> {
  const byPath = Map.groupBy(sealAll(records), ({ path }) => path);
  return Object.fromEntries([...byPath].map(([path, lines]) => [path, lines.map(({ line }) => `${line}\n`).join('')]));
}

/** A finished run of a workflow that began `hoursAgo`. */
export function run(workflow: string, hoursAgo: number, parts: Partial<WorkflowRun> = {}): WorkflowRun {
  const at = (ms: number) => new Date(ms).toISOString();
  const began = Date.parse(NOW) - hoursAgo * HOUR_MS;
  const times = { created: at(began), started: at(began), updated: at(began + 40_000) };
  const state = { status: 'completed', conclusion: 'success', event: 'schedule', branch: 'main', sha: '' };
  return { id: 1, workflow, actor: 'octo', url: '', ...state, ...times, ...parts };
}

export function healthyForge(): MemoryForge {
  const forge = new MemoryForge({ now: () => new Date(NOW) });
  for (const name of ['cycle', 'watchdog', 'consolidate'])
    forge.workflows.push({ file: `${name}.yml`, name, state: 'active' });
  for (const { name } of STEWARD_LABELS) forge.labels.add(name);
  for (let hours = 0; hours < 7 * 24; hours++) forge.runs.push(run('cycle.yml', hours + 0.1));
  return forge;
}

export interface HouseOptions {
  /** Files by path on top of FILES; null takes one away. */
  files?: Readonly<Record<string, string | null>>;
  records?: readonly UnsealedRecord[];
  /** null: no forge is known. */
  forge?: MemoryForge | null;
  setting?: Partial<Setting>;
  /** As .github/steward.yml would say it. */
  config?: object;
  keys?: KeyCheck[];
  configProblems?: Problem[];
  node?: string;
  now?: string;
  fix?: boolean;
  redact?: Ports['redact'];
}

export interface Examined extends DoctorReport {
  /** Every finding that is not `ok`, by id. */
  open: Record<string, Finding>;
  /** The one of that id; throws when there is none. */
  finding(id: string): Finding;
}

/** What the doctor says of the house. */
export async function examine(options: HouseOptions = {}): Promise<Examined> {
  const { node = '24.1.0', configProblems = [], fix = false, config = {} } = options;
  const setting: Setting = {
    config: StewardConfig.parse(config),
    secrets: {},
    trigger: 'manual',
    isEphemeral: false,
    serverUrl: 'https://github.com',
    repository: 'octo/house',
    ...options.setting,
  };
  const report = await doctor(portsOf(options), setting, { node, configProblems, fix });
  const { findings } = report;
  return {
    ...report,
    open: Object.fromEntries(findings.filter(({ status }) => status !== 'ok').map((each) => [each.id, each])),
    finding(id) {
      const found = findings.find((each) => each.id === id);
      if (!found) throw new Error(`no finding ${id} among ${findings.map((each) => each.id).join(', ')}`);
      return found;
    },
  };
}

/** Of the ports those that a doctor looks through; it has no use for the others. */
function portsOf({ files = {}, records = RECORDS, keys = [], now = NOW, ...given }: HouseOptions): Ports {
  const tree = Object.entries({ ...FILES, ...ledgerFiles(records), ...files });
  const forge = given.forge === undefined ? healthyForge() : given.forge;
  return {
    ...(forge ? { forge } : {}),
    clock: manualClock(now),
    documents: new MemoryDocuments(
      Object.fromEntries(tree.flatMap(([path, text]) => (text === null ? [] : [[path, text]]))),
    ),
    repo: {
      facts: async () => ({ root: '/house', head: 'h', branch: 'main', isShallow: false }),
      firstCommit: async () => 'a'.repeat(40),
      hasCommit: async () => true,
    },
    llm: { checkKeys: async () => keys },
    log: { step: () => ({ done: () => {} }), info: () => {}, warn: () => {} },
    redact: given.redact ?? ((text: string) => text),
  } as unknown as Ports;
}
