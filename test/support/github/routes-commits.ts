import { changedFiles, commitBody, commitFacts, namedCommit } from './commit-body.ts';
import { pageOf } from './pagination.ts';
import { protectionOf } from './protection.ts';
import { created, limitLength, ok, refusal } from './reply.ts';
import { minimalRepositoryBody } from './repository-body.ts';
import type { Call, Route } from './route.ts';
import type { StatusState } from './state.ts';
import { apiPath, fullName, nodeId, type Store, webPath } from './store.ts';
import { userBody } from './user-body.ts';

const REPOSITORY = '/repos/{owner}/{repo}';

export const COMMIT_ROUTES: readonly Route[] = [
  {
    operation: `GET ${REPOSITORY}/commits/{ref}`,
    needs: ['contents:read'],
    media: ['sha'],
    async handle({ store, params, media }) {
      const sha = await namedCommit(store, params.ref ?? '');
      if (media === 'sha') return { status: 200, text: sha };
      return ok(await wholeCommit(store, sha));
    },
  },
  {
    operation: `GET ${REPOSITORY}/commits/{ref}/status`,
    needs: ['statuses:read'],
    async handle(call) {
      const { store, params } = call;
      const sha = await namedCommit(store, params.ref ?? '');
      const all = latestStatuses(store, sha);
      const page = pageOf(all, call, `/repos/${fullName(store)}/commits/${sha}/status`);
      const url = apiPath(store, `/commits/${sha}`);
      return ok({
        state: combinedState(all),
        sha,
        total_count: all.length,
        repository: minimalRepositoryBody(store),
        statuses: page.items.map((status) => statusBody(store, status)),
        commit_url: url,
        url: `${url}/status`,
      });
    },
  },
  { operation: `POST ${REPOSITORY}/statuses/{sha}`, needs: ['statuses:write'], handle: postStatus },
  {
    operation: `GET ${REPOSITORY}/branches/{branch}`,
    needs: ['contents:read'],
    async handle({ store, params }) {
      const { branch = '' } = params;
      const sha = await store.bare.commitOf(`refs/heads/${branch}`);
      if (sha === undefined) throw refusal(404, 'Branch not found');
      return ok(await branchBody(store, branch, sha));
    },
  },
];

async function wholeCommit(store: Store, sha: string) {
  const { parents } = await commitFacts(store, sha);
  const below = parents[0] ?? (await store.bare.git('hash-object', '-t', 'tree', '/dev/null'));
  const files = await changedFiles(store, below, sha);
  const sum = (key: 'additions' | 'deletions') => files.reduce((total, file) => total + file[key], 0);
  const [additions, deletions] = [sum('additions'), sum('deletions')];
  return { ...(await commitBody(store, sha)), stats: { additions, deletions, total: additions + deletions }, files };
}

async function postStatus({ store, token, params, body }: Call) {
  const { sha = '' } = params;
  const isWhole = /^[0-9a-f]{40}$/.test(sha) && (await store.bare.commitOf(sha)) === sha;
  if (!isWhole) throw refusal(422, `No commit found for SHA: ${sha}`);
  limitLength('Status', 'description', { text: body.description, max: 140 });
  const status: StatusState = {
    id: store.nextId(),
    sha,
    context: String(body.context ?? 'default'),
    createdAt: store.now(),
    state: body.state as StatusState['state'],
    creator: token.login,
    description: typeof body.description === 'string' ? body.description : null,
    targetUrl: typeof body.target_url === 'string' ? body.target_url : null,
  };
  store.state.statuses.push(status);
  return created({ ...statusBody(store, status), creator: userBody(store, token.login) });
}

function statusBody(
  store: Store,
  { id, sha, context, state, description, targetUrl, creator, createdAt }: StatusState,
) {
  return {
    id,
    node_id: nodeId('StatusContext', id),
    url: apiPath(store, `/statuses/${sha}`),
    state,
    context,
    description,
    target_url: targetUrl,
    avatar_url: userBody(store, creator).avatar_url,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

/** The newest status of each context. */
function latestStatuses({ state }: Store, sha: string): StatusState[] {
  const latest = new Map<string, StatusState>();
  for (const status of state.statuses) if (status.sha === sha) latest.set(status.context, status);
  return [...latest.values()];
}

function combinedState(statuses: readonly StatusState[]): string {
  const has = (...states: string[]) => statuses.some(({ state }) => states.includes(state));
  if (has('error', 'failure')) return 'failure';
  return statuses.length === 0 || has('pending') ? 'pending' : 'success';
}

async function branchBody(store: Store, branch: string, sha: string) {
  const rule = protectionOf(store.state, branch);
  const self = apiPath(store, `/branches/${branch}`);
  const isClassic = rule?.by === 'branch protection';
  const checks = {
    enforcement_level: isClassic ? 'non_admins' : 'off',
    contexts: isClassic ? (rule.checks ?? []) : [],
    checks: [],
  };
  return {
    name: branch,
    commit: await commitBody(store, sha),
    protected: rule !== undefined,
    _links: { self, html: webPath(store, `/tree/${branch}`) },
    protection: { enabled: isClassic, required_status_checks: checks },
    protection_url: `${self}/protection`,
  };
}
