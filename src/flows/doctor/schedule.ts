import { isReadableCron } from '../../domain/cron-ticks.ts';
import { type Finding, fine } from '../../domain/finding.ts';
import { tickDelivery } from '../../domain/tick-delivery.ts';
import { WORKFLOW_FOLDER, type WorkflowFile } from '../../domain/workflow-file.ts';
import { CYCLE_FILE, type Facts, type ForgeFacts, MOST_RUNS, siteUrl, WINDOW_MS } from './facts.ts';
import { because } from './github.ts';

/** Whether GitHub wakes the agent, and how often it really does. */

const OFF: Record<string, { status: 'fail' | 'warn'; what: string }> = {
  disabled_inactivity: {
    status: 'fail',
    what: 'was switched off by GitHub, as after 60 days in which nobody did anything',
  },
  disabled_fork: { status: 'fail', what: 'is switched off, as schedules are in every fork' },
  disabled_manually: { status: 'warn', what: 'was switched off by a person' },
};

/** What `--fix` switches on again: not what a person switched off. */
export const REVIVABLE = ['disabled_inactivity', 'disabled_fork'];

export function workflowStates(facts: Facts, { workflows: answer }: ForgeFacts): Finding[] {
  if ('failed' in answer) {
    const what = `The state of the workflows can not be read${because(answer)}`;
    const fix = `Look at the Actions tab (${siteUrl(facts, 'actions')}): a workflow that is off says so.`;
    return [{ id: 'schedule.workflows', status: 'unknown', what, why: 'One that is off never runs.', fix }];
  }
  const states = new Map(answer.value.map(({ file, state }) => [file, state]));
  return facts.workflows.map((workflow) => stateFinding(facts, workflow, states.get(workflow.file)));
}

function stateFinding(facts: Facts, { file, crons }: WorkflowFile, state: string | undefined): Finding {
  const id = `schedule.${file}`;
  if (state === 'active') return fine(id, `${file} is active${crons.length > 0 ? `, ${cronText(crons)}` : ''}`);
  const isCycle = file === CYCLE_FILE;
  const why = isCycle ? 'Nothing wakes the agent.' : 'What it does is not done.';
  if (state === undefined || state === 'deleted')
    return {
      id,
      status: isCycle ? 'fail' : 'warn',
      what: `${file} is here, but GitHub does not know it`,
      why,
      fix: 'Push it to the default branch; GitHub takes up no workflow from elsewhere, and none with mistakes in it (Actions tab).',
    };
  const { status, what } = OFF[state] ?? { status: 'warn', what: `is ${state}` };
  const button = `Actions > ${file.replace(/\.ya?ml$/, '')} > Enable workflow (${siteUrl(facts, `actions/workflows/${file}`)})`;
  const fix = REVIVABLE.includes(state)
    ? `\`npm run steward -- doctor --fix\`, or ${button}.`
    : `If that is over: ${button}.`;
  return { id, status: isCycle || crons.length > 0 ? status : 'warn', what: `${file} ${what}`, why, fix };
}

const cronText = (crons: WorkflowFile['crons']) =>
  crons.map(({ cron, timezone }) => `\`${cron}\`${timezone === 'UTC' ? '' : ` (${timezone})`}`).join(' and ');

const UNRELIABLE =
  'GitHub drops scheduled runs when it is busy. Nothing is lost by it: each cycle does all that is due by then, only later.';

/** How many of the ticks that cycle.yml asks for came. Nothing to say while it is switched off. */
export function delivery(facts: Facts, forge: ForgeFacts): Finding[] {
  const id = 'schedule.delivered';
  const crons = facts.workflows.find(({ file }) => file === CYCLE_FILE)?.crons ?? [];
  const state =
    'value' in forge.workflows ? forge.workflows.value.find(({ file }) => file === CYCLE_FILE)?.state : null;
  if (crons.length === 0 || (state !== null && state !== 'active')) return [];
  const answer = forge.scheduled.get(CYCLE_FILE);
  if (!answer || 'failed' in answer) {
    const what = `How often GitHub starts ${CYCLE_FILE} can not be read${because(answer)}`;
    const fix = `Look at ${siteUrl(facts, `actions/workflows/${CYCLE_FILE}?query=event%3Aschedule`)}.`;
    return [{ id, status: 'unknown', what, why: UNRELIABLE, fix }];
  }
  const runs = answer.value.map(({ created }) => new Date(created));
  const from = observedFrom(facts, runs);
  return [from ? delivered(facts, { crons, runs, from }) : unseen(id)];
}

const unseen = (id: string): Finding => ({
  id,
  status: 'unknown',
  what: `GitHub has not started ${CYCLE_FILE} by its schedule yet`,
  why: 'In a new repository the first tick may take hours.',
  fix: `Start one by hand: \`gh workflow run ${CYCLE_FILE}\`, or Actions > cycle > Run workflow.`,
});

/** A week ago; later where neither the ledger nor a run is that old, or the list of runs does not reach so far. */
function observedFrom({ now, ledger }: Facts, runs: readonly Date[]): Date | undefined {
  const oldestRun = runs.at(-1);
  if (runs.length >= MOST_RUNS) return oldestRun;
  const begun = ledger.isForeign ? undefined : ledger.begun;
  const known = [begun, oldestRun].flatMap((time) => (time ? [time.getTime()] : []));
  if (known.length === 0) return undefined;
  return new Date(Math.max(now.getTime() - WINDOW_MS, Math.min(...known)));
}

/** So few ticks say nothing about a schedule. */
const FEWEST_TICKS = 4;

function delivered(
  facts: Facts,
  { crons, runs, from }: { crons: WorkflowFile['crons']; runs: readonly Date[]; from: Date },
): Finding {
  const id = 'schedule.delivered';
  const { expected, delivered: came, percent, longestGapMs } = tickDelivery({ crons, runs, from, now: facts.now });
  const since = from.toISOString().slice(0, 16).replace('T', ' ');
  if (expected < FEWEST_TICKS)
    return fine(id, `${came} of ${expected} ticks came since ${since} UTC: too few to judge`);
  const gap = `the longest gap was ${(longestGapMs / 3_600_000).toFixed(1)} h`;
  const what = `GitHub started ${came} of ${expected} scheduled cycles since ${since} UTC (${percent} %); ${gap}`;
  if (percent >= 50) return fine(id, what);
  const fix = `If that is too seldom, let a timer outside poke it: \`gh api repos/${facts.identity}/dispatches -f event_type=steward\` with a token that has contents: write. The watchdog starts a cycle when none came for hours.`;
  return { id, status: 'warn', what, why: UNRELIABLE, fix };
}

/** Schedules that are written as GitHub, or this program, does not understand them. */
export function unreadableCrons({ workflows }: Facts): Finding[] {
  return workflows.flatMap(({ file, crons }) =>
    crons
      .filter((line) => !isReadableCron(line))
      .map(({ cron }) => ({
        id: `schedule.${file}.cron`,
        status: 'warn' as const,
        what: `The schedule \`${cron}\` of ${file} can not be read`,
        why: 'GitHub may refuse the whole workflow for it.',
        fix: `Five fields such as \`23 * * * *\` in ${WORKFLOW_FOLDER}/${file}; crontab.guru explains them.`,
      })),
  );
}
