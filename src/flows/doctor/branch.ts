import { type Finding, fine } from '../../domain/finding.ts';
import { CYCLE_FILE, type Facts, type ForgeFacts, siteUrl, WINDOW_MS } from './facts.ts';
import { because } from './github.ts';

/** Rules of GitHub's rulesets that a push of the ledger, a plain fast-forward of unsigned commits, passes. */
const PASSED = [
  ...['creation', 'deletion', 'non_fast_forward', 'required_linear_history', 'copilot_code_review'],
  ...['branch_name_pattern', 'tag_name_pattern', 'max_file_size', 'max_file_path_length'],
];
/** Rules that refuse it. Any other may. */
const REFUSING = [
  ...['pull_request', 'required_status_checks', 'update', 'required_signatures', 'merge_queue'],
  ...['required_deployments', 'workflows', 'code_scanning', 'license_compliance_scanning'],
];

const WHY =
  'Every cycle pushes its ledger to this branch; a commit that a runner can not push vanishes with it, so the cycle fails.';
const WAY_OUT =
  'or give the agent a key that may pass: `ssh-keygen -t ed25519 -N "" -f steward-key`, its public half under Settings > Deploy keys with write access, the other in the secret STEWARD_DEPLOY_KEY, and "Deploy keys" on the bypass list (a GitHub App there does the same). GITHUB_TOKEN can never be on that list: GitHub answers 422.';

/** Whether the default branch takes what the agent pushes. */
export function branchFinding(facts: Facts, { about, rules: answer }: ForgeFacts): Finding {
  const id = 'github.branch';
  const branch = about.default_branch;
  const page = siteUrl(facts, 'settings/rules');
  if ('failed' in answer) {
    const what = `The rules of ${branch} can not be read${because(answer)}`;
    return { id, status: 'unknown', what, why: WHY, fix: `Look at Settings > Rules > Rulesets (${page}).` };
  }
  const { rules, is_protected: isProtected } = answer.value;
  const refusing = rules.filter((rule) => REFUSING.includes(rule));
  const doubtful = rules.filter((rule) => !REFUSING.includes(rule) && !PASSED.includes(rule));
  const withoutRule = (names: readonly string[]) =>
    `Settings > Rules > Rulesets (${page}): take ${names.join(', ')} off ${branch}, ${WAY_OUT}`;
  if (refusing.length > 0) {
    const what = `${branch} has rules that refuse the ledger (${refusing.join(', ')})`;
    return refused(facts, what, withoutRule(refusing));
  }
  if (doubtful.length > 0) {
    const what = `${branch} has rules that may refuse the ledger: ${doubtful.join(', ')}`;
    return { id, status: 'warn', what, why: WHY, fix: withoutRule(doubtful) };
  }
  if (isProtected && rules.length === 0) return classic(facts, branch);
  const kept = rules.length > 0 ? ` (it has ${rules.join(', ')}, which the ledger passes)` : '';
  return fine(id, `${branch} takes the agent's pushes${kept}`);
}

function refused(facts: Facts, what: string, fix: string): Finding {
  const id = 'github.branch';
  if (!mayHaveKey(facts)) return { id, status: 'fail', what, why: WHY, fix };
  const { entries } = facts.ledger;
  const isRecent = (timestamp: string) => facts.now.getTime() - Date.parse(timestamp) < WINDOW_MS;
  const isProven = entries.some(({ run_url: url, timestamp }) => url && isRecent(timestamp));
  if (isProven) return fine(id, `${what}; the agent's key passes them, as cycles on runners show`);
  const unseen = `${what}, unless the key in STEWARD_DEPLOY_KEY passes them, which can not be seen from here`;
  return { id, status: 'unknown', what: unseen, why: WHY, fix };
}

/** Whether the cycle may push by something else than the job's token. doctor.yml tells whether the secret holds a key, not the key. */
function mayHaveKey({ workflows, setting }: Facts): boolean {
  const text = workflows.find(({ file }) => file === CYCLE_FILE)?.text ?? '';
  return /^\s*(ssh-key|token):/m.test(text) && setting.secrets.STEWARD_HAS_DEPLOY_KEY !== 'false';
}

/** The older protection shows its terms to administrators only. */
function classic(facts: Facts, branch: string): Finding {
  return {
    id: 'github.branch',
    status: 'unknown',
    what: `${branch} is protected, and branch protection does not tell this token how`,
    why: WHY,
    fix: `Settings > Branches (${siteUrl(facts, 'settings/branches')}): pull requests, status checks, signed commits, and who may push must not be required of ${branch}; ${WAY_OUT}`,
  };
}
