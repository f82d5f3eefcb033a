import { FileRunLock } from '../../src/adapters/run-lock.ts';

/**
 * A process that waits until a moment, tries to take the lock of a git folder, says `took`, `took over` or why not, and
 * lives until its standard input ends: `node lock-taker.ts GIT_DIRECTORY AT_MS`.
 */
const [gitDirectory = '', atMs = '0'] = process.argv.slice(2);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const lock = new FileRunLock({ gitDirectory, pid: process.pid, since: new Date().toISOString(), isAlive });
while (Date.now() < Number(atMs));
const said = await lock.acquire().then(
  ({ left }) => (left ? 'took over' : 'took'),
  (error) => error.code ?? String(error),
);
process.stdout.write(`${said}\n`);
process.stdin.resume();
