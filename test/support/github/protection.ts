import type { GitHubState, ProtectionState } from './state.ts';
import type { Store } from './store.ts';

/** What a branch's protection says to a change of it. */

export interface BranchChange {
  branch: string;
  /** Undefined when the branch is new. */
  before: string | undefined;
  /** Undefined when it is deleted. */
  after: string | undefined;
  login: string;
}

export const protectionOf = ({ protections }: GitHubState, branch: string): ProtectionState | undefined =>
  Object.hasOwn(protections, branch) ? protections[branch] : undefined;

/** The rules that a push, or an update by REST, would break, in GitHub's words. */
export async function brokenRules({ state, bare }: Store, change: BranchChange): Promise<string[]> {
  const rule = protectionOf(state, change.branch);
  if (!rule || rule.bypass?.includes(change.login)) return [];
  const { before, after } = change;
  if (after === undefined) return rule.forbidsDeletion === false ? [] : ['Cannot delete this branch'];
  const isForced = before !== undefined && (await bare.ask('merge-base', '--is-ancestor', before, after)) === undefined;
  return [
    ...(isForced && rule.forbidsForcePush !== false ? ['Cannot force-push to this branch'] : []),
    ...(rule.needsPull === true ? ['Changes must be made through a pull request.'] : []),
    ...missingChecks(state, rule, after),
  ];
}

/** What a merge waits for; a pull request is there already. */
export function brokenMergeRules(
  { state }: Store,
  change: { branch: string; headSha: string; login: string },
): string[] {
  const rule = protectionOf(state, change.branch);
  return !rule || rule.bypass?.includes(change.login) ? [] : missingChecks(state, rule, change.headSha);
}

function missingChecks(state: GitHubState, { checks = [] }: ProtectionState, sha: string): string[] {
  const missing = checks.filter((context) => latestStatus(state, sha, context)?.state !== 'success');
  if (missing.length > 1) return [`${missing.length} of ${checks.length} required status checks are expected.`];
  return missing.map((context) => `Required status check "${context}" is expected.`);
}

const latestStatus = ({ statuses }: GitHubState, sha: string, context: string) =>
  statuses.findLast((status) => status.sha === sha && status.context === context);

/** The same refusal in the words of `git push`: a reason for the ref, and what is printed behind `remote:`. */
export function refusedPush(store: Store, { branch, rules }: { branch: string; rules: readonly string[] }) {
  const ref = `refs/heads/${branch}`;
  if (protectionOf(store.state, branch)?.by !== 'ruleset') {
    const remarks = [
      `error: GH006: Protected branch update failed for ${ref}.`,
      ...rules.map((rule) => `error: ${rule}`),
    ];
    return { reason: 'protected branch hook declined', remarks };
  }
  const { owner, name } = store.state.repository;
  return {
    reason: 'push declined due to repository rule violations',
    remarks: [
      `error: GH013: Repository rule violations found for ${ref}.`,
      `Review all repository rules at ${store.url}/${owner}/${name}/rules?ref=${encodeURIComponent(ref)}`,
      '',
      ...rules.flatMap((rule) => [`- ${rule}`, '']),
    ],
  };
}

/** And in those of the REST API. */
export function refusedUpdate(
  { state }: Store,
  { branch, rules }: { branch: string; rules: readonly string[] },
): string {
  const isRuleset = protectionOf(state, branch)?.by === 'ruleset';
  return isRuleset ? `Repository rule violations found\n\n${rules.join('\n\n')}\n\n` : rules.join(' ');
}
