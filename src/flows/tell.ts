import { asCode } from '../domain/foreign-text.ts';
import { STEWARD_LABELS } from '../domain/forge.ts';
import { escalationMarker } from '../domain/heal/fix.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import { formatDollars } from '../domain/money.ts';
import type { Option } from '../domain/option.ts';
import type { Entry } from '../domain/record.ts';
import { closeApproval } from './approvals.ts';
import { ask } from './ask-forge.ts';
import type { Context, Ports } from './cycle-context.ts';
import { askForHeal } from './heal/ask-for-heal.ts';
import { answerMarker, type Inbox, taskNumber } from './inbox.ts';
import { recordsBackwards } from './ledger-reader.ts';

/** How far back the entry of a task is looked for whose answer got lost. */
const LOOKED_BACK = 1000;
/** The watchdog comes every two hours; one that missed this many is started by hand. */
const WATCHDOG = 'watchdog.yml';
const WATCHDOG_SILENT_MS = 7 * 3_600_000;

/** What a cycle came to, told where people and other workflows wait for it. Whatever fails here is warned of, no more. */
export async function tell(
  context: Context,
  { entry, commit, option, state }: { entry: Entry; commit: string; option?: Option; state?: LedgerState },
): Promise<void> {
  if (!context.forge) return;
  const number = taskNumber(entry.occurrence);
  if (number !== undefined && entry.final) await answerTask(context, { number, entry, commit });
  if (option?.approvedBy) await closeApproval(context, entry.decision, outcomeText(context, entry, commit));
  await askForHeal(context, entry, state);
  for (const { script, signature } of entry.healed ?? []) await closeEscalation(context, { script, signature, commit });
}

/** Where a person was asked to look: it is over, whoever mended it. */
async function closeEscalation(
  context: Context,
  { script, signature, commit }: { script: string; signature: string; commit: string },
): Promise<void> {
  await ask(context, 'issues.upsert', {
    marker: escalationMarker(signature),
    title: `Over: ${script} works again (${signature})`,
    body: `\`${script}\` was changed and has done its work since: [healed](${context.setting.serverUrl}/${context.forge?.repository}/commit/${commit}).`,
    labels: ['steward', 'steward:heal'],
    state: 'closed',
  });
}

async function answerTask(
  context: Context,
  { number, entry, commit }: { number: number; entry: Entry; commit: string },
): Promise<void> {
  const body = outcomeText(context, entry, commit);
  const written = await ask(context, 'issues.comment', { number, marker: answerMarker(entry.occurrence), body });
  if (!written) return;
  const reason = entry.result === 'success' && entry.verification !== 'refuted' ? 'completed' : 'not_planned';
  await ask(context, 'issues.close', { number, reason });
}

/** An entry for whoever asked: outcome, steps, cost, and where it is written down. */
function outcomeText({ setting, forge }: Context, entry: Entry, commit: string): string {
  const { decision, result, verification, metrics, failure } = entry;
  const outcome = result === 'success' ? `${result}, ${verification}` : result;
  const link = `${setting.serverUrl}/${forge?.repository}/commit/${commit}`;
  const steps = entry.steps.map(({ script, status, duration_s }) => `- \`${script}\`: ${status}, ${duration_s} s`);
  const criteria = entry.criteria.map(
    ({ script, holds, reason }) =>
      `- \`${script}\`: ${holds === null ? 'could not tell' : holds ? 'holds' : 'does not hold'}${reason ? `, ${asCode(reason)}` : ''}`,
  );
  return [
    `\`${decision}\` -> **${outcome}** (${formatDollars(metrics.cost)}, ${metrics.duration_s.toFixed(1)} s)`,
    '',
    ...steps,
    ...criteria,
    ...(result === 'skipped' ? ['', `Why: ${asCode(entry.reason, 500)}`] : []),
    ...(failure ? ['', '```', failure.message.replaceAll('```', "'''").slice(0, 2000), '```'] : []),
    ...(entry.proposal_url ? ['', `For review: ${entry.proposal_url}`] : []),
    '',
    `[Ledger entry ${entry.id}](${link})${entry.run_url ? `, [run](${entry.run_url})` : ''}. Reopen this issue to have it done again.`,
  ].join('\n');
}

/** Tasks that can not be done as they are written are closed with the reason; reopened, they are read again. */
export async function refuseTasks(context: Context, { refusals }: Inbox): Promise<void> {
  for (const { number, occurrence, problems } of refusals) {
    const body = [
      'This task can not be done as it is written:',
      '',
      ...problems.map((problem) => `- ${problem}`),
      '',
      'Edit the issue and reopen it; the next cycle reads it again.',
    ].join('\n');
    const written = await ask(context, 'issues.comment', { number, marker: `refused:${occurrence}`, body });
    if (written) await ask(context, 'issues.close', { number, reason: 'not_planned' });
    context.log.warn(`task ${number} can not be done: ${problems.join(' ')}`);
  }
}

/** A runner that died between its record and its answer left these. */
export async function answerLate(context: Context, { unanswered }: Inbox): Promise<void> {
  if (unanswered.length === 0) return;
  const open = new Map(unanswered.map(({ number, occurrence }) => [occurrence, number]));
  let looked = 0;
  for await (const record of recordsBackwards(context.documents)) {
    const number = record.kind === 'entry' ? open.get(record.occurrence) : undefined;
    if (number !== undefined && record.kind === 'entry' && record.final) {
      await answerTask(context, { number, entry: record, commit: context.facts.head });
      open.delete(record.occurrence);
    }
    if (open.size === 0 || ++looked > LOOKED_BACK) return;
  }
}

/** The watchdog looks after the cycle, and the cycle after the watchdog: its schedule is one that GitHub drops, too. */
export async function pokeWatchdog(context: Context): Promise<void> {
  const { forge, clock, facts, log, setting } = context;
  if (!forge || !setting.isEphemeral) return;
  const answer = await forge.call('runs.list', { workflow: WATCHDOG, limit: 1 });
  if ('failed' in answer) return;
  const last = answer.value[0]?.created;
  if (last !== undefined && clock.now().getTime() - Date.parse(last) < WATCHDOG_SILENT_MS) return;
  const state = (await ask(context, 'workflows.list', {}))?.find(({ file }) => file === WATCHDOG)?.state;
  // What a person has switched off stays off.
  if (state === undefined || state === 'disabled_manually') return;
  log.info(`the watchdog has not run ${last ? `since ${last.slice(0, 16)}Z` : 'yet'}: starting it`);
  if (state !== 'active') await ask(context, 'workflows.enable', { workflow: WATCHDOG });
  await ask(context, 'workflows.dispatch', { workflow: WATCHDOG, ref: facts.branch });
}

/** The labels that are missing, made; undefined where the forge does not. The form for tasks can only set one that is there. */
export async function makeLabels(ports: Pick<Ports, 'forge' | 'log'>): Promise<string[] | undefined> {
  const labels = STEWARD_LABELS.map((label) => ({ ...label }));
  return (await ask(ports, 'labels.ensure', { labels }))?.created;
}
