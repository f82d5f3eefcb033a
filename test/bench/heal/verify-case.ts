import { type GateResult, type TreeCheck, verifyFix } from '../../../src/flows/heal/gate.ts';
import { type Bench, NO_SERVICES, type RepairCase as Repair, reproduce } from '../../../src/flows/heal/reproduce.ts';
import { type OverfitPatch, type RepairCase, scriptOf } from './cases.ts';
import { GRANTED_MS, judge, type TestRun } from './judge.ts';
import { withoutFix } from './no-fix.ts';
import type { Place } from './place.ts';
import { sloppiness } from './scopes.ts';
import { recordTapes } from './tapes.ts';
import { type Wrapper, wrapperFor } from './wrap.ts';

/** `hidden`: the hidden test is the script's test. `visible`: the visible one is, and the failing call comes from it. */
export type Mode = 'hidden' | 'visible';
export const MODES: readonly Mode[] = ['hidden', 'visible'];
/** `patch`: one that passes the visible test and fails the hidden one; `lucky`: one that passes both. */
export type Kind = 'correct' | 'buggy' | 'patch' | 'lucky';

export interface Verification {
  id: string;
  mode: Mode;
  kind: Kind;
  accepted: boolean;
  /** The check that refused it, and its words. */
  check: string | undefined;
  detail: string;
  /** Reproducing and verifying together, as one verify job does. */
  durationMs: number;
}

export interface CaseResult {
  id: string;
  verifications: Verification[];
  /** The visible test finds nothing wrong with the broken code: in the field there would be nothing to mend. */
  hasNoTape: boolean;
  /** Why some of its code is no module as it stands, where that is so. */
  sloppy: string | undefined;
  /** What kept the case from being tried. */
  problem: string | undefined;
}

/** Sends every version of a case's code through the gate, as a repair of the broken one. */
export async function verifyCase(
  place: Place,
  { repairCase, patches, modes }: { repairCase: RepairCase; patches: readonly OverfitPatch[]; modes: readonly Mode[] },
): Promise<CaseResult> {
  const { id, entry_point, buggy, correct, visible_test, hidden_test } = repairCase;
  const texts = [buggy, correct, ...patches.map(({ overfit }) => overfit)];
  const tests = { visible: visible_test, hidden: hidden_test };
  const wrapper = wrapperFor({ entryPoint: entry_point, texts, tests: Object.values(tests) });
  const at: CaseSetting = { id, script: scriptOf(repairCase), before: wrapper.wrap(buggy), wrapper, tests, place };
  const bench = place.bench(at.script, at.before);
  const { repair, isFromHidden } = await recordRepair(at, bench, entry_point, modes);
  const usable = modes.filter((mode) => mode === 'hidden' || !isFromHidden);
  const candidates: [Kind, string][] = [
    ['correct', correct],
    ['buggy', withoutFix(buggy, entry_point)],
    ...patches.map((patch): [Kind, string] => [patch.passes_hidden ? 'lucky' : 'patch', patch.overfit]),
  ];
  const verifications = repair ? await verifyAll(at, { bench, repair, modes: usable, candidates }) : [];
  const sloppy = texts.map(sloppiness).find((reason) => reason !== undefined);
  return { id, verifications, hasNoTape: isFromHidden, sloppy, problem: undefined };
}

interface CaseSetting {
  id: string;
  script: string;
  before: string;
  wrapper: Wrapper;
  tests: Record<Mode, string>;
  place: Place;
}

/** The tapes of the visible test; where it finds no fault, the failing call is one of the hidden test. */
async function recordRepair(
  { script, wrapper, tests }: CaseSetting,
  bench: Bench,
  entryPoint: string,
  modes: readonly Mode[],
): Promise<{ repair: Repair | undefined; isFromHidden: boolean }> {
  const tree = await bench.scratch([]);
  try {
    const runner = bench.open({ workspace: tree.path, services: NO_SERVICES });
    const record = (test: string) => recordTapes({ runner, script, test, names: wrapper.names, entryPoint });
    const visible = await record(tests.visible);
    const isFromHidden = visible.failing === undefined;
    const failing = isFromHidden && modes.includes('hidden') ? (await record(tests.hidden)).failing : visible.failing;
    const grants = { writes: [], secrets: [], spawn: [], timeoutMs: GRANTED_MS };
    return { repair: failing && { script, grants, failing, good: visible.good }, isFromHidden };
  } finally {
    await tree.remove();
  }
}

async function verifyAll(
  at: CaseSetting,
  what: { bench: Bench; repair: Repair; modes: readonly Mode[]; candidates: readonly [Kind, string][] },
): Promise<Verification[]> {
  const { bench, repair, modes, candidates } = what;
  const started = performance.now();
  const reproduction = await reproduce(bench, repair);
  const reproducedMs = performance.now() - started;
  const unreproduced: GateResult = {
    accepted: false,
    evidence: [{ check: 'reproduced', status: 'fail', detail: reproduction.detail }],
  };
  const verifications: Verification[] = [];
  for (const [kind, text] of candidates) {
    const begun = performance.now();
    const tests = testsOf(at, modes);
    const result = reproduction.reproduced
      ? await verifyFix(bench, repair, candidateFor(at, text), { reproduction, checks: [tests.check] })
      : unreproduced;
    const wholeMs = reproducedMs + performance.now() - begun;
    verifications.push(
      ...modes.map((mode) => ({ id: at.id, mode, kind, ...outcomeIn(mode, result, tests.runs, wholeMs) })),
    );
  }
  return verifications;
}

/** What the gate would have said with the tests of one mode alone. */
function outcomeIn(
  mode: Mode,
  { accepted, evidence }: GateResult,
  runs: ReadonlyMap<Mode, TestRun>,
  wholeMs: number,
): Pick<Verification, 'accepted' | 'check' | 'detail' | 'durationMs'> {
  const othersMs = [...runs].reduce((sum, [each, { durationMs }]) => sum + (each === mode ? 0 : durationMs), 0);
  const durationMs = wholeMs - othersMs;
  const own = runs.get(mode);
  if (own && !own.passed) return { accepted: false, check: TEST_CHECK, detail: own.detail, durationMs };
  const refusal = evidence.find(({ status }) => status === 'fail');
  return { accepted, check: refusal?.check, detail: refusal?.detail ?? '', durationMs };
}

const TEST_CHECK = 'script tests';

/**
 * The script's own tests, as far as the gate knows: they reach the candidate through the runner alone. The modes differ in
 * nothing else, so one check runs the tests of each, and the gate's other work is done once.
 */
function testsOf(
  { script, wrapper, tests }: CaseSetting,
  modes: readonly Mode[],
): { check: TreeCheck; runs: ReadonlyMap<Mode, TestRun> } {
  const runs = new Map<Mode, TestRun>();
  const run: TreeCheck['run'] = async (tree, open) => {
    const runner = open({ workspace: tree.path, services: NO_SERVICES });
    for (const mode of modes) runs.set(mode, await judge({ runner, script, test: tests[mode], names: wrapper.names }));
    const all = [...runs.values()];
    const durationMs = all.reduce((sum, each) => sum + each.durationMs, 0);
    return {
      passed: all.some(({ passed }) => passed),
      detail: all.map(({ detail }) => detail).join('; '),
      log: '',
      durationMs,
    };
  };
  return { check: { name: TEST_CHECK, run }, runs };
}

const candidateFor = ({ script, before, wrapper }: CaseSetting, text: string) => {
  const after = wrapper.wrap(text);
  return {
    before,
    after,
    explanation: 'A call gave a wrong result.',
    failureMode: '',
    changes: [{ path: script, content: after }],
  };
};
