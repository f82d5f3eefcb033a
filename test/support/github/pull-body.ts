import { changedFiles } from './commit-body.ts';
import { labelBodies } from './issue-body.ts';
import { brokenMergeRules } from './protection.ts';
import { triedMerge } from './pull-merge.ts';
import { repositoryBody } from './repository-body.ts';
import { apiPath, nodeId, type Pull, type Store, webPath } from './store.ts';
import { associationOf, userBody } from './user-body.ts';

/** A pull request as lists have it. */
export function simplePullBody(store: Store, issue: Pull) {
  const { id, number, title, body, login, state, createdAt, updatedAt, closedAt, pull } = issue;
  return {
    id,
    node_id: nodeId('PullRequest', id),
    number,
    title,
    body,
    state,
    draft: pull.isDraft,
    locked: false,
    ...pullUrls(store, issue),
    user: userBody(store, login),
    author_association: associationOf(store, login),
    // The list's schema, unlike the others, lets no label be without description.
    labels: labelBodies(store, issue).map((label) => ({ ...label, description: label.description ?? '' })),
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    milestone: null,
    auto_merge: null,
    created_at: createdAt,
    updated_at: updatedAt,
    closed_at: closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommit,
    active_lock_reason: null,
    head: sideBody(store, pull.head, pull.headSha),
    base: sideBody(store, pull.base, pull.baseSha),
  };
}

/** Each address twice: as a property, and among the links. */
function pullUrls(store: Store, { number, pull }: Pull) {
  const url = apiPath(store, `/pulls/${number}`);
  const page = webPath(store, `/pull/${number}`);
  const links = {
    html: page,
    issue: apiPath(store, `/issues/${number}`),
    comments: apiPath(store, `/issues/${number}/comments`),
    commits: `${url}/commits`,
    statuses: apiPath(store, `/statuses/${pull.headSha}`),
    review_comments: `${url}/comments`,
    review_comment: apiPath(store, '/pulls/comments{/number}'),
  };
  const entries = Object.entries(links);
  return {
    url,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    ...Object.fromEntries(entries.map(([name, href]) => [`${name}_url`, href])),
    _links: { self: { href: url }, ...Object.fromEntries(entries.map(([name, href]) => [name, { href }])) },
  };
}

function sideBody(store: Store, ref: string, sha: string) {
  const { owner } = store.state.repository;
  return { label: `${owner}:${ref}`, ref, sha, user: userBody(store, owner), repo: repositoryBody(store) };
}

/** A pull request by itself: the same, what it changes, and whether it can be merged (null: not yet known). */
export async function pullBody(store: Store, issue: Pull, isMergeabilityKnown: boolean) {
  const { pull, comments } = issue;
  const range = `${pull.baseSha}..${pull.headSha}`;
  const commits = Number(await store.bare.git('rev-list', '--count', range));
  const files = await changedFiles(store, await store.bare.git('merge-base', pull.baseSha, pull.headSha), pull.headSha);
  const sum = (key: 'additions' | 'deletions') => files.reduce((total, file) => total + file[key], 0);
  return {
    ...simplePullBody(store, issue),
    labels: labelBodies(store, issue),
    comments: comments.length,
    review_comments: 0,
    commits,
    additions: sum('additions'),
    deletions: sum('deletions'),
    changed_files: files.length,
    merged: pull.mergedAt !== null,
    maintainer_can_modify: false,
    rebaseable: null,
    merged_by: pull.mergedBy === null ? null : userBody(store, pull.mergedBy),
    ...(await mergeability(store, issue, isMergeabilityKnown)),
  };
}

async function mergeability(store: Store, { pull, state, login }: Pull, isKnown: boolean) {
  if (!isKnown || state === 'closed') return { mergeable: null, mergeable_state: 'unknown' };
  if ((await triedMerge(store, pull)) === undefined) return { mergeable: false, mergeable_state: 'dirty' };
  if (pull.isDraft) return { mergeable: true, mergeable_state: 'draft' };
  const isBlocked = brokenMergeRules(store, { branch: pull.base, headSha: pull.headSha, login }).length > 0;
  return { mergeable: true, mergeable_state: isBlocked ? 'blocked' : 'clean' };
}
