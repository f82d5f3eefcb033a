import type { CommentState, EventState, IssueState, LabelState } from './state.ts';
import { apiPath, nodeId, type Store, webPath } from './store.ts';
import { associationOf, userBody } from './user-body.ts';

/** Bodies of issues and what hangs on them. */

export function labelBody(store: Store, { id, name, color, description }: LabelState) {
  const url = apiPath(store, `/labels/${encodeURIComponent(name)}`);
  return { id, node_id: nodeId('Label', id), url, name, color, description, default: false };
}

export function labelBodies(store: Store, issue: IssueState) {
  return store.state.labels
    .filter(({ name }) => issue.labels.includes(name))
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((label) => labelBody(store, label));
}

/** A pull request is an issue too; then it has the key `pull_request`, and its page is another. */
export function issueBody(store: Store, issue: IssueState) {
  const { id, number, title, body, login, state, stateReason, comments, createdAt, updatedAt, closedAt, closedBy } =
    issue;
  const url = apiPath(store, `/issues/${number}`);
  return {
    id,
    node_id: nodeId('Issue', id),
    number,
    title,
    body,
    state,
    state_reason: stateReason,
    locked: false,
    url,
    repository_url: apiPath(store),
    html_url: pageOf(store, issue),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    user: userBody(store, login),
    author_association: associationOf(store, login),
    labels: labelBodies(store, issue),
    comments: comments.length,
    milestone: null,
    assignee: null,
    assignees: [],
    active_lock_reason: null,
    performed_via_github_app: null,
    created_at: createdAt,
    updated_at: updatedAt,
    closed_at: closedAt,
    closed_by: closedBy === null ? null : userBody(store, closedBy),
    ...pullMark(store, issue),
  };
}

function pullMark(store: Store, { pull, number }: IssueState) {
  if (!pull) return {};
  const page = webPath(store, `/pull/${number}`);
  const urls = { html_url: page, diff_url: `${page}.diff`, patch_url: `${page}.patch` };
  return {
    draft: pull.isDraft,
    pull_request: { url: apiPath(store, `/pulls/${number}`), ...urls, merged_at: pull.mergedAt },
  };
}

const pageOf = (store: Store, { pull, number }: IssueState) => webPath(store, `/${pull ? 'pull' : 'issues'}/${number}`);

export function commentBody(store: Store, issue: IssueState, comment: CommentState) {
  const { id, login, body, createdAt, updatedAt } = comment;
  return {
    id,
    node_id: nodeId('IssueComment', id),
    body,
    user: userBody(store, login),
    url: apiPath(store, `/issues/comments/${id}`),
    issue_url: apiPath(store, `/issues/${issue.number}`),
    html_url: `${pageOf(store, issue)}#issuecomment-${id}`,
    created_at: createdAt,
    updated_at: updatedAt,
    author_association: associationOf(store, login),
    performed_via_github_app: null,
  };
}

export function eventBody(store: Store, { id, event, actor, createdAt, label, rename, commit }: EventState) {
  return {
    id,
    node_id: nodeId('IssueEvent', id),
    url: apiPath(store, `/issues/events/${id}`),
    event,
    actor: userBody(store, actor),
    created_at: createdAt,
    performed_via_github_app: null,
    commit_id: commit ?? null,
    commit_url: commit === undefined ? null : apiPath(store, `/commits/${commit}`),
    ...(label && { label }),
    ...(rename && { rename }),
  };
}
