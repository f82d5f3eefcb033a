import { isActionsToken, may, type Token } from './auth.ts';
import { mailOf } from './bare-repository.ts';
import { changedWorkflows, workflowRefusal } from './git-push.ts';
import { addEvent, closeIssue } from './issue-deeds.ts';
import { brokenMergeRules, refusedUpdate } from './protection.ts';
import { refusal } from './reply.ts';
import type { PullState } from './state.ts';
import type { Pull, Store } from './store.ts';

export interface MergeOrder {
  token: Token;
  method?: 'merge' | 'squash' | 'rebase';
  /** The head that was looked at: another one is refused. */
  sha?: string;
  title?: string;
  message?: string;
}

/** The tree that a merge gives, or undefined when it conflicts. */
export async function triedMerge({ bare }: Store, { baseSha, headSha }: PullState): Promise<string | undefined> {
  const output = await bare.ask('merge-tree', '--write-tree', baseSha, headSha);
  return output?.split('\n')[0];
}

/** Merges in the bare repository, as the green button does; gives the commit. Throws GitHub's refusals. */
export async function mergePull(store: Store, issue: Pull, order: MergeOrder): Promise<string> {
  const { pull, state } = issue;
  const { token, method = 'merge', sha = pull.headSha } = order;
  if (state === 'closed' || pull.isDraft) throw refusal(405, 'Pull Request is not mergeable');
  if (sha !== pull.headSha) throw refusal(409, 'Head branch was modified. Review and try the merge again.');
  await requireAllowed(store, issue, { token, method });
  const tree = await triedMerge(store, pull);
  if (tree === undefined) throw refusal(405, 'Pull Request is not mergeable');
  const parents = method === 'squash' ? [pull.baseSha] : [pull.baseSha, pull.headSha];
  const commit = await commitMerge(store, {
    tree,
    parents,
    message: mergeMessage(store, issue, order),
    login: token.login,
  });
  const moved = await store.bare.ask('update-ref', `refs/heads/${pull.base}`, commit, pull.baseSha);
  if (moved === undefined) throw refusal(409, 'Base branch was modified. Review and try the merge again.');
  await finish(store, issue, { commit, login: token.login });
  return commit;
}

async function requireAllowed(
  store: Store,
  { pull }: Pull,
  { token, method }: { token: Token; method: string },
): Promise<void> {
  const isAllowed = store.state.settings.mergeMethods.some((allowed) => allowed === method);
  const name = `${method.charAt(0).toUpperCase()}${method.slice(1)}`;
  if (!isAllowed) throw refusal(405, `${name} merges are not allowed on this repository.`);
  const { base: branch, headSha, baseSha } = pull;
  const rules = brokenMergeRules(store, { branch, headSha, login: token.login });
  if (rules.length > 0) throw refusal(405, refusedUpdate(store, { branch, rules }));
  const [workflow] = await changedWorkflows(store.bare, [`${baseSha}..${headSha}`]);
  const mayNot = workflow !== undefined && isActionsToken(token) && !may(token, 'workflows:write');
  if (mayNot) throw refusal(403, workflowRefusal(token, workflow));
}

function mergeMessage({ state }: Store, { number, title, body, pull }: Pull, order: MergeOrder): string {
  const isSquash = order.method === 'squash';
  const usual = isSquash
    ? `${title} (#${number})`
    : `Merge pull request #${number} from ${state.repository.owner}/${pull.head}`;
  const text = order.message ?? (isSquash ? (body ?? '') : title);
  return `${order.title ?? usual}\n\n${text}`.trimEnd();
}

interface MergeCommit {
  tree: string;
  parents: readonly string[];
  message: string;
  login: string;
}

/** The author is who merged, the committer GitHub itself. */
async function commitMerge({ bare, now }: Store, { tree, parents, message, login }: MergeCommit): Promise<string> {
  const seconds = Date.parse(now()) / 1000;
  const person = (role: string, who: string) => `${role} ${who} ${seconds} +0000`;
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    person('author', `${login} <${mailOf(login)}>`),
    person('committer', 'GitHub <noreply@github.com>'),
    '',
    `${message}\n`,
  ];
  return bare.writeCommit(lines.join('\n'));
}

async function finish(store: Store, issue: Pull, { commit, login }: { commit: string; login: string }): Promise<void> {
  const { pull } = issue;
  Object.assign(pull, { mergedAt: store.now(), mergedBy: login, mergeCommit: commit });
  addEvent(store, issue, { event: 'merged', actor: login, commit });
  closeIssue(store, issue, { actor: login });
  if (pull.base === store.state.repository.defaultBranch) closeMentioned(store, issue, login);
  if (!store.state.settings.deletesBranchOnMerge) return;
  await store.bare.git('update-ref', '-d', `refs/heads/${pull.head}`, pull.headSha);
  addEvent(store, issue, { event: 'head_ref_deleted', actor: login });
}

/** `Closes #12` in the description closes that issue with the merge. */
function closeMentioned(store: Store, { body }: Pull, actor: string): void {
  for (const [, number] of (body ?? '').matchAll(/\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? #(\d+)/gi)) {
    const issue = store.state.issues.find((each) => each.number === Number(number) && !each.pull);
    if (issue) closeIssue(store, issue, { actor });
  }
}
