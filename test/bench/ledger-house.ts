import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stateText } from '../../src/flows/ledger-writer.ts';
import { addRemote, buildHouse, type House } from './bench-repo.ts';
import { QUIET_TREE } from './house-trees.ts';
import { ledgerDays } from './ledger-samples.ts';

export interface LedgerHouse {
  records: number;
  house: House;
  /** Of the day files. */
  ledgerMb: number;
}

/**
 * A house with `records` lines in its ledger and as many commits: one for each record as a cycle makes them, though only
 * the last of a day carries its file (the versions in between would be half a gigabyte a day to import).
 */
export async function buildLedgerHouse(yard: string, records: number): Promise<LedgerHouse> {
  const house = await buildHouse(yard, `ledger-${records}`, QUIET_TREE);
  const first = (await house.git(['rev-parse', 'HEAD'])).stdout.trim();
  const bytes = await importLedger(house, { records, first });
  // What `git gc` leaves: one pack, which fast-import made already, and the commit graph.
  await house.git(['commit-graph', 'write', '--reachable']);
  await house.git(['reset', '--quiet', '--hard']);
  await addRemote(house);
  return { records, house, ledgerMb: bytes / 2 ** 20 };
}

async function importLedger(house: House, { records, first }: { records: number; first: string }): Promise<number> {
  const git = spawn('git', ['fast-import', '--quiet', '--done'], {
    cwd: house.work,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(git, 'close');
  const send = async (text: string) => {
    if (!git.stdin.write(text)) await once(git.stdin, 'drain');
  };
  let bytes = 0;
  let from = `from ${first}\n`;
  for (const { path, text, times, state } of ledgerDays(records, `local/${first.slice(0, 12)}`, new Date())) {
    bytes += Buffer.byteLength(text);
    const commits = times.map((at) => commit('cycle: site_health -> success, verified', at));
    await send(commits.map((each, index) => (index === 0 ? `${each}${from}` : each)).join(''));
    await send(file(path, text) + file('ledger/state.json', stateText(state)));
    from = '';
  }
  await send('done\n');
  const [code] = await ended;
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
  return bytes;
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;

const file = (path: string, text: string): string => `M 100644 inline ${path}\n${data(text)}`;

function commit(message: string, at: Date): string {
  const who = 'steward[bot] <steward[bot]@users.noreply.github.com>';
  return `commit refs/heads/main\ncommitter ${who} ${Math.floor(at.getTime() / 1000)} +0000\n${data(message)}`;
}
