import type { Json } from './json-schema.ts';
import { brokenRules, protectionOf, refusedUpdate } from './protection.ts';
import { created, noContent, notFound, ok, refusal } from './reply.ts';
import type { Call, Route } from './route.ts';
import { apiPath, nodeId, type Store } from './store.ts';

const GIT = '/repos/{owner}/{repo}/git';

export const REF_ROUTES: readonly Route[] = [
  {
    operation: `GET ${GIT}/ref/{ref}`,
    needs: ['contents:read'],
    async handle({ store, params }) {
      const ref = `refs/${params.ref}`;
      const sha = await shaOf(store, ref);
      if (sha === undefined) throw notFound();
      return ok(refBody(store, ref, sha));
    },
  },
  {
    operation: `POST ${GIT}/refs`,
    needs: ['contents:write'],
    async handle(call) {
      const { store, body } = call;
      const [ref, sha] = [String(body.ref), String(body.sha)];
      if (!/^refs\/[^/]+\/./.test(ref)) throw refusal(422, `${ref} is not a valid ref name.`);
      await requireCommit(store, sha);
      if ((await shaOf(store, ref)) !== undefined) throw refusal(422, 'Reference already exists');
      await moveRef(call, ref, { before: undefined, after: sha });
      return created(refBody(store, ref, sha));
    },
  },
  {
    operation: `PATCH ${GIT}/refs/{ref}`,
    needs: ['contents:write'],
    async handle(call) {
      const { store, params, body } = call;
      const [ref, after] = [`refs/${params.ref}`, String(body.sha)];
      const before = await existing(store, ref);
      await requireCommit(store, after);
      const isForward = (await store.bare.ask('merge-base', '--is-ancestor', before, after)) !== undefined;
      if (!isForward && body.force !== true) throw refusal(422, 'Update is not a fast forward');
      await moveRef(call, ref, { before, after });
      return ok(refBody(store, ref, after));
    },
  },
  {
    operation: `DELETE ${GIT}/refs/{ref}`,
    needs: ['contents:write'],
    async handle(call) {
      const ref = `refs/${call.params.ref}`;
      const before = await existing(call.store, ref);
      await moveRef(call, ref, { before, after: undefined });
      return noContent;
    },
  },
  {
    operation: 'GET /repos/{owner}/{repo}/rules/branches/{branch}',
    needs: ['metadata:read'],
    handle: ({ store, params }) => ok(rulesOf(store, params.branch ?? '')),
  },
];

const shaOf = ({ bare }: Store, ref: string) => bare.ask('show-ref', '--verify', '--hash', ref);

async function existing(store: Store, ref: string): Promise<string> {
  const sha = await shaOf(store, ref);
  if (sha === undefined) throw refusal(422, 'Reference does not exist');
  return sha;
}

async function requireCommit({ bare }: Store, sha: string): Promise<void> {
  const isThere = /^[0-9a-f]{40}$/.test(sha) && (await bare.commitOf(sha)) === sha;
  if (!isThere) throw refusal(422, 'Object does not exist');
}

interface Move {
  before: string | undefined;
  after: string | undefined;
}

async function moveRef({ store, token }: Call, ref: string, { before, after }: Move): Promise<void> {
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  const rules = branch === undefined ? [] : await brokenRules(store, { branch, before, after, login: token.login });
  if (branch !== undefined && rules.length > 0) throw refusal(422, refusedUpdate(store, { branch, rules }));
  const moved = after === undefined ? ['-d', ref] : [ref, after];
  // The old value makes git refuse when somebody was faster; the empty one means that there must be none.
  const done = await store.bare.ask('update-ref', ...moved, before ?? '');
  if (done === undefined) throw refusal(409, 'Reference cannot be updated');
}

function refBody(store: Store, ref: string, sha: string) {
  const url = apiPath(store, `/git/${ref}`);
  return {
    ref,
    node_id: nodeId('Ref', ref),
    url,
    object: { type: 'commit', sha, url: apiPath(store, `/git/commits/${sha}`) },
  };
}

/** The rules of rulesets that hold for a branch; the older branch protection is not told here. */
function rulesOf(store: Store, branch: string): Json[] {
  const rule = protectionOf(store.state, branch);
  if (rule?.by !== 'ruleset') return [];
  const { owner, name } = store.state.repository;
  const source = { ruleset_source_type: 'Repository', ruleset_source: `${owner}/${name}`, ruleset_id: 1 };
  const review = {
    dismiss_stale_reviews_on_push: false,
    require_code_owner_review: false,
    require_last_push_approval: false,
    required_approving_review_count: 0,
    required_review_thread_resolution: false,
  };
  const checks = (rule.checks ?? []).map((context) => ({ context }));
  return [
    ...(rule.forbidsDeletion === false ? [] : [{ type: 'deletion', ...source }]),
    ...(rule.forbidsForcePush === false ? [] : [{ type: 'non_fast_forward', ...source }]),
    ...(rule.needsPull === true ? [{ type: 'pull_request', parameters: review, ...source }] : []),
    ...(checks.length === 0 ? [] : [statusRule(checks, source)]),
  ];
}

const statusRule = (checks: Json[], source: Record<string, Json>): Json => ({
  type: 'required_status_checks',
  parameters: { strict_required_status_checks_policy: false, required_status_checks: checks },
  ...source,
});
