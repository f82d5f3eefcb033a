import type { RestEndpointMethodTypes } from '@octokit/rest';
import { type ForgeArguments, type ForgeResult, STEWARD_LABELS } from '../../domain/forge.ts';
import { type Comment, hasMarker, type Issue, isMarkedComment, withMarker } from '../../domain/forge-words.ts';
import type { GithubClient } from './client.ts';
import { takePages } from './pages.ts';

type GithubIssue = RestEndpointMethodTypes['issues']['get']['response']['data'];

/** Every issue that the agent keeps carries it: what has it is looked through for markers. */
const KEPT_LABEL = 'steward';
/** How many of those are looked through, newest first. */
const SEARCHED = 500;

export function toIssue(issue: Omit<GithubIssue, 'closed_by'>): Issue {
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body ?? '',
    state: issue.state === 'closed' ? 'closed' : 'open',
    labels: issue.labels.flatMap((label) => (typeof label === 'string' ? label : (label.name ?? []))),
    author: issue.user?.login ?? 'ghost',
    association: issue.author_association ?? 'NONE',
    created: issue.created_at,
    updated: issue.updated_at,
    comments: issue.comments,
    url: issue.html_url,
  };
}

/** Pull requests are issues to GitHub; here they are not. */
export async function listIssues(
  { octokit, owner, repo }: GithubClient,
  { state, labels, since, limit }: ForgeArguments<'issues.list'>,
): Promise<Issue[]> {
  const query = {
    owner,
    repo,
    state,
    ...(labels.length > 0 ? { labels: labels.join(',') } : {}),
    ...(since ? { since } : {}),
  };
  const found = await takePages(limit, async (page) => {
    const { data } = await octokit.rest.issues.listForRepo({ ...query, ...page });
    return { size: data.length, items: data.filter((issue) => !issue.pull_request) };
  });
  return found.map(toIssue);
}

export async function getIssue(
  { octokit, owner, repo }: GithubClient,
  { number }: ForgeArguments<'issues.get'>,
): Promise<Issue> {
  const { data } = await octokit.rest.issues.get({ owner, repo, issue_number: number });
  return toIssue(data);
}

export async function listComments(
  { octokit, owner, repo }: GithubClient,
  { number, limit }: ForgeArguments<'issues.comments'>,
): Promise<Comment[]> {
  const found = await takePages(limit, async (page) => {
    const { data } = await octokit.rest.issues.listComments({ owner, repo, issue_number: number, ...page });
    return { size: data.length, items: data };
  });
  return found.map(({ id, user, author_association, body, created_at, html_url }) => ({
    id,
    author: user?.login ?? 'ghost',
    association: author_association ?? 'NONE',
    body: body ?? '',
    created: created_at,
    url: html_url,
  }));
}

/**
 * One issue per marker. It is looked for among the issues with the label `steward`, which only people with triage rights
 * can set, so that nobody else's text passes for it. Closed with the same text it stays closed: a person has read it.
 */
export async function upsertIssue(
  client: GithubClient,
  wanted: ForgeArguments<'issues.upsert'>,
): Promise<ForgeResult<'issues.upsert'>> {
  const { octokit, owner, repo } = client;
  const labels = [...new Set([KEPT_LABEL, ...wanted.labels])];
  const body = withMarker(wanted.body, wanted.marker);
  const all = await listIssues(client, { state: 'all', labels: [KEPT_LABEL], limit: SEARCHED });
  const marked = all.filter((issue) => hasMarker(issue.body, wanted.marker));
  const found = marked.find(({ state }) => state === 'open') ?? marked[0];
  if (!found && wanted.state === 'closed') return { number: null, url: null, created: false, changed: false };
  if (!found) {
    await ensureLabels(client, { labels: STEWARD_LABELS.filter(({ name }) => labels.includes(name)) });
    const { data } = await octokit.rest.issues.create({ owner, repo, title: wanted.title, body, labels });
    return { number: data.number, url: data.html_url, created: true, changed: true };
  }
  const place = { number: found.number, url: found.url, created: false };
  const isSameText = found.title === wanted.title && found.body.trimEnd() === body.trimEnd();
  const isSameState = found.state === wanted.state || (found.state === 'closed' && isSameText);
  const missing = labels.filter((label) => !found.labels.includes(label));
  if (isSameText && isSameState && missing.length === 0) return { ...place, changed: false };
  await octokit.rest.issues.update({
    owner,
    repo,
    issue_number: found.number,
    title: wanted.title,
    body,
    labels: [...found.labels, ...missing],
    ...(isSameState ? {} : { state: wanted.state }),
  });
  return { ...place, changed: true };
}

