import type { ForgeArguments, ForgeResult } from '../../domain/forge.ts';
import type { GithubClient } from './client.ts';

export async function getRepository({ octokit, owner, repo }: GithubClient): Promise<ForgeResult<'repo.get'>> {
  const { data } = await octokit.rest.repos.get({ owner, repo });
  return {
    name: data.full_name,
    default_branch: data.default_branch,
    is_private: data.private,
    is_fork: data.fork,
    has_issues: data.has_issues,
    open_issues: data.open_issues_count,
    stars: data.stargazers_count,
    owner: data.owner.login,
    url: data.html_url,
  };
}

export async function getPermission(
  { octokit, owner, repo }: GithubClient,
  { login }: ForgeArguments<'users.permission'>,
): Promise<ForgeResult<'users.permission'>> {
  const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({ owner, repo, username: login });
  const known = (['admin', 'write', 'read'] as const).find((level) => level === data.permission);
  return { permission: known ?? 'none' };
}

/** What an administrator's token alone may read is null for others. */
export async function getSettings({ octokit, owner, repo }: GithubClient): Promise<ForgeResult<'settings.get'>> {
  const [actions, workflow] = await Promise.allSettled([
    octokit.rest.actions.getGithubActionsPermissionsRepository({ owner, repo }),
    octokit.rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository({ owner, repo }),
  ]);
  if (actions.status === 'rejected' && workflow.status === 'rejected') throw actions.reason;
  const permissions = workflow.status === 'fulfilled' ? workflow.value.data : undefined;
  return {
    is_enabled: actions.status === 'fulfilled' ? actions.value.data.enabled : null,
    may_open_pulls: permissions?.can_approve_pull_request_reviews ?? null,
    default_permission: permissions?.default_workflow_permissions ?? null,
  };
}

export async function changeSettings(
  { octokit, owner, repo }: GithubClient,
  { may_open_pulls, has_issues }: ForgeArguments<'settings.set'>,
): Promise<ForgeResult<'settings.set'>> {
  if (may_open_pulls)
    await octokit.rest.actions.setGithubActionsDefaultWorkflowPermissionsRepository({
      owner,
      repo,
      can_approve_pull_request_reviews: true,
    });
  if (has_issues) await octokit.rest.repos.update({ owner, repo, has_issues: true });
  return { changed: true };
}

export async function getRules(
  { octokit, owner, repo }: GithubClient,
  { branch }: ForgeArguments<'branches.rules'>,
): Promise<ForgeResult<'branches.rules'>> {
  const [{ data: rules }, { data: about }] = await Promise.all([
    octokit.rest.repos.getBranchRules({ owner, repo, branch }),
    octokit.rest.repos.getBranch({ owner, repo, branch }),
  ]);
  return { rules: [...new Set(rules.map(({ type }) => String(type)))], is_protected: about.protected };
}

/** Every answer carries the time it was given at. */
export async function getClock({ octokit }: GithubClient): Promise<ForgeResult<'clock.get'>> {
  const { headers } = await octokit.rest.rateLimit.get();
  return { now: new Date(headers.date ?? Number.NaN).toISOString() };
}
