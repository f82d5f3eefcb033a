import { access, mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileRunLock } from '../../src/adapters/run-lock.ts';
import { temporaryFolder } from '../support/git-fixture.ts';

const SINCE = '2026-03-01T12:00:00.000Z';

/** Locks of made-up processes in one folder; `alive` says who lives. */
async function folder() {
  const gitDirectory = await temporaryFolder();
  const alive = new Set<number>();
  const lock = (pid: number, since = SINCE) =>
    new FileRunLock({ gitDirectory, pid, since, isAlive: (each) => alive.has(each) });
  const path = join(gitDirectory, 'steward/run.json');
  const leave = async (text: string) => {
    await mkdir(join(gitDirectory, 'steward'), { recursive: true });
    await writeFile(path, text);
  };
  const marker = async () => JSON.parse(await readFile(path, 'utf8'));
  return { gitDirectory, alive, lock, leave, marker, path };
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('the lock of a run', () => {
  it('is taken, marked and released', async () => {
    const { lock, marker, path } = await folder();
    const mine = lock(10);
    expect(await mine.acquire()).toEqual({});
    expect(await marker()).toEqual({ pid: 10, since: SINCE, roots: [] });
    await mine.mark('run-1', ['site', 'ledger']);
    expect(await marker()).toEqual({ pid: 10, since: SINCE, run: 'run-1', roots: ['site', 'ledger'] });
    await mine.release();
    expect(await exists(path)).toBe(false);
    await mine.release();
    expect(await readdir(join(path, '..'))).toEqual([]);
  });

  it('is refused while its holder lives, and says who that is', async () => {
    const { lock, alive, marker } = await folder();
    alive.add(10);
    await lock(10).acquire();
    await expect(lock(20).acquire()).rejects.toMatchObject({
      code: 'AGENT_RUNNING',
      message: `Another cycle is running in this clone (process 10, since ${SINCE}).`,
    });
    expect(await marker()).toMatchObject({ pid: 10 });
  });

  it('is taken over from a dead holder, with its marker', async () => {
    const { lock, alive, marker } = await folder();
    await lock(10).acquire();
    await lock(10).mark('run-1', ['site']);
    alive.add(20);
    expect(await lock(20).acquire()).toEqual({ left: { pid: 10, since: SINCE, run: 'run-1', roots: ['site'] } });
    expect(await marker()).toEqual({ pid: 20, since: SINCE, roots: [] });
    await expect(lock(30).acquire()).rejects.toMatchObject({ code: 'AGENT_RUNNING' });
  });

  it('is taken over from a dead process that had the same id, as in a container', async () => {
    const { lock, alive } = await folder();
    alive.add(1);
    await lock(1, '2026-02-01T00:00:00.000Z').acquire();
    expect(await lock(1).acquire()).toMatchObject({ left: { pid: 1, since: '2026-02-01T00:00:00.000Z' } });
  });

  it.each(['', '{', '{"pid":10,', '{garbage}', 'null', '{"pid":"ten"}', '\u0000\u0000\u0000'])(
    'is taken when the marker is torn: %j',
    async (text) => {
      const { lock, leave, marker } = await folder();
      await leave(text);
      expect(await lock(20).acquire()).toEqual({});
      expect(await marker()).toMatchObject({ pid: 20 });
    },
  );

  it('is not released by one that lost it', async () => {
    const { lock, marker } = await folder();
    const dead = lock(10);
    await dead.acquire();
    await lock(20).acquire();
    await dead.release();
    expect(await marker()).toMatchObject({ pid: 20 });
  });

  it('is taken over in spite of a taker that died on the way, and not from one at work', async () => {
    const { lock, alive, leave, path } = await folder();
    await leave(JSON.stringify({ pid: 10, since: SINCE, roots: [] }));
    await writeFile(`${path}.claim`, JSON.stringify({ pid: 15, since: SINCE, roots: [] }));
    alive.add(15);
    await expect(lock(20).acquire()).rejects.toMatchObject({ code: 'AGENT_RUNNING' });
    alive.delete(15);
    expect(await lock(20).acquire()).toMatchObject({ left: { pid: 10 } });
    expect(await readdir(join(path, '..'))).toEqual(['run.json']);
  });
});

describe('an index.lock that is there', () => {
  it.each([
    ['from before the dead holder began: stays', '2026-03-01T11:59:00.000Z', true],
    ['from after: goes', '2026-03-01T12:01:00.000Z', false],
  ])('%s', async (_, madeAt, isLeft) => {
    const { lock, gitDirectory } = await folder();
    await lock(10).acquire();
    const index = join(gitDirectory, 'index.lock');
    await writeFile(index, '');
    await utimes(index, new Date(madeAt), new Date(madeAt));
    await lock(20).acquire();
    expect(await exists(index)).toBe(isLeft);
  });

  it('without a dead holder: stays', async () => {
    const { lock, gitDirectory } = await folder();
    await writeFile(join(gitDirectory, 'index.lock'), '');
    await lock(20).acquire();
    expect(await exists(join(gitDirectory, 'index.lock'))).toBe(true);
  });
});