export async function upsertComment(
  client: GithubClient,
  { number, marker, body }: ForgeArguments<'issues.comment'>,
): Promise<ForgeResult<'issues.comment'>> {
  const { octokit, owner, repo } = client;
  const text = withMarker(body, marker);
  const comments = await listComments(client, { number, limit: SEARCHED });
  const found = comments.find((comment) => isMarkedComment(comment, marker));
  if (!found) {
    const { data } = await octokit.rest.issues.createComment({ owner, repo, issue_number: number, body: text });
    return { number, url: data.html_url, created: true, changed: true };
  }
  const isSame = found.body.trimEnd() === text.trimEnd();
  if (!isSame) await octokit.rest.issues.updateComment({ owner, repo, comment_id: found.id, body: text });
  return { number, url: found.url, created: false, changed: !isSame };
}

export async function changeLabels(
  client: GithubClient,
  { number, add, remove }: ForgeArguments<'issues.label'>,
): Promise<ForgeResult<'issues.label'>> {
  const { octokit, owner, repo } = client;
  const { labels } = await getIssue(client, { number });
  const missing = add.filter((name) => !labels.includes(name));
  const extra = remove.filter((name) => labels.includes(name));
  const target = { owner, repo, issue_number: number };
  if (missing.length > 0) await octokit.rest.issues.addLabels({ ...target, labels: missing });
  for (const name of extra) await octokit.rest.issues.removeLabel({ ...target, name });
  return { labels: [...labels.filter((name) => !extra.includes(name)), ...missing] };
}

export async function closeIssue(
  client: GithubClient,
  { number, reason }: ForgeArguments<'issues.close'>,
): Promise<ForgeResult<'issues.close'>> {
  const { octokit, owner, repo } = client;
  if ((await getIssue(client, { number })).state === 'closed') return { changed: false };
  await octokit.rest.issues.update({ owner, repo, issue_number: number, state: 'closed', state_reason: reason });
  return { changed: true };
}

/** All of an issue, oldest first: GitHub does not give the newest alone. */
async function listEvents({ octokit, owner, repo }: GithubClient, number: number) {
  return takePages(Number.POSITIVE_INFINITY, async (page) => {
    const { data } = await octokit.rest.issues.listEvents({ owner, repo, issue_number: number, ...page });
    return { size: data.length, items: data };
  });
}

export async function whenReopened(
  client: GithubClient,
  { number }: ForgeArguments<'issues.reopened'>,
): Promise<ForgeResult<'issues.reopened'>> {
  const last = (await listEvents(client, number)).findLast(({ event }) => event === 'reopened');
  return last ? { at: last.created_at } : null;
}

export async function listLabelEvents(
  client: GithubClient,
  { number }: ForgeArguments<'issues.label_history'>,
): Promise<ForgeResult<'issues.label_history'>> {
  return (await listEvents(client, number)).flatMap((event) => {
    const isAbout = event.event === 'labeled' || event.event === 'unlabeled';
    if (!isAbout || !('label' in event) || !event.label?.name) return [];
    const by = event.actor?.login ?? 'ghost';
    return [{ label: event.label.name, by, at: event.created_at, is_set: event.event === 'labeled' }];
  });
}

/** The newest event about the label says who; null when it was taken off again. */
export async function whoLabelled(
  client: GithubClient,
  { number, label }: ForgeArguments<'issues.labelled'>,
): Promise<ForgeResult<'issues.labelled'>> {
  const events = await listEvents(client, number);
  const about = events.filter((event) => 'label' in event && event.label?.name === label);
  const last = about.at(-1);
  if (last?.event !== 'labeled' || !last.actor) return null;
  return { by: last.actor.login, at: last.created_at };
}

export async function listLabels({ octokit, owner, repo }: GithubClient): Promise<string[]> {
  const found = await takePages(SEARCHED, async (page) => {
    const { data } = await octokit.rest.issues.listLabelsForRepo({ owner, repo, ...page });
    return { size: data.length, items: data };
  });
  return found.map(({ name }) => name);
}

export async function ensureLabels(
  client: GithubClient,
  { labels }: ForgeArguments<'labels.ensure'>,
): Promise<ForgeResult<'labels.ensure'>> {
  const { octokit, owner, repo } = client;
  const known = new Set((await listLabels(client)).map((name) => name.toLowerCase()));
  const missing = labels.filter(({ name }) => !known.has(name.toLowerCase()));
  for (const label of missing) await octokit.rest.issues.createLabel({ owner, repo, ...label });
  return { created: missing.map(({ name }) => name) };
}
