import type { Issue, Pull, ScriptContext } from '../../../src/script.ts';
import { ciHealth, ciTable, type WorkflowHealth } from '../ci-health.ts';
import { askForge, ifAnswered, isInterrupted, readValue } from '../forge-reading.ts';
import { code, counted, paragraphs, table } from '../markdown-text.ts';
import { quoted } from '../outside-text.ts';
import { peoplesIssues } from '../status/status-on-github.ts';
import { numberLink } from '../threshold/number-link.ts';

/** A time from `from` on and before `until`, both days. */
export interface Span {
  from: string;
  until: string;
}

/** What GitHub tells of a span of days. */
export interface WeekOnGithub {
  url: string;
  branch: string;
  merged: Pull[];
  openedPulls: Pull[];
  openedIssues: Issue[];
  /** Closed, and not touched since the span: GitHub's list has no time of closing. */
  closedIssues: Issue[];
  ci: WorkflowHealth[];
}

const LISTED = 500;
const RUNS = 1000;

/** Undefined where there is no GitHub, or it leaves off in the middle. What the token may not see counts as nothing. */
export async function readWeekOnGithub(context: ScriptContext, span: Span): Promise<WeekOnGithub | undefined> {
  const { forge } = context;
  const repository = await ifAnswered(context, () => forge.repo.get({}));
  if (!repository) return undefined;
  const since = `${span.from}T00:00:00Z`;
  const { default_branch: branch } = repository;
  const pulls = await askForge(context, () => forge.pulls.list({ state: 'all', limit: LISTED }));
  const issues = await askForge(context, () => forge.issues.list({ state: 'all', since, limit: LISTED }));
  const runs = await askForge(context, () => forge.runs.list({ branch, since, status: 'completed', limit: RUNS }));
  if (isInterrupted([pulls, issues, runs])) return undefined;
  const isWithin = (time: string) => time >= since && time < `${span.until}T00:00:00Z`;
  const allPulls = readValue(pulls) ?? [];
  const allIssues = peoplesIssues(readValue(issues) ?? []);
  const inSpan = (readValue(runs) ?? []).filter(({ created }) => isWithin(created));
  return {
    url: repository.url,
    branch,
    merged: allPulls.filter(({ merged }) => merged !== null && isWithin(merged)),
    openedPulls: allPulls.filter(({ created }) => isWithin(created)),
    openedIssues: allIssues.filter(({ created }) => isWithin(created)),
    closedIssues: allIssues.filter(({ state, updated }) => state === 'closed' && isWithin(updated)),
    ci: ciHealth(inSpan, { last: RUNS }),
  };
}

/** Whether something happened on GitHub that a person did. */
export const isBusy = ({ merged, openedPulls, openedIssues, closedIssues }: WeekOnGithub): boolean =>
  [merged, openedPulls, openedIssues, closedIssues].some((list) => list.length > 0);

/** The part of the digest that GitHub tells. */
export function weekOnGithubSection(week: WeekOnGithub, top: number): string {
  const { merged, openedPulls, openedIssues, closedIssues, ci } = week;
  const rows = merged
    .toSorted((a, b) => a.number - b.number)
    .slice(0, top)
    .map((pull) => [numberLink(pull), quoted(pull.author, 40), quoted(pull.title, 100)]);
  const sentence = [
    `**${counted(merged.length, 'pull request')}** merged, ${openedPulls.length} opened`,
    `**${counted(openedIssues.length, 'issue')}** opened, ${closedIssues.length} closed`,
  ].join('; ');
  return paragraphs(
    '## On GitHub',
    `${sentence.replaceAll('**no ', '**No ')}.`,
    table(['Merged', 'By', 'Title'], rows),
    merged.length > top ? `and ${merged.length - top} more` : '',
    ci.length === 0 ? '' : paragraphs(`## Workflows on ${code(week.branch)}`, ciTable(ci, 'Of all runs in that week.')),
  );
}
