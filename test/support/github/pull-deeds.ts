import { isActionsToken, type Token } from './auth.ts';
import { addEvent, addIssue, checkIssueText, closeIssue } from './issue-deeds.ts';
import { invalid, notFound, refusal } from './reply.ts';
import type { PullState } from './state.ts';
import { isPull, type Pull, type Store } from './store.ts';

/** What happens to pull requests, whoever does it. Branches of forks are not modelled. */

export interface NewPull {
  title: string;
  /** `branch`, or `owner:branch`. */
  head: string;
  base: string;
  body?: string | null;
  isDraft?: boolean;
}

export async function addPull(store: Store, token: Token, fresh: NewPull): Promise<Pull> {
  const { title, base, body = null, isDraft = false } = fresh;
  const mayNot = isActionsToken(token) && !store.state.settings.mayActionsCreatePulls;
  if (mayNot) throw refusal(403, 'GitHub Actions is not permitted to create or approve pull requests.');
  checkIssueText('PullRequest', title, body);
  const head = ownBranch(store, fresh.head);
  const headSha = await branchTip(store, 'head', head);
  const baseSha = await branchTip(store, 'base', base);
  await refuseSecond(store, head, base);
  await requireDifference(store, { head, headSha, base, baseSha });
  const issue = addIssue(store, token.login, { title, body });
  const pull: PullState = {
    head,
    base,
    headSha,
    baseSha,
    isDraft,
    readsUntilMergeable: 0,
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
  };
  return Object.assign(issue, { pull });
}

/** A pull request by its number, brought up to where its branches stand. */
export async function pullOf(store: Store, number: number | string | undefined): Promise<Pull> {
  const issue = store.state.issues.find((each) => each.number === Number(number));
  if (!issue || !isPull(issue)) throw notFound();
  await refreshPull(store, issue);
  return issue;
}

export async function allPulls(store: Store): Promise<Pull[]> {
  const pulls = store.state.issues.filter(isPull);
  for (const pull of pulls) await refreshPull(store, pull);
  return pulls;
}

/** An open pull request follows its branches, and is closed when its head is deleted. */
async function refreshPull(store: Store, issue: Pull): Promise<void> {
  const { pull, state, login } = issue;
  if (state === 'closed') return;
  const headSha = await store.bare.commitOf(`refs/heads/${pull.head}`);
  if (headSha === undefined) {
    addEvent(store, issue, { event: 'head_ref_deleted', actor: login });
    closeIssue(store, issue, { actor: login });
    return;
  }
  if (headSha !== pull.headSha) issue.updatedAt = store.now();
  Object.assign(pull, { headSha, baseSha: (await store.bare.commitOf(`refs/heads/${pull.base}`)) ?? pull.baseSha });
}

const refused = (field: string) => invalid({ resource: 'PullRequest', field, code: 'invalid' });
const refusedFor = (message: string) => invalid({ resource: 'PullRequest', code: 'custom', message });

function ownBranch({ state }: Store, head: string): string {
  const [, owner, branch] = /^([^:]+):(.+)$/.exec(head) ?? [];
  if (owner === undefined || branch === undefined) return head;
  if (owner.toLowerCase() !== state.repository.owner.toLowerCase()) throw refused('head');
  return branch;
}

async function branchTip({ bare }: Store, field: string, branch: string): Promise<string> {
  const sha = await bare.commitOf(`refs/heads/${branch}`);
  if (sha === undefined) throw refused(field);
  return sha;
}

async function refuseSecond(store: Store, head: string, base: string): Promise<void> {
  const isSame = ({ state, pull }: Pull) => state === 'open' && pull.head === head && pull.base === base;
  if (!(await allPulls(store)).some(isSame)) return;
  throw refusedFor(`A pull request already exists for ${store.state.repository.owner}:${head}.`);
}

async function requireDifference(
  { bare }: Store,
  { head, headSha, base, baseSha }: Pick<PullState, 'head' | 'headSha' | 'base' | 'baseSha'>,
): Promise<void> {
  const common = await bare.ask('merge-base', baseSha, headSha);
  if (common === undefined) throw refusedFor(`The ${head} branch has no history in common with ${base}`);
  if (common === headSha) throw refusedFor(`No commits between ${base} and ${head}`);
}
