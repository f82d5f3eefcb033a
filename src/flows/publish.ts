import { AgentError } from '../domain/agent-error.ts';
import type { Context } from './cycle-context.ts';
import { rebase } from './rebase.ts';

const ATTEMPTS = 12;
const FIRST_PAUSE_MS = 80;
const LONGEST_PAUSE_MS = 4_000;

export interface Published {
  pushed: boolean;
  /** Why not, when it was not. */
  reason?: string;
  /** True when the commits were rebuilt: records may read otherwise now. */
  rebuilt: boolean;
}

/** How many unpushed commits are not the agent's, or why nothing can be pushed. */
export async function unpushedByPeople({ facts, repo }: Context): Promise<number | string> {
  return facts.upstream ? repo.unpushedByPeople() : 'the clone has no remote';
}

/**
 * Pushes what the agent committed, by compare-and-swap: when somebody was faster, the commits are checked again and
 * rebuilt on what is there now. Never a merge, never a force, never a push of commits that people made.
 * @param people what unpushedByPeople gave: commits of people keep the agent's here
 */
export async function publish(context: Context, people: number | string): Promise<Published> {
  const { repo, clock } = context;
  if (typeof people === 'string') return keep(context, people, false);
  if (people > 0) {
    const count = people === 1 ? 'one unpushed commit' : `${people} unpushed commits`;
    return { pushed: false, rebuilt: false, reason: `there is ${count} of yours: push, and the agent's go along` };
  }
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const result = await repo.push();
    if (result.kind === 'pushed') return { pushed: true, rebuilt: attempt > 1 };
    if (result.kind === 'refused') return keep(context, result.reason, attempt > 1);
    await clock.sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.25 + clock.random() * 0.75));
    const { offline } = await repo.fetch();
    if (offline !== undefined) return keep(context, offline, attempt > 1);
    const { upstreamTip } = await repo.facts();
    if (upstreamTip) await integrate(context, upstreamTip);
  }
  if (context.setting.isEphemeral) throw new AgentError('PUSH_CONTENDED', { attempts: ATTEMPTS });
  return { pushed: false, rebuilt: true, reason: `other writers were faster ${ATTEMPTS} times` };
}

/** A commit that stays here is safe on a disk that stays; on a runner it would vanish, so there the agent stops. */
function keep({ facts, setting }: Context, reason: string, rebuilt: boolean): Published {
  if (setting.isEphemeral) throw new AgentError('PUSH_REFUSED', { branch: facts.branch, reason });
  return { pushed: false, reason, rebuilt };
}

/**
 * Brings the clone up to `tip`: plain fast-forward, or the agent's unpushed commits rebuilt on top of it. `blocked`
 * when a person's unpushed commits are in the way; `unpushed` counts the agent's own that are left to push.
 */
export async function integrate(context: Context, tip: string): Promise<{ blocked: boolean; unpushed: number }> {
  const { base, behind, agent, human } = await context.repo.compare(tip);
  if (behind === 0) return { blocked: false, unpushed: agent.length };
  if (human > 0) return { blocked: true, unpushed: agent.length };
  const plans = agent.length > 0 ? await rebase({ repo: context.repo, base, tip, commits: agent }) : [];
  await context.repo.rebuildOn(tip, plans);
  return { blocked: false, unpushed: plans.length };
}
