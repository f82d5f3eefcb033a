import { z } from 'zod';
import type { ScriptCall, ScriptRunner } from '../../../src/ports.ts';
import { callKey, runTest, TestAnswer, type TestCall, type TestPass } from './test-realm.ts';

/** Holds a wrapped script against a test's text. The script is reached through a runner only. */

/** For all calls of a test together; the slowest that is right takes a fraction of a second. */
const TRIAL_MS = 6000;
/** What the directive of a wrapped script would grant it for one call. */
export const GRANTED_MS = 5000;
/** Each dependency of one call on another takes a round, and so does each call that ends the script. */
const ROUNDS = 10;

export interface TestRun {
  passed: boolean;
  detail: string;
  durationMs: number;
}

/** A wrapped script, where it runs, and the test's side of it. */
export interface Trial {
  runner: ScriptRunner;
  script: string;
  test: string;
  /** Functions that the test may call. */
  names: readonly string[];
}

/** `pass`: the last one, in which nothing is unknown any more. */
export interface Observation {
  pass: TestPass;
  known: ReadonlyMap<string, TestAnswer>;
}

export async function judge(trial: Trial): Promise<TestRun> {
  const started = performance.now();
  const seen = await observe(trial);
  const passed = !('unclear' in seen) && isPassed(seen.pass);
  const detail = 'unclear' in seen ? seen.unclear : inWords(seen.pass);
  return { passed, detail, durationMs: performance.now() - started };
}

const isPassed = ({ assertions, thrown }: TestPass): boolean => !thrown && assertions.every(({ holds }) => holds);

function inWords({ assertions, thrown }: TestPass): string {
  if (thrown) return `the test ended with ${thrown.message}`;
  const held = assertions.filter(({ holds }) => holds).length;
  return `${held} of ${assertions.length} assertions hold`;
}

/** Runs the test again and again, each time with the answers to what was unknown before. */
export async function observe(trial: Trial): Promise<Observation | { unclear: string }> {
  const known = new Map<string, TestAnswer>();
  for (let round = 0; round < ROUNDS; round++) {
    const pass = runTest(trial.test, trial.names, known);
    if (pass.unknown.length === 0) return { pass, known };
    for (const [key, answer] of await ask(trial, pass.unknown)) known.set(key, answer);
  }
  return { unclear: `there are still unknown calls after ${ROUNDS} runs of the script` };
}

/** What a call gives to the script. */
export const scriptInput = (calls: readonly TestCall[]) => ({
  calls: calls.map(({ name, args }) => ({ name, args: JSON.parse(args) })),
});

export const BENCH_KEY = 'bench';
export const BENCH_NOW = new Date('2026-03-01T12:00:00Z');

export const scriptCall = (script: string, input: ScriptCall['input'], timeoutMs = GRANTED_MS): ScriptCall => ({
  script,
  input,
  key: BENCH_KEY,
  now: BENCH_NOW,
  writes: [],
  secrets: {},
  spawn: [],
  timeoutMs,
  generate: async () => ({ unavailable: 'there is no model in the benchmark' }),
  forge: async () => ({ unavailable: 'there is no forge in the benchmark' }),
});

/** A machine that is too busy to start a child says nothing of the script. */
const RETRIES = 2;

/** The answers by call. A script that ends in a call, by time or by its own will, answers for that call alone. */
async function ask(trial: Trial, calls: readonly TestCall[], retries = RETRIES): Promise<[string, TestAnswer][]> {
  const { runner, script } = trial;
  const { outcome } = await runner.run(scriptCall(script, { ...scriptInput(calls), tell: 'trial' }, TRIAL_MS));
  if (outcome.status === 'ok') return answersFrom(outcome.output, calls);
  const { kind, message, log_tail } =
    outcome.status === 'failed' ? outcome.failure : { kind: 'output', message: 'it has no result', log_tail: '' };
  // Together the answers may be more than a script may give.
  if (kind === 'output' && calls.length > 1) {
    const half = Math.ceil(calls.length / 2);
    return [...(await ask(trial, calls.slice(0, half))), ...(await ask(trial, calls.slice(half)))];
  }
  const last = [...log_tail.matchAll(/^call (\d+)$/gm)].at(-1)?.[1];
  const isUnstarted = last === undefined && (kind === 'timeout' || /was killed by/.test(message));
  if (isUnstarted && retries > 0) return ask(trial, calls, retries - 1);
  // A script that comes to no call can not be loaded: none of them has an answer then.
  const dead = calls.filter((_, index) => last === undefined || index === Number(last));
  return dead.map((call) => [callKey(call), thrown('Error', message)]);
}

const thrown = (name: string, message: string): TestAnswer => ({ thrown: { name, message } });

function answersFrom(output: Record<string, unknown>, calls: readonly TestCall[]): [string, TestAnswer][] {
  const results = z.array(TestAnswer).safeParse(output.results).data ?? [];
  return calls.map((call, index) => [callKey(call), results[index] ?? thrown('Error', 'there is no result')]);
}
