import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { scriptPath } from './shell-lab.ts';

/** Answers a request of the watchdog: path below the repository, status and one line of JSON. */
export type Answer = (request: { method: string; path: string; body: string }) => { status: number; reply: string };

export interface WatchdogLoop {
  /** `watch` of watchdog.sh, once, in a folder at a time; gives whether it failed. */
  watch(folder: string, nowMs: number, answer: Answer): Promise<boolean>;
}

/**
 * The functions of watchdog.sh themselves, thousands of times in one bash process. Replaced is only what reaches outside:
 * the request to GitHub, which goes to the test, the look into git log, and the wait before a second try.
 */
const LOOP = `
source "$1"
is_quiet() { return 1; }
sleep() { :; }
send() {
  printf '%s\\t%s\\t%s\\n' "$1" "$2" "\${3-}" >&4
  IFS= read -r status <&3
  IFS= read -r reply <&3
}
while IFS=$'\\t' read -r now folder <&3; do
  cd "$folder"
  watch "$now" >/dev/null
  printf 'done\\t%s\\n' "$failed" >&4
done
`;

export function watchdogLoop(): WatchdogLoop {
  const child = spawn('bash', ['-c', LOOP, 'loop', scriptPath('watchdog.sh')], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', GITHUB_REPOSITORY: 'octo/house', STEWARD_BRANCH: 'main' },
  });
  onTestFinished(() => void child.kill());
  const commands = child.stdio[3] as Writable;
  const lines = createInterface({ input: child.stdio[4] as Readable })[Symbol.asyncIterator]();
  const ended = once(child, 'close');
  const nextLine = async (): Promise<string[]> => {
    const { done, value } = await lines.next();
    if (done) throw new Error(`a function of watchdog.sh ended its process with ${(await ended)[0]}`);
    return value.split('\t');
  };
  return {
    async watch(folder, nowMs, answer) {
      commands.write(`${Math.floor(nowMs / 1000)}\t${folder}\n`);
      for (;;) {
        const [method = '', path = '', body = ''] = await nextLine();
        if (method === 'done') return path !== '0';
        const { status, reply } = answer({ method, path, body });
        commands.write(`${status}\n${reply}\n`);
      }
    },
  };
}
