import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Duplex, Readable } from 'node:stream';
import type { Redactor } from '../domain/redaction.ts';
import { CALL_LIMIT_BYTES } from '../domain/script-protocol.ts';
import { HEAP_LIMIT_MB } from './script-permissions.ts';
import type { CallChannel } from './script-services.ts';

/** What is kept of a script's output, from its end. More is read and dropped, so that a script never blocks on it. */
export const LOG_TAIL_BYTES = 4 * 1024;
/** Kept beyond the tail, so that a tail is left when the text around the cut is dropped. */
const KEPT_BYTES = 4 * LOG_TAIL_BYTES;
const LINE_DESCRIPTOR = 3;
/** What a timer can count to; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface ScriptProcess extends CallChannel {
  /** How it ended, once all its output is read. */
  ended: Promise<{ exitCode: number | null; signal: string | null; isTimeout: boolean }>;
  /** The last output in the order it came, masked: more than LOG_TAIL_BYTES, where there was more. */
  tail(redact: Redactor): string;
  /** All that it put out so far, kept or not. */
  printedBytes(): number;
}

/** The program to start: the child itself, or what stands around it and becomes or starts the child. */
export interface Launch {
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Something stands around the child: what killed the child is then told by an exit code over 128. */
  isWrapped?: boolean;
  /** It sees to the time limit and to its own cleaning up, so that nobody may kill it. */
  isSelfEnding?: boolean;
  /** The line to the child, where no descriptor but the standard ones gets through: its end goes in as standard input. */
  line?: { own: Duplex; inner: Socket };
}

/**
 * Starts a script child in a process group of its own; group and all are killed at its end or after `timeoutMs`.
 * @param options.cwd where the program starts, and with it the child unless something else is said inside
 */
export function startScript(options: { launch: Launch; cwd: string; timeoutMs: number }): ScriptProcess {
  const { launch, cwd, timeoutMs } = options;
  const { file, args, env, line: ownLine } = launch;
  const child = spawn(file, args, {
    cwd,
    env,
    detached: true,
    stdio: [ownLine?.inner ?? 'ignore', 'pipe', 'pipe', ownLine ? 'ignore' : 'pipe'],
  });
  ownLine?.inner.destroy();
  const line = ownLine?.own ?? (child.stdio[LINE_DESCRIPTOR] as Duplex);
  // The line breaks when the child dies; the way it died is judged by its end.
  line.on('error', () => {});
  return {
    ended: ending(child, launch, timeoutMs),
    ...keepTail(child.stdout, child.stderr),
    getEachMessage: () => readLines(line),
    sendMessage: (answer) =>
      new Promise((resolve, reject) => {
        line.write(`${JSON.stringify(answer)}\n`, (error) => (error ? reject(error) : resolve()));
      }),
  };
}

function ending(child: ChildProcess, launch: Launch, timeoutMs: number): ScriptProcess['ended'] {
  return new Promise((resolve, reject) => {
    let isTimeout = false;
    const timer = setTimeout(
      () => {
        isTimeout = true;
        if (!launch.isSelfEnding) killTree(child.pid);
      },
      Math.min(timeoutMs, LONGEST_TIMER_MS),
    );
    // The leader's end is the end of the group: what it started may hold its output open.
    child.once('exit', () => killTree(child.pid));
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      clearTimeout(timer);
      resolve({ ...(launch.isWrapped ? unwrapped(exitCode, signal) : { exitCode, signal }), isTimeout });
    });
  });
}

/** As the child's own end would have been told: 134 is 128 and SIGABRT. */
function unwrapped(exitCode: number | null, signal: string | null): { exitCode: number | null; signal: string | null } {
  const killer = Object.entries(constants.signals).find(([, number]) => number + 128 === exitCode)?.[0];
  return killer === undefined ? { exitCode, signal } : { exitCode: null, signal: killer };
}

/** Each line as JSON; what is none comes as undefined, and one that never ends breaks the line. */
async function* readLines(line: Duplex): AsyncGenerator<unknown> {
  let chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of line as AsyncIterable<Buffer>) {
    let rest = chunk;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      yield parseJson(Buffer.concat([...chunks, rest.subarray(0, end)]).toString('utf8'));
      rest = rest.subarray(end + 1);
      chunks = [];
      size = 0;
    }
    chunks.push(rest);
    size += rest.length;
    if (size > CALL_LIMIT_BYTES) line.destroy();
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function keepTail(...streams: (Readable | null)[]): Pick<ScriptProcess, 'tail' | 'printedBytes'> {
  let kept = Buffer.alloc(0);
  let isCut = false;
  let printed = 0;
  for (const stream of streams) {
    stream?.on('data', (chunk: Buffer) => {
      const all = Buffer.concat([kept, chunk.subarray(-KEPT_BYTES - 1)]);
      isCut ||= all.length > KEPT_BYTES;
      kept = all.subarray(-KEPT_BYTES);
      printed += chunk.length;
    });
  }
  const tail: ScriptProcess['tail'] = (redact) => {
    const text = redact(kept.toString('utf8'));
    if (!isCut) return text;
    // What the cut left of a secret is no longer known as one: its line goes, or more than any secret is long.
    const end = text.indexOf('\n');
    return text.slice(end !== -1 && end < LOG_TAIL_BYTES ? end + 1 : LOG_TAIL_BYTES);
  };
  return { tail, printedBytes: () => printed };
}

/** For a person: how a child ended that gave no result. */
export function endWithoutResult({
  tail,
  exitCode,
  signal,
}: {
  tail: string;
  exitCode: number | null;
  signal: string | null;
}) {
  if (/heap out of memory/.test(tail)) return `the script used more than ${HEAP_LIMIT_MB} MB of memory`;
  if (signal !== null) return `the script was killed by ${signal} without a result`;
  const reason = exitCode === 0 ? ': it left early, or waits for something that never comes' : '';
  return `the script ended with code ${exitCode} without a result${reason}`;
}

/** The end of a text, in whole characters. */
export const lastBytes = (text: string): string =>
  Buffer.from(text)
    .subarray(-LOG_TAIL_BYTES)
    .toString('utf8')
    .replace(/^\uFFFD+/, '');

function killTree(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}
