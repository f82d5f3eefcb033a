import type { CommandLine } from '../domain/command-line.ts';
import type { CriterionRecord, StepRecord } from '../domain/record.ts';
import type { Context } from './cycle-context.ts';
import { noModel } from './generate.ts';
import { seconds, toCall, type Work } from './script-call.ts';

/** Runs the success criteria that are commands. Prose is for people and decides nothing. */
export async function verify(
  context: Context,
  work: Work,
  steps: readonly StepRecord[],
): Promise<{ criteria: CriterionRecord[]; verification: 'verified' | 'unverified' | 'refuted' }> {
  const criteria: CriterionRecord[] = [];
  for (const criterion of work.directive.criteria) {
    if (criterion.kind === 'prose') continue;
    const line = context.log.step(`verify: ${criterion.command.script}`);
    const checked = await checkCriterion(context, work, criterion.command, steps);
    line.done(checked.holds === true, checked.reason);
    criteria.push(checked);
  }
  if (criteria.some(({ holds }) => holds === false)) return { criteria, verification: 'refuted' };
  const isVerified = criteria.length > 0 && criteria.every(({ holds }) => holds === true);
  return { criteria, verification: isVerified ? 'verified' : 'unverified' };
}

const judgedByCode = noModel('success criteria are checked without a model');

/** A criterion's script answers `{ok, reason}`. One that crashes tells nothing about the world: `holds` is null. */
async function checkCriterion(
  context: Context,
  work: Work,
  tool: CommandLine,
  steps: readonly StepRecord[],
): Promise<CriterionRecord> {
  const call = toCall(context, {
    work,
    tool,
    step: 0,
    steps,
    writes: [],
    generate: () => judgedByCode,
    isLooking: true,
  });
  if ('failure' in call) return { script: tool.script, holds: null, reason: call.failure.message, duration_s: 0 };
  const { outcome, durationMs } = await context.runner.run(call);
  const base = { script: tool.script, duration_s: seconds(durationMs) };
  if (outcome.status !== 'ok') {
    const reason =
      outcome.status === 'failed'
        ? outcome.failure.message
        : outcome.status === 'absent'
          ? 'no answer'
          : outcome.reason;
    return { ...base, holds: null, reason: context.redact(reason).slice(0, 500) };
  }
  const { ok, reason } = outcome.output;
  const holds = typeof ok === 'boolean' ? ok : null;
  const told = typeof reason === 'string' ? reason : holds === null ? 'the criterion gave no `ok`' : undefined;
  return { ...base, holds, ...(told ? { reason: context.redact(told).slice(0, 500) } : {}) };
}
