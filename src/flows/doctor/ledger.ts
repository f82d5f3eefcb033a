import { AgentError } from '../../domain/agent-error.ts';
import { CONFIG_FILE } from '../../domain/config.ts';
import { type Finding, fine } from '../../domain/finding.ts';
import { lateMarginMs } from '../../domain/lateness.ts';
import { CYCLE_FILE, type Facts, type ForgeFacts, siteUrl } from './facts.ts';

/** Whether the books are this repository's own and go on, and what waits in them for a person. */

const DAY_MS = 86_400_000;
const minute = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export function ownLedger({ ledger, identity }: Facts): Finding {
  const id = 'ledger.own';
  const { state, broken, isForeign } = ledger;
  const why = 'No cycle runs on books that can not be trusted or are not its own.';
  if (broken) return { id, status: 'fail', what: broken.message, why, fix: broken.remedy };
  if (isForeign) {
    const error = new AgentError('LEDGER_FOREIGN', { recorded: state.repository ?? '', actual: identity });
    return { id, status: 'fail', what: error.message, why, fix: error.remedy };
  }
  if (state.head === null) return fine(id, 'There are no records yet: the first cycle begins the ledger');
  return fine(id, `The ledger is ${state.repository}'s own, ${state.head.seq + 1} records`);
}

/** The last entry, when the next cycle is due, and whether it is overdue. */
export function wakeFinding(facts: Facts): Finding[] {
  const id = 'ledger.wake';
  const { ledger, now, setting } = facts;
  const last = ledger.entries.at(-1);
  if (ledger.broken || ledger.isForeign || !last) return [];
  const wake = new Date(ledger.state.next_wake ?? last.next_wake);
  const { due, cycleAt } = dueBy(facts, wake);
  const told = `The last entry is ${last.decision} -> ${last.result}, ${minute(new Date(last.timestamp))}`;
  const margin = lateMarginMs(ledger.entries);
  const isLate = now.getTime() > due.getTime() + margin;
  if (!isLate || setting.paused) {
    const idle = cycleAt ? `; a cycle found nothing to do at ${minute(cycleAt)}` : '';
    return [fine(id, `${told}; the next cycle is due at ${minute(due)}${idle}`)];
  }
  const runs = siteUrl(facts, `actions/workflows/${CYCLE_FILE}`);
  const local = 'Bring this clone up to date (`git pull`) and look again; `npm start` runs a cycle here.';
  return [
    {
      id,
      status: 'warn',
      what: `${told}; the next cycle was due at ${minute(due)}, and none came (${Math.round(margin / 3_600_000)} h of delay are usual)`,
      why: 'The agent does nothing while no cycle runs.',
      fix: facts.forge
        ? `Look at the runs (${runs}): a red one says why. ${setting.isEphemeral ? '' : local}`.trim()
        : local,
    },
  ];
}

/** A cycle with nothing to do leaves no entry, and the next one is due within a day of it. */
function dueBy({ forge }: Facts, wake: Date): { due: Date; cycleAt?: Date } {
  const answer = forge && !('silent' in forge) ? forge.goodCycles : undefined;
  const runs = answer && 'value' in answer ? answer.value : [];
  const after = runs
    .filter(({ event }) => ['schedule', 'workflow_dispatch', 'repository_dispatch'].includes(event))
    .map(({ created }) => new Date(created))
    .filter((created) => created > wake);
  const cycleAt = after[0];
  return cycleAt ? { due: new Date(cycleAt.getTime() + DAY_MS), cycleAt } : { due: wake };
}

/** Runs of which nobody knows whether their effect happened. */
export function interrupted({ ledger }: Facts): Finding[] {
  const blocked = Object.entries(ledger.state.directives).flatMap(([name, { blocked: run }]) =>
    run ? [{ name, run }] : [],
  );
  if (blocked.length === 0)
    return ledger.broken ? [] : [fine('ledger.interrupted', 'No interrupted run waits for a decision')];
  return blocked.map(({ name, run }) => ({
    id: `ledger.interrupted.${name}`,
    status: 'warn' as const,
    what: `${name} was interrupted in run ${run}, and nothing proves whether its effect happened`,
    why: 'It does not run again until a person has looked.',
    fix: `Look, then \`npm run steward -- resolve ${run} done\` or \`npm run steward -- resolve ${run} retry\`.`,
  }));
}

/** The agent's own pull requests that nobody has merged or closed. */
export function reviews(_: Facts, { pulls }: ForgeFacts): Finding[] {
  if ('failed' in pulls) return [];
  const own = pulls.value.filter(({ head, isFork }) => !isFork && head.startsWith('steward/'));
  if (own.length === 0) return [fine('ledger.reviews', 'No pull request of the agent waits for a review')];
  return [
    {
      id: 'ledger.reviews',
      status: 'warn',
      what: `For your review: ${own.map(({ number, title }) => `#${number} ${title}`).join(', ')}`,
      why: 'While it is open its directive does not run again, a repair does nothing, and a lesson is in no directive.',
      fix: `Merge or close: ${own.map(({ url }) => url).join(' ')}`,
    },
  ];
}

export function pause(facts: Facts): Finding {
  const id = 'ledger.pause';
  const { setting } = facts;
  const place = setting.isEphemeral
    ? `Settings > Secrets and variables > Actions > Variables (${siteUrl(facts, 'settings/variables/actions')}): delete STEWARD_PAUSED or set it to false, and pass it on in the workflow.`
    : `\`paused: false\` in ${CONFIG_FILE}.`;
  if (setting.paused)
    return { id, status: 'warn', what: `Paused: ${setting.paused}`, why: 'No cycle does anything.', fix: place };
  return fine(
    id,
    setting.isEphemeral ? 'Not paused' : 'Not paused here; on GitHub the repository variable STEWARD_PAUSED decides',
  );
}
