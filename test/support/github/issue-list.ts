import type { Call } from './route.ts';
import type { IssueState } from './state.ts';

/** The issues, pull requests among them, that a list's filters leave, in its order. */
export function issuesThatMatch({ store, query }: Call): IssueState[] {
  const {
    state: wanted = 'open',
    sort = 'created',
    direction = 'desc',
    creator,
    assignee,
    since = '1970-01-01',
  } = query;
  const labels = (query.labels ?? '').split(',').filter(Boolean);
  // Nobody is ever assigned, so `none` and no filter leave all, and any name leaves nothing.
  if (assignee !== undefined && assignee !== 'none') return [];
  const fits = (issue: IssueState) =>
    (wanted === 'all' || issue.state === wanted) &&
    (creator === undefined || issue.login.toLowerCase() === creator.toLowerCase()) &&
    labels.every((label) => issue.labels.some((own) => own.toLowerCase() === label.toLowerCase())) &&
    Date.parse(issue.updatedAt) >= Date.parse(since) &&
    (store.state.repository.hasIssues || issue.pull !== undefined);
  const found = store.state.issues.filter(fits).sort(byKey(sort));
  return direction === 'desc' ? found.reverse() : found;
}

function byKey(sort: string): (a: IssueState, b: IssueState) => number {
  const keys: Record<string, (issue: IssueState) => number> = {
    created: ({ createdAt }) => Date.parse(createdAt),
    updated: ({ updatedAt }) => Date.parse(updatedAt),
    comments: ({ comments }) => comments.length,
  };
  const key = keys[sort] ?? ((issue) => issue.number);
  return (a, b) => key(a) - key(b) || a.number - b.number;
}
