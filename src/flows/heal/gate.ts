import type { Evidence } from '../../domain/heal/fix.ts';
import { proseFindings, SOURCE_CHECKS, sourceFindings } from '../../domain/heal/source/source-policy.ts';
import type { Tape } from '../../domain/tape.ts';
import type { Scratch, TextChange } from '../../repo-port.ts';
import type { CheckRun } from '../../sandbox-port.ts';
import { compareEffects, compareGood, compareSchemas } from './compare.ts';
import { tryOtherCalls } from './other-calls.ts';
import { failureOfRun, isSameFailure, type OpenRunner, type Replay, replay } from './replay.ts';
import {
  type Bench,
  NO_SERVICES,
  openTrees,
  type RepairCase,
  type Reproduction,
  recordedCalls,
  type Trees,
} from './reproduce.ts';

/** Code for a script that nobody has reviewed, with what is said of it. */
export interface Candidate {
  /** The script as it is, and as it would be. */
  before: string;
  after: string;
  explanation: string;
  failureMode: string;
  /** Every file of the proposal: the script among them. */
  changes: readonly TextChange[];
}

/** One of the project's own checks on the tree with the candidate, which reaches it only through runners of the sandbox. */
export interface TreeCheck {
  name: string;
  run(tree: Scratch, open: OpenRunner): Promise<CheckRun>;
}

export interface GateResult {
  accepted: boolean;
  evidence: Evidence[];
  /** What the candidate itself said when it failed; never the words of a test. */
  stack?: string;
}

/**
 * Whether the candidate mends the script, cheapest question first; the first answer that is no ends it.
 * @param bench runs scripts in the sandbox, on trees of the base
 * @param reproduction what `reproduce` found with the code of the base; it must have reproduced the failure
 * @param checks the project's own, in order
 */
export async function verifyFix(
  bench: Bench,
  repair: RepairCase,
  candidate: Candidate,
  { reproduction, checks }: { reproduction: Reproduction; checks: readonly TreeCheck[] },
): Promise<GateResult> {
  const evidence = readCandidate(repair, candidate);
  if (isRefused(evidence)) return { accepted: false, evidence };
  evidence.push({
    check: 'reproduced',
    status: 'pass',
    detail: `on the code of the base: ${oneLine(reproduction.detail)}`,
  });
  const tried = await tryFix(bench, repair, candidate.changes, { reproduction, checks });
  return { ...tried, evidence: [...evidence, ...tried.evidence] };
}

/** What is left of the gate when nothing stands against the text: whether the candidate does what it should. */
export async function tryFix(
  bench: Bench,
  repair: RepairCase,
  changes: readonly TextChange[],
  { reproduction, checks }: { reproduction: Reproduction; checks: readonly TreeCheck[] },
): Promise<GateResult> {
  const trees = openTrees(bench, changes, repair.grants);
  try {
    const { evidence, stack } = await tryCandidate(bench, repair, { trees, reproduction });
    if (isRefused(evidence)) return { accepted: false, evidence, ...(stack ? { stack } : {}) };
    for (const check of checks) {
      evidence.push(await runCheck(bench, trees, check));
      if (isRefused(evidence)) return { accepted: false, evidence };
    }
    return { accepted: true, evidence };
  } finally {
    await trees.remove();
  }
}

const isRefused = (evidence: readonly Evidence[]): boolean => evidence.some(({ status }) => status === 'fail');

/** What can be said of the text alone. */
function readCandidate(repair: RepairCase, candidate: Candidate): Evidence[] {
  const { before, after, explanation, failureMode } = candidate;
  const found = [
    ...sourceFindings({ script: repair.script, before, after, recorded: recordedCalls(repair) }),
    ...proseFindings(explanation),
    ...proseFindings(failureMode),
  ];
  if (found.length === 0)
    return [
      {
        check: 'source',
        status: 'pass',
        detail: `${Object.keys(SOURCE_CHECKS).length} checks of the text have nothing against it`,
      },
    ];
  return found.slice(0, 20).map(({ check, detail, line }) => ({
    check,
    status: 'fail',
    detail: line === undefined ? detail : `line ${line}: ${detail}`,
  }));
}

