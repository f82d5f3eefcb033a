import { failureSignature } from '../../../src/domain/signature.ts';
import type { Tape } from '../../../src/domain/tape.ts';
import { BENCH_KEY, BENCH_NOW, type Observation, observe, scriptCall, scriptInput, type Trial } from './judge.ts';
import { callKey, type TestCall } from './test-realm.ts';

/** What the field would have recorded of the broken script: a call that failed, and calls that went well. */
export interface CaseTapes {
  failing: Tape | undefined;
  good: Tape[];
}

const GOOD_TAPES = 3;

/**
 * Runs a test on the broken script. The first call that goes wrong is the failing one: it ends the script, or it belongs
 * to an assertion that does not hold, as a success criterion would have it.
 */
export async function recordTapes(trial: Trial & { entryPoint: string }): Promise<CaseTapes> {
  const seen = await observe(trial);
  if ('unclear' in seen) return { failing: undefined, good: [] };
  const failing = failingCall(seen, trial.entryPoint);
  const good = goodCalls(seen).filter((call) => !failing || callKey(call) !== callKey(failing.call));
  return {
    failing: failing && (await failingTape(trial, failing, seen)),
    good: good.slice(0, GOOD_TAPES).map((call) => ({ ...tapeOf(trial.script, { call }), ...outputOf({ call }, seen) })),
  };
}

/** A call as a tape has it. `tell`: what the script is to say of it (see wrap.ts). */
interface TapedCall {
  call: TestCall;
  tell?: 'changes';
}

function failingCall({ pass, known }: Observation, entryPoint: string): TapedCall | undefined {
  const { assertions, thrown } = pass;
  const broken = assertions.findIndex(({ holds }) => !holds);
  const lastOf = (calls: readonly TestCall[]) => calls.findLast(({ name }) => name === entryPoint) ?? calls.at(-1);
  if (broken === -1) {
    const dead = thrown?.calls.findLast((each) => 'thrown' in (known.get(callKey(each)) ?? {}));
    const call = dead ?? lastOf(thrown?.calls ?? []);
    return call && { call };
  }
  const call = lastOf(assertions.slice(0, broken + 1).findLast((each) => each.calls.length > 0)?.calls ?? []);
  // An assertion without a call of its own looks at what an earlier one did to its arguments.
  return call && { call, ...(assertions[broken]?.calls.length === 0 ? { tell: 'changes' } : {}) };
}

/** Each call once, in the order of the test. */
function goodCalls({ pass, known }: Observation): TestCall[] {
  const calls = pass.assertions.filter(({ holds }) => holds).flatMap((each) => each.calls);
  const returned = calls.filter((call) => 'value' in (known.get(callKey(call)) ?? {}));
  return [...new Map(returned.map((call) => [callKey(call), call])).values()];
}

/** Where the call ends the script, the signature is what the runner makes of it. */
async function failingTape({ runner, script }: Trial, taped: TapedCall, seen: Observation): Promise<Tape | undefined> {
  const tape = tapeOf(script, taped);
  if ('value' in (seen.known.get(callKey(taped.call)) ?? {})) {
    const message = `the success criterion on ${taped.call.name} does not hold`;
    const failure = { kind: 'refuted', message, signature: failureSignature({ kind: 'refuted', script, message }) };
    return { ...tape, ...outputOf(taped, seen), failure };
  }
  const { outcome } = await runner.run(scriptCall(script, tape.input));
  if (outcome.status !== 'failed') return undefined;
  const { kind, message, signature } = outcome.failure;
  return { ...tape, failure: { kind, message, signature } };
}

const tapeOf = (script: string, { call, tell }: TapedCall): Tape => ({
  v: 1,
  script,
  mode: 'run',
  input: { ...scriptInput([call]), ...(tell ? { tell } : {}) },
  key: BENCH_KEY,
  clock: BENCH_NOW.toISOString(),
  commit: '0'.repeat(40),
  exchanges: [],
  replayable: true,
});

function outputOf({ call, tell }: TapedCall, { known }: Observation): Pick<Tape, 'output'> {
  const answer = known.get(callKey(call));
  return answer && 'value' in answer ? { output: { results: [tell === 'changes' ? answer : answer.value] } } : {};
}
