import type { CommandLine } from '../domain/command-line.ts';
import type { Directive } from '../domain/directive.ts';
import { fromDollars, toDollars } from '../domain/money.ts';
import type { CallRecord, Failure, StepRecord } from '../domain/record.ts';
import { redactJson } from '../domain/redaction.ts';
import { type StoredTape, storeTape } from '../domain/tape.ts';
import { mayWrite, writeRoot } from '../domain/writes.ts';
import type { ScriptCall, ScriptRun } from '../ports.ts';
import type { Context } from './cycle-context.ts';
import type { Job } from './entry.ts';
import { generateFor } from './generate.ts';
import { failureOf, seconds, toCall, type Work } from './script-call.ts';
import { forgeFor } from './script-forge.ts';

export type StepsEnd =
  | { kind: 'done' }
  | { kind: 'skipped'; reason: string }
  | { kind: 'failed'; failure: Failure; mayRetry: boolean }
  | { kind: 'undecided'; reason: string }
  | { kind: 'superseded' };

export interface StepsResult {
  steps: StepRecord[];
  end: StepsEnd;
  tapes: StoredTape[];
}

/** Says before an outside effect what is about to happen; false when another run has said so already. */
export type Announce = (step: number, call: ScriptCall, steps: readonly StepRecord[]) => Promise<boolean>;

/** Runs the tools in order until one does not succeed. */
export async function runSteps(context: Context, { work, account }: Job, announce: Announce): Promise<StepsResult> {
  const steps = [...work.done];
  const tapes: StoredTape[] = [];
  for (let index = steps.length; index < work.directive.tools.length; index++) {
    const tool = work.directive.tools[index] as CommandLine;
    const step = index + 1;
    const generate = (secrets: ScriptCall['secrets']) => generateFor(account, step, secrets);
    const call = toCall(context, { work, tool, step, steps, writes: work.directive.writes, generate });
    if ('failure' in call) return { steps, tapes, end: { kind: 'failed', failure: call.failure, mayRetry: true } };
    const line = context.log.step(tool.script);
    const done = await runStep(context, { work, call, index, steps, announce });
    line.done(done.end === undefined || done.end.kind === 'skipped', done.note);
    if (done.step) steps.push(withCost(done.step, step, account.calls));
    if (done.tape) tapes.push(done.tape);
    if (done.end) return { steps, tapes, end: done.end };
  }
  return { steps, tapes, end: { kind: 'done' } };
}

/** What a step's texts cost, in whole micro-cents written as dollars. */
function withCost(done: StepRecord, step: number, calls: readonly CallRecord[]): StepRecord {
  const asked = calls.filter((call) => call.step === step);
  if (asked.length === 0) return done;
  return { ...done, cost: toDollars(asked.reduce((sum, { cost }) => sum + fromDollars(cost), 0)) };
}

interface StepDone {
  step?: StepRecord;
  tape?: StoredTape;
  end?: StepsEnd;
  note: string;
}

async function runStep(
  context: Context,
  at: { work: Work; call: ScriptCall; index: number; steps: readonly StepRecord[]; announce: Announce },
): Promise<StepDone> {
  const { work, call, index, steps, announce } = at;
  const isExternal = work.directive.effects === 'external';
  if (isExternal && work.lookFirst !== 'no' && index === work.done.length) {
    const looking = forgeFor(context.forge, { operations: work.directive.forge, isLooking: true });
    const found = await context.runner.find({ ...call, forge: looking });
    if (found.outcome.status === 'ok') return adopted(context, call, found);
    const reason = undecidedReason(found);
    if (reason && work.lookFirst === 'prove') return { end: { kind: 'undecided', reason }, note: reason };
  }
  if (isExternal && !(await announce(index + 1, call, steps)))
    return { end: { kind: 'superseded' }, note: 'another run was first' };
  const run = await context.runner.run(call);
  return toStep(context, call, run, isExternal);
}

/** Why a search does not settle whether the effect is there; undefined when it proves that it is not. */
function undecidedReason({ outcome, hasFind }: ScriptRun): string | undefined {
  if (!hasFind) return 'the script has no find(): nothing can tell whether its effect happened';
  if (outcome.status === 'absent') return undefined;
  if (outcome.status === 'unknown') return outcome.reason;
  return outcome.status === 'failed' ? `find() failed: ${outcome.failure.message}` : 'find() gave no answer';
}

function adopted(context: Context, call: ScriptCall, run: ScriptRun): StepDone {
  const output = run.outcome.status === 'ok' ? redactJson(run.outcome.output, context.redact) : {};
  const step: StepRecord = {
    script: call.script,
    status: 'success',
    duration_s: seconds(run.durationMs),
    output: output as StepRecord['output'],
    key: call.key,
    adopted: true,
  };
  return { step, note: 'found: its effect was there already' };
}

function toStep(context: Context, call: ScriptCall, run: ScriptRun, isExternal: boolean): StepDone {
  const { outcome } = run;
  const base = { script: call.script, duration_s: seconds(run.durationMs), ...(isExternal ? { key: call.key } : {}) };
  if (outcome.status === 'skipped') {
    const reason = context.redact(outcome.reason).slice(0, 500);
    return {
      step: { ...base, status: 'skipped', reason },
      end: { kind: 'skipped', reason },
      note: `skipped: ${reason}`,
    };
  }
  const tape = toTape(context, call, run);
  if (outcome.status === 'ok') {
    const output = redactJson(outcome.output, context.redact) as StepRecord['output'];
    return { step: { ...base, status: 'success', output, tape: tape.id }, tape, note: '' };
  }
  const failure =
    outcome.status === 'failed'
      ? outcome.failure
      : failureOf(call.script, 'output', `the script answered \`${outcome.status}\``);
  const mayRetry = !isExternal || failure.kind === 'input' || run.hasFind;
  return {
    step: { ...base, status: 'failure', tape: tape.id },
    tape,
    end: { kind: 'failed', failure, mayRetry },
    note: failure.message.split('\n')[0] ?? '',
  };
}

function toTape({ facts, redact }: Context, call: ScriptCall, run: ScriptRun): StoredTape {
  const { outcome } = run;
  return storeTape({
    v: 1,
    script: call.script,
    mode: 'run',
    input: redactJson(JSON.parse(JSON.stringify(call.input)), redact),
    key: call.key,
    clock: call.now.toISOString(),
    commit: facts.head,
    exchanges: run.exchanges,
    ...(outcome.status === 'ok' ? { output: JSON.parse(JSON.stringify(redactJson(outcome.output, redact))) } : {}),
    ...(outcome.status === 'failed'
      ? {
          failure: {
            kind: outcome.failure.kind,
            message: outcome.failure.message,
            signature: outcome.failure.signature,
          },
        }
      : {}),
    replayable: true,
  });
}

/** What the steps left in the work tree, apart from what they were not allowed to. */
export async function writtenFiles(
  context: Context,
  directive: Directive,
  dirtyBefore: readonly string[],
): Promise<{ files: string[]; strays: string[] }> {
  const changed = await context.repo.changedPaths(directive.writes.map(writeRoot));
  const mine = changed.filter((path) => !dirtyBefore.includes(path));
  const strays = mine.filter((path) => !mayWrite(directive.writes, path));
  return { files: mine.filter((path) => !strays.includes(path)), strays };
}
