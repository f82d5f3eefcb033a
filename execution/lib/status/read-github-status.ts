import type { ScriptContext } from '../../../src/script.ts';
import { ciHealth } from '../ci-health.ts';
import { askForge, ifAnswered, isInterrupted, readValue } from '../forge-reading.ts';
import { peoplesIssues, type StatusOnGithub } from './status-on-github.ts';

/** As many runs as tell enough of every workflow, with the agent's hourly ones among them. */
const RUNS = 300;
const LISTED = 300;

/**
 * What GitHub tells of the repository's state now. Undefined where it does not, or leaves off in the middle: a page that
 * loses a section and finds it again is noise.
 */
export async function readGithubStatus(context: ScriptContext): Promise<Omit<StatusOnGithub, 'top'> | undefined> {
  const { forge } = context;
  const repository = await ifAnswered(context, () => forge.repo.get({}));
  if (!repository) return undefined;
  const branch = repository.default_branch;
  const pulls = await askForge(context, () => forge.pulls.list({ state: 'open', limit: LISTED }));
  const issues = repository.has_issues
    ? await askForge(context, () => forge.issues.list({ state: 'open', limit: LISTED }))
    : { refused: 'issues are switched off' };
  const runs = await askForge(context, () => forge.runs.list({ branch, status: 'completed', limit: RUNS }));
  if (isInterrupted([pulls, issues, runs])) return undefined;
  const [openIssues, finished] = [readValue(issues), readValue(runs)];
  return {
    defaultBranch: branch,
    pulls: readValue(pulls),
    issues: openIssues && peoplesIssues(openIssues),
    ci: finished && ciHealth(finished, { last: 20 }),
  };
}
