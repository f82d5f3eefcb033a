import { isActionsToken, may, type Token } from './auth.ts';
import { declinedPush, isZeros, type PushRequest, type RefUpdate } from './pkt-line.ts';
import { brokenRules, refusedPush } from './protection.ts';
import type { Store } from './store.ts';

/** GitHub's verdict on a push before git sees it: the answer that declines it, or nothing. */
export async function declinePush(store: Store, token: Token, push: PushRequest): Promise<Buffer | undefined> {
  if (push.pack.length > 0) await store.bare.takePack(push.pack);
  const reasons = new Map<string, string>();
  const remarks: string[] = [];
  for (const update of push.updates) {
    const refused = (await refusedWorkflow(store, token, update)) ?? (await refusedByRules(store, token, update));
    if (!refused) continue;
    reasons.set(update.ref, refused.reason);
    remarks.push(...refused.remarks);
  }
  return reasons.size === 0 ? undefined : declinedPush(push, reasons, remarks);
}

/** A token without the permission `workflows`, which no workflow file can grant, leaves workflows alone. */
async function refusedWorkflow({ bare }: Store, token: Token, { after }: RefUpdate) {
  if (may(token, 'workflows:write') || isZeros(after)) return undefined;
  const [path] = await changedWorkflows(bare, [after, '--not', '--all']);
  return path === undefined ? undefined : { reason: workflowRefusal(token, path), remarks: [] };
}

/** The workflow files that commits change. */
export async function changedWorkflows({ git }: Store['bare'], commits: readonly string[]): Promise<string[]> {
  const listed = await git('log', '--format=', '--name-only', '--root', ...commits, '--', '.github/workflows');
  return listed.split('\n').filter(Boolean);
}

export function workflowRefusal(token: Token, path: string): string {
  const who = isActionsToken(token) ? 'a GitHub App' : 'a Personal Access Token';
  const what = isActionsToken(token) ? '`workflows` permission' : '`workflow` scope';
  return `refusing to allow ${who} to create or update workflow \`${path}\` without ${what}`;
}

async function refusedByRules(store: Store, { login }: Token, { ref, before, after }: RefUpdate) {
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  if (branch === undefined) return undefined;
  const known = (id: string) => (isZeros(id) ? undefined : id);
  const rules = await brokenRules(store, { branch, before: known(before), after: known(after), login });
  return rules.length === 0 ? undefined : refusedPush(store, { branch, rules });
}
