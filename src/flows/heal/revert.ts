import { AgentError } from '../../domain/agent-error.ts';
import { withTrailers } from '../../domain/commit-message.ts';
import { HEAL_BRANCHES } from '../../domain/heal/fix.ts';
import { ask } from '../ask-forge.ts';
import type { Setting } from '../cycle-context.ts';
import { openByHand } from '../proposal.ts';
import type { HealContext, HealPorts } from './heal-context.ts';

export interface Reverted {
  branch: string;
  url: string | null;
  files: string[];
}

const TAPES = 'test/execution/tapes';

/** Puts a pull request up that takes a merged repair back: script, directive and tape are as they were before it. */
export async function revertHeal(ports: HealPorts, setting: Setting, repair: string): Promise<Reverted> {
  const context: HealContext = { ...ports, setting, facts: await ports.repo.facts() };
  const { repo, workbench, clock, facts, forge } = context;
  // The commit that merged it may lie deeper than a runner's clone.
  await repo.deepen();
  const signature = await signatureOf(context, repair);
  const tape = (await repo.at(facts.head).list(TAPES)).find((name) => name.endsWith(`-${signature}.json`));
  const commit = tape && (await workbench.addedBy(`${TAPES}/${tape}`));
  if (!commit) throw new AgentError('REVERT_NOTHING', { repair, branch: facts.branch });
  const undone = await workbench.undo(commit);
  if ('conflict' in undone)
    throw new AgentError('REVERT_CONFLICT', { path: undone.conflict, commit: commit.slice(0, 10) });
  const branch = `steward/heal-revert/${tape.replace(/\.json$/, '')}`;
  const files = undone.changes.map(({ path }) => path);
  const message = withTrailers(`heal: take the repair ${signature} back`, `This undoes ${commit}.`, [
    ['Steward-Signature', signature],
  ]);
  const made = await workbench.branchOn(facts.head, branch, { message, at: clock.now(), files: undone.changes });
  if ('taken' in made) throw new AgentError('REVERT_TAKEN', { branch });
  if (!forge || !facts.upstream) return { branch, url: null, files };
  const pushed = await repo.pushBranch(branch);
  if (pushed.kind !== 'pushed')
    throw new AgentError('PUSH_REFUSED', {
      branch,
      reason: pushed.kind === 'refused' ? pushed.reason : 'people have commits on it',
    });
  return { branch, url: await open(context, { branch, signature, commit, files }), files };
}

/** A pull request names its branch, and the branch ends with the signature. */
async function signatureOf(context: HealContext, repair: string): Promise<string> {
  if (/^[0-9a-f]{12}$/.test(repair)) return repair;
  const number = Number(/^#?(\d{1,9})$/.exec(repair)?.[1]);
  const pulls = Number.isNaN(number) ? undefined : await ask(context, 'pulls.list', { state: 'all', limit: 1000 });
  const head = pulls?.find((pull) => pull.number === number)?.head ?? '';
  const signature = head.startsWith(HEAL_BRANCHES) ? /-([0-9a-f]{12})$/.exec(head)?.[1] : undefined;
  if (signature === undefined) throw new AgentError('REVERT_NOTHING', { repair, branch: context.facts.branch });
  return signature;
}

async function open(
  context: HealContext,
  { branch, signature, commit, files }: { branch: string; signature: string; commit: string; files: string[] },
): Promise<string | null> {
  const { forge, facts, log } = context;
  const title = `Take the repair ${signature} back`;
  const body = [
    `This undoes ${commit}: what it changed is as it was before, and what was changed since stays.`,
    '',
    ...files.map((path) => `- \`${path}\``),
    '',
    'Until the script is mended otherwise, it fails as it did.',
  ].join('\n');
  const base = facts.upstream?.branch ?? facts.branch;
  const marker = `heal-revert:${signature}`;
  const labels = ['steward', 'steward:heal'];
  const opened = await forge?.call('pulls.open', { marker, title, body, head: branch, base, labels, update: true });
  if (!opened) return null;
  if ('value' in opened) return opened.value.url;
  log.warn(`no pull request could be opened: ${opened.failed.message}`);
  const text = `${body}\n\n${openByHand(context, branch, opened.failed)}`;
  const written = await ask(context, 'issues.upsert', { marker, title: `For review: ${title}`, body: text, labels });
  return written?.url ?? null;
}
