import assert from 'node:assert';
import { createHash } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { z } from 'zod';
import { CODEC } from './codec.ts';

/** One call that a test makes, its arguments as JSON (see codec.ts). */
export interface TestCall {
  name: string;
  args: string;
}

/** What a call came to (see wrap.ts). One that ended the script counts as thrown. */
export const TestAnswer = z.union([
  z.strictObject({ value: z.json(), changes: z.array(z.json()) }),
  z.strictObject({ thrown: z.strictObject({ name: z.string(), message: z.string() }) }),
]);
export type TestAnswer = z.infer<typeof TestAnswer>;

export interface Assertion {
  holds: boolean;
  /** Made since the assertion before. */
  calls: TestCall[];
}

/** One run of a test with what is known so far. It counts only when nothing was unknown. */
export interface TestPass {
  assertions: Assertion[];
  /** What ended the test before its end, and the calls since the last assertion. */
  thrown: { message: string; calls: TestCall[] } | undefined;
  /** Calls whose answers have to be had first. */
  unknown: TestCall[];
}

export const callKey = ({ name, args }: TestCall): string => `${name}(${args})`;

const PASS_LIMIT_MS = 10_000;
const UNKNOWN_LIMIT = 1000;
const SEED = 20_260_301;
/** Stands in texts for a value that is not known yet. */
const MARK = '\u2020unknown\u2020';

/**
 * Runs a test's own code in a realm of its own, where each of `names` is a stand-in that answers from `known`. The code
 * under test is not here: what a stand-in can not answer, it notes, and gives a placeholder, so that one pass finds as
 * many calls as possible. A call that depends on a placeholder is left to a later pass.
 */
export function runTest(test: string, names: readonly string[], known: ReadonlyMap<string, TestAnswer>): TestPass {
  const pass: TestPass = { assertions: [], thrown: undefined, unknown: [] };
  const asked = new Set<string>();
  let recent: TestCall[] = [];
  const context = createContext({
    $answer(name: string, args: string, isCoerced: boolean): string | undefined {
      const call = { name, args };
      recent.push(call);
      const answer = known.get(callKey(call));
      if (answer) return JSON.stringify(answer);
      const isDependent = args.includes(MARK) || (isCoerced && args.includes('{"$":"number","of":"NaN"}'));
      if (isDependent || asked.has(callKey(call))) return undefined;
      if (pass.unknown.length >= UNKNOWN_LIMIT) throw new Error('too many calls');
      asked.add(callKey(call));
      pass.unknown.push(call);
      return undefined;
    },
    $asserted(holds: boolean) {
      pass.assertions.push({ holds, calls: recent });
      recent = [];
    },
    $random: seededRandom(SEED),
    require: requireForTests,
  });
  runInContext(`${CODEC}${REALM}`, context);
  for (const name of names) runInContext(`$stand(${JSON.stringify(name)})`, context);
  try {
    runInContext(test, context, { timeout: PASS_LIMIT_MS });
  } catch (error) {
    pass.thrown = { message: String(error), calls: recent };
  }
  return pass;
}

/**
 * In the realm itself, so that arrays and errors are those that the test knows. `console.assert` of Node only prints:
 * whether it holds must be counted.
 */
const REALM = `const $state = { isCoerced: false };
const $unknown = new Proxy(function () {}, {
  get(_, key) {
    if (key === 'toJSON') return () => ${JSON.stringify(MARK)};
    if (key === Symbol.iterator) return function* () { yield $unknown; };
    if (key !== Symbol.toPrimitive) return $unknown;
    return (hint) => {
      if (hint !== 'number') return ${JSON.stringify(MARK)};
      $state.isCoerced = true;
      return NaN;
    };
  },
  apply: () => $unknown,
  construct: () => $unknown,
  set: () => true,
});
const $overwrite = (target, source) => {
  if (typeof target !== 'object' || target === null) return;
  if (Array.isArray(target)) target.length = 0;
  for (const key of Object.keys(target)) if (!(key in source)) delete target[key];
  Object.assign(target, source);
};
const $stand = (name) => {
  globalThis[name] = (...args) => {
    const before = JSON.stringify($plain(args));
    const answer = $answer(name, before, $state.isCoerced);
    if (answer === undefined) return $unknown;
    const { thrown, value, changes } = JSON.parse(answer);
    if (thrown) throw new (/^(Type|Range|Syntax|Reference)Error$/.test(thrown.name) ? globalThis[thrown.name] : Error)(thrown.message);
    if (JSON.stringify(changes) !== before)
      $revive(changes).forEach((change, index) => $overwrite(args[index], change));
    return $revive(value);
  };
};
Math.random = $random;
globalThis.module = { exports: {} };
globalThis.console = { assert: (value) => $asserted(Boolean(value)) };
for (const name of ['log', 'info', 'warn', 'error', 'debug', 'table', 'time', 'timeEnd']) console[name] = () => {};
`;

/** Lehmer's generator with the multiplier of Park, Miller and Stockmeyer: every pass sees the same numbers. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function requireForTests(name: string): unknown {
  if (/^(node:)?assert$/.test(name)) return assert;
  if (name === 'js-md5') return (text: string) => createHash('md5').update(text).digest('hex');
  throw new Error(`a test has no ${name} here`);
}
