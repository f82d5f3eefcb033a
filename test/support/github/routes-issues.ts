import type { Need } from './auth.ts';
import { commentBody, eventBody, issueBody, labelBodies } from './issue-body.ts';
import {
  addComment,
  addIssue,
  addLabelTo,
  changeComment,
  checkIssueText,
  closeIssue,
  issueOf,
  removeLabelFrom,
  renameIssue,
  reopenIssue,
  setLabels,
} from './issue-deeds.ts';
import { issuesThatMatch } from './issue-list.ts';
import { isObject, type Json } from './json-schema.ts';
import { listReply } from './pagination.ts';
import { created, ok, refusal } from './reply.ts';
import type { Call, Route } from './route.ts';
import type { IssueState } from './state.ts';
import { fullName } from './store.ts';

const REPOSITORY = '/repos/{owner}/{repo}';
const ISSUE = `${REPOSITORY}/issues/{issue_number}`;
const READ: readonly Need[] = ['issues:read', 'pull-requests:read'];
const WRITE: readonly Need[] = ['issues:write', 'pull-requests:write'];

const listPath = ({ store }: Call, rest: string) => `/repos/${fullName(store)}${rest}`;

/** The issue of the path. Who may write pull requests only may write those. */
function issueToWrite({ store, token, params }: Call): IssueState {
  const issue = issueOf(store, params.issue_number);
  if (!issue.pull && token.permissions.issues !== 'write') throw refusal(403, 'Resource not accessible by integration');
  return issue;
}

/** Labels come as names or as objects with a name. */
const labelNames = (labels: Json | undefined) =>
  (Array.isArray(labels) ? labels : []).map((label) => String(isObject(label) ? label.name : label));

const textOrNull = (value: Json | undefined) => (typeof value === 'string' ? value : null);

export const ISSUE_ROUTES: readonly Route[] = [
  {
    operation: `GET ${REPOSITORY}/issues`,
    needs: READ,
    unsupported: ['milestone', 'type', 'mentioned', 'issue_field_values'],
    handle: (call) =>
      listReply(issuesThatMatch(call), call, {
        path: listPath(call, '/issues'),
        show: (issue) => issueBody(call.store, issue),
      }),
  },
  {
    operation: `POST ${REPOSITORY}/issues`,
    needs: ['issues:write'],
    unsupported: ['assignee', 'assignees', 'milestone', 'type', 'issue_field_values'],
    handle({ store, token, body }) {
      if (!store.state.repository.hasIssues) throw refusal(410, 'Issues are disabled for this repo');
      const labels = labelNames(body.labels);
      const fresh = { title: String(body.title), body: textOrNull(body.body), labels };
      return created(issueBody(store, addIssue(store, token.login, fresh)));
    },
  },
  {
    operation: `GET ${ISSUE}`,
    needs: READ,
    handle: ({ store, params }) => ok(issueBody(store, issueOf(store, params.issue_number))),
  },
  {
    operation: `PATCH ${ISSUE}`,
    needs: WRITE,
    unsupported: ['assignee', 'assignees', 'milestone', 'type', 'issue_field_values', 'duplicate_issue_id'],
    handle(call) {
      const issue = issueToWrite(call);
      changeIssue(call, issue);
      return ok(issueBody(call.store, issue));
    },
  },
  {
    operation: `GET ${ISSUE}/comments`,
    needs: READ,
    handle(call) {
      const issue = issueOf(call.store, call.params.issue_number);
      const since = Date.parse(call.query.since ?? '1970-01-01');
      const comments = issue.comments.filter(({ updatedAt }) => Date.parse(updatedAt) >= since);
      const path = listPath(call, `/issues/${issue.number}/comments`);
      return listReply(comments, call, { path, show: (comment) => commentBody(call.store, issue, comment) });
    },
  },
  {
    operation: `POST ${ISSUE}/comments`,
    needs: WRITE,
    handle(call) {
      const issue = issueToWrite(call);
      const comment = addComment(call.store, issue, { login: call.token.login, body: String(call.body.body) });
      return created(commentBody(call.store, issue, comment));
    },
  },
  {
    operation: `PATCH ${REPOSITORY}/issues/comments/{comment_id}`,
    needs: WRITE,
    handle({ store, params, body }) {
      const { issue, comment } = changeComment(store, Number(params.comment_id), String(body.body));
      return ok(commentBody(store, issue, comment));
    },
  },
  {
    operation: `GET ${ISSUE}/events`,
    needs: READ,
    handle(call) {
      const issue = issueOf(call.store, call.params.issue_number);
      const path = listPath(call, `/issues/${issue.number}/events`);
      return listReply(issue.events, call, { path, show: (event) => eventBody(call.store, event) });
    },
  },
  {
    operation: `POST ${ISSUE}/labels`,
    needs: WRITE,
    handle(call) {
      const issue = issueToWrite(call);
      const names = labelNames(call.body.labels);
      for (const name of names) addLabelTo(call.store, issue, { name, actor: call.token.login });
      return ok(labelBodies(call.store, issue));
    },
  },
  {
    operation: `DELETE ${ISSUE}/labels/{name}`,
    needs: WRITE,
    handle(call) {
      const issue = issueToWrite(call);
      removeLabelFrom(call.store, issue, { name: call.params.name ?? '', actor: call.token.login });
      return ok(labelBodies(call.store, issue));
    },
  },
];

function changeIssue({ store, token, body }: Call, issue: IssueState): void {
  const actor = token.login;
  const title = body.title === undefined || body.title === null ? issue.title : String(body.title);
  const text = body.body === undefined ? issue.body : textOrNull(body.body);
  checkIssueText('Issue', title, text);
  renameIssue(store, issue, { title, actor });
  issue.body = text;
  issue.updatedAt = store.now();
  if (body.labels !== undefined) setLabels(store, issue, { names: labelNames(body.labels), actor });
  const reason = body.state_reason as IssueState['stateReason'] | undefined;
  if (body.state === 'closed') closeIssue(store, issue, { actor, reason: reason ?? 'completed' });
  if (body.state === 'open') reopenIssue(store, issue, actor);
}
