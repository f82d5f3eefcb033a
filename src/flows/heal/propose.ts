import { diagnose } from '../../domain/heal/diagnosis.ts';
import type { Attempt, Verdict } from '../../domain/heal/fix.ts';
import { type RepairAnswer, readRepair } from '../../domain/heal/repair-answer.ts';
import type { LedgerState } from '../../domain/ledger-state.ts';
import { sha256 } from '../../domain/occurrence.ts';
import type { Tape } from '../../domain/tape.ts';
import { repairPrompt } from '../../prompts/repair.ts';
import type { Account } from '../account.ts';
import type { HealContext } from './heal-context.ts';
import { holdBack } from './hold-back.ts';
import { type RepairCase, recordedCalls, reproduce } from './reproduce.ts';
import type { Ward } from './ward.ts';

/** What an attempt knows of the ones before it. */
export interface Earlier {
  /** The attempt right before, which the model may learn from. The third starts fresh. */
  refused?: { attempt: Attempt; verdict: Verdict };
  /** Models that have failed at it. */
  avoid: readonly string[];
}

export interface Asking {
  state: LedgerState;
  account: Account;
  /** Id of the run that asks. */
  run: string;
  number: 1 | 2 | 3;
  earlier: Earlier;
  isByHand: boolean;
}

type Ending = Pick<Attempt, 'outcome' | 'cause' | 'reason'> & Partial<Pick<Attempt, 'failure_mode'>>;

/**
 * Finds out what is to blame for a failure and, where it is the script, asks a model for new code. None of it is run here:
 * an attempt is data.
 */
export async function proposeFix(context: HealContext, ward: Ward, asking: Asking): Promise<Attempt> {
  const line = context.log.step(`look at ${ward.patient.script}: ${ward.patient.signature}`);
  const ending = await withoutCode(context, ward, asking);
  line.done(true, ending?.reason ?? 'the failure is reproduced from its tape');
  if (ending) return toAttempt(ward, asking, ending);
  return askForCode(context, ward, asking);
}

/** Everything for which no code is proposed, cheapest first. */
async function withoutCode(
  context: HealContext,
  ward: Ward,
  { state, number, isByHand }: Asking,
): Promise<Ending | undefined> {
  const { failure, repair, patient, script } = ward;
  // What let the first attempt through lets its successors.
  const held = number === 1 ? await holdBack(context, state, ward, { isByHand }) : undefined;
  if (held) return { ...held, cause: 'unknown' };
  const { cause, reason } = diagnose(failure, repair?.failing, patient.script);
  if (cause === 'transient') return { outcome: 'none', cause: 'environment', reason };
  if (cause === 'protected') return { outcome: 'escalate', cause, reason };
  if (cause !== 'script') return { outcome: 'note', cause, reason, failure_mode: remedyFor(ward, reason) };
  if (script === undefined) return { outcome: 'escalate', cause, reason: `${patient.script} is not there` };
  if (!repair)
    return { outcome: 'escalate', cause, reason: 'the failing call was not recorded, so nothing can be tried on it' };
  // What the first attempt reproduced the others need not.
  return number === 1 ? unreproduced(context, state, ward, repair) : undefined;
}

async function unreproduced(
  context: HealContext,
  state: LedgerState,
  { patient }: Ward,
  repair: RepairCase,
): Promise<Ending | undefined> {
  const { replays, workbench } = context;
  const bench = { open: replays, scratch: workbench.scratch.bind(workbench, patient.base) };
  const { reproduced, detail } = await reproduce(bench, repair);
  if (reproduced) return undefined;
  const streak = state.directives[patient.directive]?.streak;
  const isLasting = streak?.signature === patient.signature && streak.sameCount > 1;
  // Once is chance. Again and again is something that the tape does not hold.
  return {
    outcome: isLasting ? 'escalate' : 'none',
    cause: 'flaky',
    reason: `not reproduced: ${detail}`.slice(0, 1000),
  };
}

