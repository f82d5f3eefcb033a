import type { WorkflowRun } from '../../src/script.ts';
import { code, paragraphs, table } from './markdown-text.ts';

/** How one workflow does, from its finished runs. */
export interface WorkflowHealth {
  workflow: string;
  /** Whether its newest run that said anything was good. */
  isGreen: boolean;
  /** Share of good runs, in whole percent, and of how many. */
  greenPercent: number;
  runs: number;
  /** The first of the bad runs in a row that lead up to now. */
  redSince?: { day: string; url: string };
}

const BAD = ['failure', 'timed_out', 'startup_failure'];

/**
 * The health of each workflow, by name, from runs that come newest first. A run that was cancelled or skipped says
 * nothing, and one of a pull request nothing about the branch it would go to.
 * @param options.last how many runs of a workflow count
 */
export function ciHealth(runs: readonly WorkflowRun[], { last }: { last: number }): WorkflowHealth[] {
  const telling = runs.filter(
    ({ conclusion, event }) =>
      !event.startsWith('pull_request') && (conclusion === 'success' || BAD.includes(conclusion ?? '')),
  );
  return [...Map.groupBy(telling, ({ workflow }) => workflow)]
    .map(([workflow, all]) => healthOf(workflow, all.slice(0, last)))
    .sort((a, b) => (a.workflow < b.workflow ? -1 : 1));
}

function healthOf(workflow: string, runs: readonly WorkflowRun[]): WorkflowHealth {
  const good = runs.filter(({ conclusion }) => conclusion === 'success').length;
  const newestGood = runs.findIndex(({ conclusion }) => conclusion === 'success');
  const red = newestGood === -1 ? runs.at(-1) : runs[newestGood - 1];
  return {
    workflow,
    isGreen: newestGood === 0,
    greenPercent: Math.floor((good / runs.length) * 100),
    runs: runs.length,
    ...(newestGood !== 0 && red ? { redSince: { day: red.created.slice(0, 10), url: red.url } } : {}),
  };
}

/** A table of workflows. It counts in percent and names the day of a failure only, so that good runs do not change it. */
export function ciTable(health: readonly WorkflowHealth[], note: string): string {
  const rows = health.map(({ workflow, isGreen, greenPercent, redSince }) => [
    code(workflow),
    isGreen ? 'green' : `**failing** since ${redSince ? dayLink(redSince) : 'its first run'}`,
    `${greenPercent} %`,
  ]);
  return rows.length === 0 ? '' : paragraphs(table(['Workflow', 'Now', 'Good runs'], rows), note);
}

const dayLink = ({ day, url }: { day: string; url: string }): string =>
  /^https?:\/\/[^\s()<>]+$/.test(url) ? `[${day}](${url})` : day;