/** The recorded calls on the new code. */
async function tryCandidate(
  bench: Bench,
  repair: RepairCase,
  { trees, reproduction }: { trees: Trees; reproduction: Reproduction },
): Promise<Pick<GateResult, 'evidence' | 'stack'>> {
  const { grants, failing } = repair;
  const [mended, described] = await Promise.all([
    trees.use((tree) => replay(bench.open, failing, tree, grants, laterOf(repair))),
    trees.use((tree) => bench.open({ workspace: tree.path, services: NO_SERVICES }).describe(repair.script)),
  ]);
  const outcome = mendedEvidence(repair, mended, reproduction);
  const stack = failureOfRun(mended.run);
  if (outcome.status === 'fail')
    return { evidence: [outcome], ...(stack ? { stack: `${stack.message}\n${stack.log_tail}` } : {}) };
  const evidence = [
    outcome,
    compareSchemas(reproduction.description, described),
    ...compareEffects(reproduction, mended),
  ];
  if (isRefused(evidence)) return { evidence };
  const good = await Promise.all(
    reproduction.good.map(async ({ tape, replay: before }) => ({
      tape,
      before,
      after: await trees.use((tree) => replay(bench.open, tape, tree, grants)),
    })),
  );
  const failed = good.map(({ after }) => failureOfRun(after.run)).find((failure) => failure !== undefined);
  evidence.push(...compareGood(good, mended, failing));
  if (!isRefused(evidence)) evidence.push(...(await tryOtherCalls(bench, repair, { trees, mended, reproduction })));
  return {
    evidence,
    ...(failed ? { stack: `${failed.message}\n${failed.log_tail}` } : {}),
  };
}

/** A failing call was recorded as far as it came; what it would have asked next, the last good one did ask. */
const laterOf = ({ good }: RepairCase): Tape['exchanges'] => good.at(-1)?.exchanges ?? [];

function mendedEvidence(
  { failing }: RepairCase,
  { run, strays, borrowed }: Replay,
  { failing: before }: Reproduction,
): Evidence {
  const check = 'mended';
  const { outcome } = run;
  if (strays.length > 0)
    return { check, status: 'fail', detail: `it makes a call that was never recorded: ${oneLine(strays[0] ?? '')}` };
  if (outcome.status === 'failed') {
    const { kind, signature, message } = outcome.failure;
    const same = isSameFailure(failing, run) ? 'fails as before' : 'fails otherwise';
    return { check, status: 'fail', detail: `the recorded call ${same}: ${kind} ${signature}, ${oneLine(message)}` };
  }
  if (outcome.status !== 'ok')
    return { check, status: 'fail', detail: 'the recorded call ends without a result: skipping is no repair' };
  if (isSameFailure(failing, run)) return { check, status: 'fail', detail: 'it gives the refuted output again' };
  const { printedBytes = 0 } = run;
  if (printedBytes > MOST_PRINTED && printedBytes > 2 * (before?.run.printedBytes ?? 0))
    return { check, status: 'fail', detail: `it prints ${Math.round(printedBytes / 1024 ** 2)} MB` };
  const behind =
    borrowed.length > 0 ? `; behind the failure ${[...new Set(borrowed)].join(', ')} answered as in a good call` : '';
  return {
    check,
    status: 'pass',
    detail: oneLine(`the recorded call ends well, and its output fits the schema${behind}`),
  };
}

/** Of a script's log 4 KB are kept. */
const MOST_PRINTED = 1024 ** 2;

async function runCheck(bench: Bench, trees: Trees, check: TreeCheck): Promise<Evidence> {
  return trees.use(async (tree) => {
    const { passed, detail } = await check.run(tree, bench.open);
    const tampered = (await tree.changedPaths()).filter((path) => !path.startsWith('execution/') && isKept(path));
    if (tampered.length > 0)
      return {
        check: check.name,
        status: 'fail',
        detail: `files of the base were changed while it ran: ${oneLine(tampered.join(', '))}`,
      };
    return { check: check.name, status: passed ? 'pass' : 'fail', detail: oneLine(detail) };
  });
}

/** What judges must be the base's own, before and after. */
const isKept = (path: string): boolean => /^(test|src|\.github|package(-lock)?\.json|tsconfig\.json)(\/|$)/.test(path);

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 400);
