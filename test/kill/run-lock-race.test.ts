import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-fixture.ts';

const taker = fileURLToPath(new URL('../support/lock-taker.ts', import.meta.url));

/** Starts real processes that try at the same moment, and gives what each said; all live until then. */
async function race(gitDirectory: string, takers: number): Promise<string[]> {
  const at = Date.now() + 500;
  const children = Array.from({ length: takers }, () =>
    spawn(process.execPath, [taker, gitDirectory, String(at)], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const said = await Promise.all(children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()));
  const ends = children.map((child) => once(child, 'close'));
  for (const child of children) child.stdin.end();
  await Promise.all(ends);
  return said.sort();
}

test('of two processes at one moment one takes a free lock, in each of 20 rounds', async () => {
  for (let round = 0; round < 20; round++)
    expect(await race(await temporaryFolder(), 2)).toEqual(['AGENT_RUNNING', 'took']);
});

test('of three processes at one moment one takes over from a dead holder, in each of 20 rounds', async () => {
  for (let round = 0; round < 20; round++) {
    const gitDirectory = await temporaryFolder();
    const folder = join(gitDirectory, 'steward');
    await mkdir(folder);
    const marker = { pid: 2 ** 30, since: '2026-03-01T12:00:00.000Z', roots: [] };
    await writeFile(join(folder, 'run.json'), JSON.stringify(marker));
    expect(await race(gitDirectory, 3)).toEqual(['AGENT_RUNNING', 'AGENT_RUNNING', 'took over']);
    expect(await readdir(folder)).toEqual(['run.json']);
  }
});
