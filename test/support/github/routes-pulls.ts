import { changedFiles } from './commit-body.ts';
import { checkIssueText, closeIssue, renameIssue, reopenIssue } from './issue-deeds.ts';
import { listReply } from './pagination.ts';
import { pullBody, simplePullBody } from './pull-body.ts';
import { addPull, allPulls, pullOf } from './pull-deeds.ts';
import { type MergeOrder, mergePull } from './pull-merge.ts';
import { created, invalid, ok } from './reply.ts';
import type { Call, Route } from './route.ts';
import { fullName, type Pull } from './store.ts';

const PULLS = '/repos/{owner}/{repo}/pulls';
const PULL = `${PULLS}/{pull_number}`;

export const PULL_ROUTES: readonly Route[] = [
  {
    operation: `GET ${PULLS}`,
    needs: ['pull-requests:read'],
    async handle(call) {
      const path = `/repos/${fullName(call.store)}/pulls`;
      return listReply(await pullsThatMatch(call), call, { path, show: (pull) => simplePullBody(call.store, pull) });
    },
  },
  {
    operation: `POST ${PULLS}`,
    needs: ['pull-requests:write'],
    unsupported: ['head_repo', 'issue'],
    async handle({ store, token, body }) {
      const { title = '', head, base, body: text = null, draft } = body;
      const named = { title: String(title), head: String(head), base: String(base) };
      const fresh = { ...named, body: text === null ? null : String(text), isDraft: draft === true };
      // Whether it can be merged is not known yet when GitHub answers.
      return created(await pullBody(store, await addPull(store, token, fresh), false));
    },
  },
  {
    operation: `GET ${PULL}`,
    needs: ['pull-requests:read'],
    async handle({ store, params }) {
      const issue = await pullOf(store, params.pull_number);
      const isKnown = issue.pull.readsUntilMergeable <= 0;
      issue.pull.readsUntilMergeable -= 1;
      return ok(await pullBody(store, issue, isKnown));
    },
  },
  {
    operation: `PATCH ${PULL}`,
    needs: ['pull-requests:write'],
    unsupported: ['base', 'maintainer_can_modify'],
    async handle(call) {
      const issue = await pullOf(call.store, call.params.pull_number);
      changePull(call, issue);
      return ok(await pullBody(call.store, issue, true));
    },
  },
  {
    operation: `GET ${PULL}/files`,
    needs: ['pull-requests:read'],
    async handle(call) {
      const { store } = call;
      const { number, pull } = await pullOf(store, call.params.pull_number);
      const below = await store.bare.git('merge-base', pull.baseSha, pull.headSha);
      const files = await changedFiles(store, below, pull.headSha);
      const path = `/repos/${fullName(store)}/pulls/${number}/files`;
      return listReply(files, call, { path, show: (file) => file });
    },
  },
  {
    operation: `PUT ${PULL}/merge`,
    needs: ['contents:write'],
    async handle({ store, token, params, body }) {
      const issue = await pullOf(store, params.pull_number);
      const { merge_method: method, sha, commit_title: title, commit_message: message } = body;
      const order: MergeOrder = {
        token,
        ...(method !== undefined && { method: method as 'merge' | 'squash' | 'rebase' }),
        ...(sha !== undefined && { sha: String(sha) }),
        ...(title !== undefined && { title: String(title) }),
        ...(message !== undefined && { message: String(message) }),
      };
      const commit = await mergePull(store, issue, order);
      return ok({ sha: commit, merged: true, message: 'Pull Request successfully merged' });
    },
  },
];

/** `head` is `owner:branch`; GitHub takes no notice of one without an owner. */
async function pullsThatMatch({ store, query }: Call): Promise<Pull[]> {
  const { state: wanted = 'open', head, base, sort = 'created', direction } = query;
  const { owner } = store.state.repository;
  const branch = head?.includes(':') ? head.toLowerCase() : undefined;
  const found = (await allPulls(store)).filter(
    ({ state, pull }) =>
      (wanted === 'all' || state === wanted) &&
      (branch === undefined || `${owner}:${pull.head}`.toLowerCase() === branch) &&
      (base === undefined || pull.base === base),
  );
  const key = ({ createdAt, updatedAt }: Pull) => Date.parse(sort === 'updated' ? updatedAt : createdAt);
  found.sort((a, b) => key(a) - key(b) || a.number - b.number);
  // Newest first, unless a sort was asked for without a direction.
  const isDescending = direction === 'desc' || (direction === undefined && (query.sort ?? 'created') === 'created');
  return isDescending ? found.reverse() : found;
}

function changePull({ store, token, body }: Call, issue: Pull): void {
  const title = body.title === undefined ? issue.title : String(body.title);
  const text = body.body === undefined ? issue.body : String(body.body);
  checkIssueText('PullRequest', title, text);
  const isReopenedMerge = body.state === 'open' && issue.pull.mergedAt !== null;
  if (isReopenedMerge) throw invalid({ resource: 'PullRequest', code: 'invalid', field: 'state' });
  renameIssue(store, issue, { title, actor: token.login });
  issue.body = text;
  issue.updatedAt = store.now();
  if (body.state === 'closed') closeIssue(store, issue, { actor: token.login });
  if (body.state === 'open') reopenIssue(store, issue, token.login);
}
