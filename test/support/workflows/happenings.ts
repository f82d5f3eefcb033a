/** Something that happened, as far as our workflows look at it: the event's name and `github.event`. */
export interface Happening {
  event: string;
  actor: string;
  payload: Readonly<Record<string, unknown>>;
}

const OWNER = 'octo';
const repository = { name: 'house', full_name: 'octo/house', default_branch: 'main', owner: { login: OWNER } };
const by = (login: string) => ({ repository, sender: { login } });

/** A tick of the schedule brings nothing but the schedule, not even the repository. */
export const tick = (schedule = '23 * * * *'): Happening => ({
  event: 'schedule',
  actor: OWNER,
  payload: { schedule },
});

/** The button `Run workflow`. Its inputs arrive as texts, what was left out as an empty one. */
export const button = (inputs: Readonly<Record<string, string>> = {}): Happening => ({
  event: 'workflow_dispatch',
  actor: OWNER,
  payload: { ...by(OWNER), inputs, ref: 'refs/heads/main' },
});

/** The same by a program's request, which may leave out all inputs. */
export const request = (login = 'github-actions[bot]'): Happening => ({
  event: 'workflow_dispatch',
  actor: login,
  payload: { ...by(login), inputs: null, ref: 'refs/heads/main' },
});

export const issueEvent = (
  action: 'opened' | 'reopened' | 'labeled',
  issue: { number: number; login: string },
  label?: string,
): Happening => ({
  event: 'issues',
  actor: issue.login,
  payload: {
    ...by(issue.login),
    action,
    issue: { number: issue.number, user: { login: issue.login } },
    ...(label === undefined ? {} : { label: { name: label } }),
  },
});

export const push = (after: string): Happening => ({
  event: 'push',
  actor: OWNER,
  payload: { ...by(OWNER), ref: 'refs/heads/main', after },
});

/** POST /repos/octo/house/dispatches with the type that cycle.yml listens for. */
export const dispatch = (payload: object): Happening => ({
  event: 'repository_dispatch',
  actor: OWNER,
  payload: { ...by(OWNER), action: 'steward', branch: 'main', client_payload: payload },
});

/** Another workflow has ended. */
export const runEnded = (run: { conclusion: string; event: string }): Happening => ({
  event: 'workflow_run',
  actor: OWNER,
  payload: { ...by(OWNER), action: 'completed', workflow_run: { ...run, name: 'ci', head_branch: 'main' } },
});

export const pullClosed = (pull: { merged: boolean; repository: string; branch: string }): Happening => ({
  event: 'pull_request',
  actor: OWNER,
  payload: {
    ...by(OWNER),
    action: 'closed',
    pull_request: { merged: pull.merged, head: { ref: pull.branch, repo: { full_name: pull.repository } } },
  },
});
