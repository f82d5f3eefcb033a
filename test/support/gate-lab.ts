import { EMPTY_STATE, type LedgerState } from '../../src/domain/ledger-state.ts';
import { sealAll, stateText } from '../../src/flows/ledger-writer.ts';
import { type GitFixture, gitFixture, type Tree } from './git-fixture.ts';
import { entry, genesis } from './ledger-samples.ts';
import { type ShellRun, shellLab } from './shell-lab.ts';

/** All that the gate may use; in particular no Node, no jq, no Python. */
export const GATE_TOOLS = ['bash', 'dirname', 'git'];

const NOW = '2026-03-04T14:30:00Z';
/** When the last cycle of `waitingHouse` said to wake. */
export const LATER = '2026-03-04T15:00:00.000Z';

/** Runs the gate in a folder at a time: not paused, and on a tick, unless the test says otherwise. */
export async function runGate(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  now = NOW,
): Promise<ShellRun> {
  const lab = await shellLab(GATE_TOOLS, {
    date: `[[ $* == +%s ]] && echo ${Math.floor(Date.parse(now) / 1000)}`,
  });
  return lab.run('gate.sh', folder, { STEWARD_PAUSED: '', EVENT_NAME: 'schedule', ...environment });
}

export const decisionOf = ({ output }: ShellRun): string | undefined => output[0];

/** A repository whose last cycle waits for LATER, with the folded state that these records and parts make. */
export async function waitingHouse(
  tree: Tree = {},
  { records = [], ...parts }: Partial<LedgerState> & { records?: Parameters<typeof sealAll>[1] } = {},
): Promise<GitFixture> {
  const repo = await gitFixture({ 'a.md': 'a', ...tree });
  const trees = {
    directives: await treeId(repo, 'directives'),
    execution: await treeId(repo, 'execution'),
    github: await treeId(repo, '.github'),
  };
  const all = [genesis, entry({ next_wake: LATER }), ...records].map((record) =>
    record.kind === 'entry' ? { ...record, trees } : record,
  );
  const { state } = sealAll(EMPTY_STATE, all);
  await repo.commit({ files: { 'ledger/state.json': stateText({ ...state, ...parts }) } });
  return repo;
}

const treeId = (repo: GitFixture, folder: string): Promise<string> =>
  repo.git('rev-parse', `HEAD:${folder}`).catch(() => '0'.repeat(40));