/** For the directive: when it fails, and where to look. */
function remedyFor({ directive, failure }: Ward, reason: string): string {
  const secrets =
    directive.secrets.length > 0 ? `check ${directive.secrets.join(', ')}` : 'check what it needs outside';
  const remedy = failure.kind === 'input' ? 'check the inputs it is called with' : secrets;
  const sentence = `Fails when ${reason}`.replaceAll(/[`{}<>]/g, '').replaceAll(/\s+/g, ' ');
  return `${sentence.slice(0, 220)}: ${remedy}`;
}

async function askForCode(context: HealContext, ward: Ward, asking: Asking): Promise<Attempt> {
  const { patient, script = '', repair } = ward;
  const { account, earlier, number } = asking;
  const recorded = repair ? recordedCalls(repair) : [];
  const change = { script: patient.script, before: script, recorded };
  const line = context.log.step(`ask for a repair, attempt ${number}`);
  const answer = await account.ask({
    task: 'self_repair',
    prompt: repairPrompt(await viewOf(context, ward, earlier)),
    check: (text) => {
      const read = readRepair(text, change);
      return 'problems' in read ? read.problems : [];
    },
    avoid: earlier.avoid,
  });
  line.done('text' in answer, 'text' in answer ? answer.model : answer.unavailable);
  if ('unavailable' in answer)
    return toAttempt(ward, asking, {
      outcome: 'escalate',
      cause: 'script',
      reason: `no repair was written: ${answer.unavailable}`.slice(0, 1000),
    });
  const read = readRepair(answer.text, change);
  if ('problems' in read)
    return toAttempt(ward, asking, {
      outcome: 'escalate',
      cause: 'script',
      reason: read.problems.join(' ').slice(0, 1000),
    });
  return answered(ward, asking, { answer: read.answer, model: answer.model });
}

function answered(ward: Ward, asking: Asking, { answer, model }: { answer: RepairAnswer; model: string }): Attempt {
  const { cause, explanation, failure_mode, source } = answer;
  const isCode = cause === 'script';
  const attempt = toAttempt(ward, asking, {
    outcome: isCode ? 'fix' : failure_mode.trim() === '' ? 'escalate' : 'note',
    cause,
    reason: ward.failure.message.split('\n')[0]?.slice(0, 1000) ?? '',
    failure_mode,
  });
  return { ...attempt, explanation, source: isCode ? source : null, model };
}

async function viewOf(
  { readApi }: HealContext,
  ward: Ward,
  { refused }: Earlier,
): Promise<Parameters<typeof repairPrompt>[0]> {
  const { patient, script = '', failure, directiveText, repair } = ward;
  return {
    script: patient.script,
    source: script,
    failure: { kind: failure.kind, message: failure.message, logTail: failure.log_tail },
    input: repair?.failing.input ?? {},
    answers: repair ? lastAnswers(repair.failing) : [],
    directive: directiveText,
    api: await readApi(),
    ...(refused ? { before: hintOf(refused) } : {}),
  };
}

const ANSWERS = 2;

const lastAnswers = ({ exchanges }: Tape): string[] =>
  exchanges.slice(-ANSWERS).map((exchange) => JSON.stringify(exchange));

/** Checks of the text may say what they found, since it is in the text. Of all that was run only the name is told. */
function hintOf({
  attempt,
  verdict,
}: NonNullable<Earlier['refused']>): NonNullable<Parameters<typeof repairPrompt>[0]['before']> {
  const refusals = verdict.evidence.filter(({ status }) => status === 'fail').map(({ check }) => check);
  return { source: attempt.source ?? '', refusals, stack: verdict.stack };
}

function toAttempt({ patient, script }: Ward, { number, account, run }: Asking, ending: Ending): Attempt {
  return {
    v: 1,
    id: run,
    patient,
    number,
    explanation: '',
    failure_mode: '',
    source: null,
    before: script === undefined ? null : sha256(script),
    model: null,
    calls: [...account.calls],
    ...ending,
  };
}
