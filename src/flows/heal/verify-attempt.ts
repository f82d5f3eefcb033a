import type { Attempt, Evidence, Verdict } from '../../domain/heal/fix.ts';
import type { ProjectCheck } from '../../sandbox-port.ts';
import { seconds } from '../script-call.ts';
import { criteriaCheck } from './criteria-check.ts';
import { type GateResult, type TreeCheck, verifyFix } from './gate.ts';
import type { HealContext } from './heal-context.ts';
import { proposalFiles } from './proposal-files.ts';
import { type Bench, type RepairCase, type Reproduction, reproduce } from './reproduce.ts';
import type { Ward } from './ward.ts';

type Judged = Pick<Verdict, 'outcome' | 'evidence' | 'tree'> & { stack?: string };

/**
 * Whether an attempt mends what it is for, tried where no secret and no network is. Everything it is held against is looked
 * up here: of the attempt only the texts are used.
 * @param parcel sha256 of the parcel that the attempt came in
 */
export async function verifyAttempt(
  context: HealContext,
  ward: Ward,
  { attempt, parcel }: { attempt: Attempt; parcel: string },
): Promise<Verdict> {
  const { clock } = context;
  const started = clock.now().getTime();
  const { stack, ...judged } = await judgeAttempt(context, ward, attempt);
  return {
    v: 1,
    patient: attempt.patient,
    parcel,
    ...judged,
    ...(stack ? { stack: stack.slice(0, 4000) } : {}),
    duration_s: seconds(clock.now().getTime() - started),
  };
}

async function judgeAttempt(context: HealContext, ward: Ward, attempt: Attempt): Promise<Judged> {
  const { sandbox, workbench, repo, setting, log } = context;
  const { base } = attempt.patient;
  const unable = (check: string, detail: string): Judged => ({
    outcome: 'unable',
    evidence: [{ check, status: 'fail', detail: detail.slice(0, 600) }],
    tree: null,
  });
  const stranger = strangerField(attempt, ward);
  if (stranger) return unable('parcel', `it is about another ${stranger} than the ledger says`);
  if (!(await workbench.bring(base))) return unable('parcel', `the commit ${base.slice(0, 10)} is not in this clone`);
  const probed = await sandbox.probe();
  if ('missing' in probed) return unable('sandbox', probed.missing);
  log.info(`the sandbox is closed: ${probed.kind}`);
  const made = await proposalFiles(repo.at(base), ward, attempt, Object.keys(setting.config.vars));
  if ('refused' in made) return refusedPath(made.refused);
  const { repair } = ward;
  if (!repair) return unable('reproduced', 'the failing call was not recorded');
  const bench: Bench = { open: sandbox.runner.bind(sandbox), scratch: workbench.scratch.bind(workbench, base) };
  return tryAttempt(context, { ward, repair, bench, made, attempt, kind: probed.kind });
}

const refusedPath = (detail: string): Judged => ({
  outcome: 'refused',
  evidence: [{ check: 'protected files', status: 'fail', detail: detail.slice(0, 600) }],
  tree: null,
});

interface Trial {
  ward: Ward;
  repair: RepairCase;
  bench: Bench;
  made: Extract<Awaited<ReturnType<typeof proposalFiles>>, { changes: unknown }>;
  attempt: Attempt;
  /** How the sandbox is closed. */
  kind: string;
}

async function tryAttempt(context: HealContext, trial: Trial): Promise<Judged> {
  const { repair, bench, made, kind } = trial;
  const line = context.log.step('reproduce the failure in the sandbox');
  const reproduction = await reproduce(bench, repair);
  const { reproduced, detail } = reproduction;
  line.done(reproduced, detail.split('\n')[0]);
  const closed: Evidence = {
    check: 'sandbox',
    status: 'pass',
    detail: `no network, no secrets, nothing outside: ${kind}`,
  };
  if (!reproduced) {
    const failed: Evidence = { check: 'reproduced', status: 'fail', detail: detail.slice(0, 600) };
    return { outcome: 'unreproduced', evidence: [closed, failed], tree: null };
  }
  const files = made.changes.map(({ path }) => path).join(', ');
  const paths: Evidence = { check: 'protected files', status: 'pass', detail: `only ${files}` };
  const { accepted, evidence, stack } = await gate(context, trial, reproduction);
  return {
    outcome: accepted ? 'accepted' : 'refused',
    evidence: [closed, paths, ...evidence],
    tree: accepted ? await treeOf(bench, made.changes) : null,
    ...(stack ? { stack } : {}),
  };
}

async function gate(
  context: HealContext,
  { ward, repair, bench, made, attempt }: Trial,
  reproduction: Reproduction,
): Promise<GateResult> {
  const { source, explanation, failure_mode: failureMode, number } = attempt;
  const candidate = { before: made.before, after: source ?? '', explanation, failureMode, changes: made.changes };
  const checks = [...criteriaCheck(context, ward), ...projectChecks(context, repair.script)];
  const line = context.log.step(`verify attempt ${number}`);
  const result = await verifyFix(bench, repair, candidate, { reproduction, checks });
  line.done(result.accepted, result.evidence.find(({ status }) => status === 'fail')?.check ?? 'accepted');
  return result;
}

async function treeOf(bench: Bench, changes: Parameters<Bench['scratch']>[0]): Promise<string> {
  const scratch = await bench.scratch(changes);
  await scratch.remove();
  return scratch.tree;
}

/** The project's own, of the base commit: cheapest first. */
function projectChecks({ sandbox, log }: HealContext, script: string): TreeCheck[] {
  const named: [string, ProjectCheck][] = [
    ["the script's tests", { kind: 'script-tests', script }],
    ['types', { kind: 'types' }],
    ['the whole suite', { kind: 'suite' }],
  ];
  return named.map(([name, check]) => ({
    name,
    run: async (tree) => {
      const line = log.step(name);
      const run = await sandbox.check(tree.path, check);
      line.done(run.passed, run.detail);
      // For whoever reads the log of the run; the verdict, which a model may see parts of, has the detail alone.
      if (!run.passed) log.info(run.log);
      return run;
    },
  }));
}

/** What the attempt says of the failure, where that is not what the ledger says. */
function strangerField({ patient }: Attempt, ward: Ward): string | undefined {
  const mine = ward.patient;
  return (['entry', 'directive', 'script', 'signature'] as const).find((name) => patient[name] !== mine[name]);
}
