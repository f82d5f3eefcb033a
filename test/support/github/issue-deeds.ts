import { invalid, limitLength, notFound, refusal } from './reply.ts';
import type { CommentState, EventState, IssueState, LabelState } from './state.ts';
import type { Store } from './store.ts';

/** What happens to issues, whoever does it: a person by hand or a program by REST. */

const LONGEST_TITLE = 256;
const LONGEST_BODY = 65_536;

export interface NewIssue {
  title: string;
  body?: string | null;
  labels?: readonly string[];
}

export function addIssue(store: Store, login: string, { title, body = null, labels = [] }: NewIssue): IssueState {
  checkIssueText('Issue', title, body);
  const { issues } = store.state;
  const at = store.now();
  const issue: IssueState = {
    id: store.nextId(),
    number: issues.length + 1,
    title,
    body,
    login,
    state: 'open',
    stateReason: null,
    labels: [],
    comments: [],
    events: [],
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    closedBy: null,
  };
  issues.push(issue);
  for (const name of labels) addLabelTo(store, issue, { name, actor: login });
  return issue;
}

export function checkIssueText(resource: string, title: string, body: string | null): void {
  if (title.trim() === '') throw invalid({ resource, code: 'missing_field', field: 'title' });
  limitLength(resource, 'title', { text: title, max: LONGEST_TITLE });
  limitLength(resource, 'body', { text: body, max: LONGEST_BODY });
}

/** An issue, or a pull request, by its number. Issues are gone where they are switched off; pull requests are not. */
export function issueOf({ state }: Store, number: number | string | undefined): IssueState {
  const issue = state.issues.find((each) => each.number === Number(number));
  if (!issue) throw notFound();
  if (!issue.pull && !state.repository.hasIssues) throw refusal(410, 'Issues are disabled for this repo');
  return issue;
}

const sameName = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

export const findLabel = ({ state }: Store, name: string): LabelState | undefined =>
  state.labels.find((label) => sameName(label.name, name));

export function addLabel(store: Store, { name, color, description }: Omit<LabelState, 'id'>): LabelState {
  limitLength('Label', 'name', { text: name, max: 50 });
  limitLength('Label', 'description', { text: description, max: 100 });
  if (findLabel(store, name)) throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' });
  const label = { id: store.nextId(), name, color, description };
  store.state.labels.push(label);
  return label;
}

/** GitHub makes a label that it does not know; to add one twice changes nothing. */
export function addLabelTo(store: Store, issue: IssueState, { name, actor }: { name: string; actor: string }): void {
  const label = findLabel(store, name) ?? addLabel(store, { name, color: 'ededed', description: null });
  if (issue.labels.includes(label.name)) return;
  issue.labels.push(label.name);
  addEvent(store, issue, { event: 'labeled', actor, label: { name: label.name, color: label.color } });
}

export function removeLabelFrom(
  store: Store,
  issue: IssueState,
  { name, actor }: { name: string; actor: string },
): void {
  const label = findLabel(store, name);
  if (!label || !issue.labels.includes(label.name)) throw refusal(404, 'Label does not exist');
  issue.labels = issue.labels.filter((each) => each !== label.name);
  addEvent(store, issue, { event: 'unlabeled', actor, label: { name: label.name, color: label.color } });
}

export function setLabels(
  store: Store,
  issue: IssueState,
  { names, actor }: { names: readonly string[]; actor: string },
): void {
  const surplus = issue.labels.filter((label) => !names.some((name) => sameName(name, label)));
  for (const name of surplus) removeLabelFrom(store, issue, { name, actor });
  for (const name of names) addLabelTo(store, issue, { name, actor });
}

export function addComment(
  store: Store,
  issue: IssueState,
  { login, body }: { login: string; body: string },
): CommentState {
  checkComment(body);
  const at = store.now();
  const comment = { id: store.nextId(), login, body, createdAt: at, updatedAt: at };
  issue.comments.push(comment);
  issue.updatedAt = at;
  return comment;
}

export function changeComment(store: Store, id: number, body: string): { issue: IssueState; comment: CommentState } {
  for (const issue of store.state.issues) {
    const comment = issue.comments.find((each) => each.id === id);
    if (!comment) continue;
    checkComment(body);
    comment.body = body;
    comment.updatedAt = store.now();
    issue.updatedAt = comment.updatedAt;
    return { issue, comment };
  }
  throw notFound();
}

function checkComment(body: string): void {
  if (body.trim() === '') throw invalid({ resource: 'IssueComment', code: 'missing_field', field: 'body' });
  limitLength('IssueComment', 'body', { text: body, max: LONGEST_BODY });
}

export function renameIssue(store: Store, issue: IssueState, { title, actor }: { title: string; actor: string }): void {
  if (issue.title === title) return;
  addEvent(store, issue, { event: 'renamed', actor, rename: { from: issue.title, to: title } });
  issue.title = title;
}

export function closeIssue(
  store: Store,
  issue: IssueState,
  { actor, reason = 'completed' }: { actor: string; reason?: IssueState['stateReason'] },
): void {
  if (issue.state === 'closed') return;
  addEvent(store, issue, { event: 'closed', actor });
  Object.assign(issue, {
    state: 'closed',
    stateReason: issue.pull ? null : reason,
    closedAt: store.now(),
    closedBy: actor,
  });
}

export function reopenIssue(store: Store, issue: IssueState, actor: string): void {
  if (issue.state === 'open') return;
  addEvent(store, issue, { event: 'reopened', actor });
  Object.assign(issue, { state: 'open', stateReason: issue.pull ? null : 'reopened', closedAt: null, closedBy: null });
}

export function addEvent(store: Store, issue: IssueState, event: Omit<EventState, 'id' | 'createdAt'>): void {
  const createdAt = store.now();
  issue.events.push({ id: store.nextId(), createdAt, ...event });
  issue.updatedAt = createdAt;
}
