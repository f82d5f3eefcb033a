import type { RateLimit } from './rate-limit.ts';
import { noContent, ok, refusal } from './reply.ts';
import { fullRepositoryBody } from './repository-body.ts';
import type { Call, Route } from './route.ts';
import { collaboratorBody, publicUserBody } from './user-body.ts';

const REPOSITORY = '/repos/{owner}/{repo}';
const PERMISSIONS = `${REPOSITORY}/actions/permissions`;

/** Settings that the fake keeps; to change another one is a violation. */
const UNCHANGEABLE = [
  'name',
  'homepage',
  'visibility',
  'security_and_analysis',
  'has_projects',
  'has_wiki',
  'has_pull_requests',
  'pull_request_creation_policy',
  'is_template',
  'default_branch',
  'allow_rebase_merge',
  'allow_auto_merge',
  'allow_update_branch',
  'use_squash_pr_title_as_default',
  'squash_merge_commit_title',
  'squash_merge_commit_message',
  'merge_commit_title',
  'merge_commit_message',
  'allow_forking',
  'web_commit_signoff_required',
];

export const REPOSITORY_ROUTES: readonly Route[] = [
  {
    operation: `GET ${REPOSITORY}`,
    needs: ['metadata:read'],
    handle: ({ store, token }) => ok(fullRepositoryBody(store, token.login)),
  },
  {
    operation: `PATCH ${REPOSITORY}`,
    needs: ['administration:write'],
    unsupported: UNCHANGEABLE,
    handle: changeSettings,
  },
  {
    operation: `GET ${REPOSITORY}/collaborators/{username}/permission`,
    needs: ['metadata:read'],
    handle({ store, params }) {
      const { username = '' } = params;
      if (!Object.hasOwn(store.state.users, username)) throw refusal(404, `${username} is not a user`);
      return ok(collaboratorBody(store, username));
    },
  },
  {
    operation: 'GET /user',
    needs: [],
    handle({ store, token }) {
      if (token.login.endsWith('[bot]')) throw refusal(403, 'Resource not accessible by integration');
      return ok(publicUserBody(store, token.login));
    },
  },
];

/** Settings of Actions, which only who administers may see. */
export const ACTIONS_SETTINGS_ROUTES: readonly Route[] = [
  {
    operation: `GET ${PERMISSIONS}`,
    needs: ['administration:read'],
    handle({ store }) {
      const enabled = store.state.settings.areActionsEnabled;
      return ok({ enabled, ...(enabled && { allowed_actions: 'all' }) });
    },
  },
  {
    operation: `PUT ${PERMISSIONS}`,
    needs: ['administration:write'],
    unsupported: ['sha_pinning_required'],
    handle({ store, body }) {
      store.state.settings.areActionsEnabled = body.enabled === true;
      return noContent;
    },
  },
  {
    operation: `GET ${PERMISSIONS}/workflow`,
    needs: ['administration:read'],
    handle({ store }) {
      const { defaultWorkflowPermissions, mayActionsCreatePulls } = store.state.settings;
      return ok({
        default_workflow_permissions: defaultWorkflowPermissions,
        can_approve_pull_request_reviews: mayActionsCreatePulls,
      });
    },
  },
  {
    operation: `PUT ${PERMISSIONS}/workflow`,
    needs: ['administration:write'],
    handle({ store, body }) {
      const { settings } = store.state;
      const { default_workflow_permissions: level, can_approve_pull_request_reviews: mayCreate } = body;
      if (level === 'read' || level === 'write') settings.defaultWorkflowPermissions = level;
      if (typeof mayCreate === 'boolean') settings.mayActionsCreatePulls = mayCreate;
      return noContent;
    },
  },
];

export const rateLimitRoute = (rateLimit: RateLimit): Route => ({
  operation: 'GET /rate_limit',
  needs: [],
  handle({ token }) {
    const core = rateLimit.standing(token.value);
    const search = { limit: 30, remaining: 30, used: 0, reset: core.reset };
    return ok({ resources: { core, search }, rate: core });
  },
});

function changeSettings({ store, token, body }: Call) {
  const { repository, settings } = store.state;
  const flag = (name: string, before: boolean) => (typeof body[name] === 'boolean' ? body[name] : before);
  repository.hasIssues = flag('has_issues', repository.hasIssues);
  repository.isPrivate = flag('private', repository.isPrivate);
  repository.isArchived = flag('archived', repository.isArchived);
  settings.deletesBranchOnMerge = flag('delete_branch_on_merge', settings.deletesBranchOnMerge);
  if (body.description !== undefined) repository.description = String(body.description);
  const allows = (method: 'merge' | 'squash', name: string) => flag(name, settings.mergeMethods.includes(method));
  const [merge, squash] = [allows('merge', 'allow_merge_commit'), allows('squash', 'allow_squash_merge')];
  settings.mergeMethods = [...(merge ? ['merge' as const] : []), ...(squash ? ['squash' as const] : [])];
  return ok(fullRepositoryBody(store, token.login));
}
