import { type ApprovalPlan, approvalPlan, approvalProblem } from '../domain/approval.ts';
import { hasMarker, type Issue } from '../domain/forge-words.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import { formatCap } from '../domain/money.ts';
import type { Held, Option } from '../domain/option.ts';
import { ask } from './ask-forge.ts';
import type { Context } from './cycle-context.ts';
import type { Situation } from './gather.ts';

const RELEASE = 'steward:approved';
export const approvalMarker = (directive: string): string => `approval:${directive}`;

/**
 * Shows each run that waits for a person in the one rolling issue of its directive, and offers those that somebody with
 * write access has released. Without a forge they go on waiting.
 */
export async function settleApprovals(context: Context, situation: Situation, state: LedgerState): Promise<Situation> {
  // One rolling issue per directive shows one run: the first that waits.
  const approvals = situation.approvals.filter(
    ({ directive }, index, all) => all.findIndex((other) => other.directive.name === directive.name) === index,
  );
  const needing = situation.loaded.directives.filter(({ approval }) => approval === 'required');
  if (!context.forge || needing.length === 0) return situation;
  const issues = await ask(context, 'issues.list', { state: 'all', labels: ['steward', 'steward:approval'] });
  if (!issues) return situation;
  const idle = needing.filter(({ name }) => !approvals.some(({ directive }) => directive.name === name));
  for (const { name } of idle) await closeLeftOver(context, name, issues);
  const released: Option[] = [];
  const held = situation.held.filter(
    ({ directive }) => !approvals.some((option) => option.directive.name === directive),
  );
  for (const option of approvals) {
    const settled = await settle(context, option, { issues, state });
    if ('reason' in settled) held.push(settled);
    else released.push(settled);
  }
  return { ...situation, held, approvals: [], options: [...situation.options, ...released] };
}

/** A runner that died between its record and this word left the issue open, or its label on. */
async function closeLeftOver(context: Context, directive: string, issues: readonly Issue[]): Promise<void> {
  const shown = issues.find(({ body }) => hasMarker(body, approvalMarker(directive)));
  if (shown?.state === 'open') await closeApproval(context, directive, `\`${directive}\` waits for nobody now.`);
  else if (shown?.labels.includes(RELEASE)) await takeLabelOff(context, shown.number);
}

async function settle(
  context: Context,
  option: Option,
  { issues, state }: { issues: readonly Issue[]; state: LedgerState },
): Promise<Option | Held> {
  const { directive } = option;
  const wait = (reason: string): Held => ({ directive: directive.name, reason });
  if (option.openInputs.length > 0) {
    const names = option.openInputs.map(({ name }) => name).join(', ');
    return wait(`a run that needs approval must know its inputs, and nobody gave ${names}: start it by hand with them`);
  }
  const plan = await planOf(context, option);
  const shown = issues.find(({ body }) => hasMarker(body, approvalMarker(directive.name)));
  const isShown = shown?.body.includes(plan.digest) ?? false;
  const isLabelled = shown?.labels.includes(RELEASE) ?? false;
  // A label on another plan releases nothing: it goes before the new plan can be seen under it.
  if (shown && isLabelled && !isShown) await takeLabelOff(context, shown.number);
  const number = await show(context, plan);
  if (number === undefined) return wait('waits for a person, and its issue could not be written');
  // Nor does one that was set on the old plan while the new one was being written.
  if (shown && !isShown) await takeLabelOff(context, number);
  if (isShown && shown?.state === 'closed') return wait(`declined: #${number} was closed`);
  if (!isShown || !isLabelled) return wait(`waits for a person: #${number} shows what would run`);
  return release(context, option, { number, lastAttempt: lastAttempt(state, option) });
}

async function release(
  context: Context,
  option: Option,
  { number, lastAttempt }: { number: number; lastAttempt: string | undefined },
): Promise<Option | Held> {
  const wait = (reason: string): Held => ({ directive: option.directive.name, reason });
  const label = await ask(context, 'issues.labelled', { number, label: RELEASE });
  const by = label && (await ask(context, 'users.permission', { login: label.by }));
  if (!label || !by) return wait(`waits for a person: it could not be seen who released #${number}`);
  const problem = approvalProblem({ ...label, ...by }, context.clock.now(), lastAttempt);
  if (problem === undefined) return { ...option, approvedBy: `${label.by} in #${number}` };
  await takeLabelOff(context, number);
  context.log.warn(`the approval in #${number} does not count: ${problem}`);
  return wait(`waits for a person: the approval in #${number} does not count, ${problem}`);
}

/** All that decides what would run: the directive, every script with what it imports, and the values of the config. */
async function planOf({ repo, facts, setting }: Context, option: Option): Promise<ApprovalPlan> {
  const { config } = setting;
  const directive = (await repo.blobAt(facts.head, option.directive.file)) ?? '';
  const made = { directive, execution: facts.trees.execution, vars: JSON.stringify(config.vars) };
  const most = formatCap(config.budget.run);
  return approvalPlan(option, made, `nothing, or at most ${most} where a script asks a model`);
}

async function show(context: Context, plan: ApprovalPlan): Promise<number | undefined> {
  const written = await ask(context, 'issues.upsert', {
    marker: approvalMarker(plan.directive),
    title: plan.title,
    body: plan.body,
    labels: ['steward:approval'],
  });
  return written?.number ?? undefined;
}

const takeLabelOff = (context: Context, number: number): Promise<unknown> =>
  ask(context, 'issues.label', { number, remove: [RELEASE] });

function lastAttempt({ directives }: LedgerState, { id, directive }: Option): string | undefined {
  const last = directives[directive.name];
  return last?.occurrence === id ? last.at : undefined;
}

/** The approval is used up: its issue says what came of it, and is closed. */
export async function closeApproval(context: Context, directive: string, told: string): Promise<void> {
  const marker = approvalMarker(directive);
  const title = `Approval: may \`${directive}\` run?`;
  const written = await ask(context, 'issues.upsert', {
    marker,
    title,
    body: told,
    labels: ['steward:approval'],
    state: 'closed',
  });
  if (written?.number) await takeLabelOff(context, written.number);
}
