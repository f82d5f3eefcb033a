import { AgentError } from '../../domain/agent-error.ts';
import { proposalMarker } from '../../domain/forge-words.ts';
import type { Conclusion } from '../../domain/heal/conclusion.ts';
import { type Attempt, escalationMarker, healBranch, healMarker } from '../../domain/heal/fix.ts';
import { healMessage } from '../../domain/heal/heal-message.ts';
import {
  type Escalation,
  escalationBody,
  escalationTitle,
  type HealStory,
  proposalBody,
  proposalTitle,
} from '../../domain/heal/proposal-text.ts';
import type { TextChange } from '../../repo-port.ts';
import { ask } from '../ask-forge.ts';
import { openByHand } from '../proposal.ts';
import type { HealContext } from './heal-context.ts';
import { proposalFiles } from './proposal-files.ts';
import type { Ward } from './ward.ts';

export interface Published {
  outcome: 'proposed' | 'escalated' | 'none';
  reason: string;
  branch?: string;
  /** Of the pull request, or of the issue that stands for it. */
  url?: string;
}

/** Brings what the attempts came to before people. None of the proposed code is run here. */
export async function publishConclusion(
  context: HealContext,
  ward: Ward,
  { story, conclusion }: { story: HealStory; conclusion: Conclusion },
): Promise<Published> {
  if (conclusion.kind === 'none') return { outcome: 'none', reason: conclusion.reason };
  if (conclusion.kind === 'escalation') return escalate(context, story, conclusion.escalation);
  const made = await makeBranch(context, ward, conclusion);
  if ('stale' in made) return { outcome: 'none', reason: made.stale };
  if ('taken' in made)
    return { outcome: 'none', reason: `people have commits on ${made.taken}, and it stays as they left it` };
  return bringToPeople(context, { story, made, attempt: conclusion.attempt });
}

interface Made {
  branch: string;
  commit: string;
  changes: readonly TextChange[];
  /** Whether the branch holds exactly what was verified. */
  isVerified: boolean;
}

async function makeBranch(
  context: HealContext,
  ward: Ward,
  { attempt, verdict }: Extract<Conclusion, { kind: 'proposal' }>,
): Promise<Made | { stale: string } | { taken: string }> {
  const { workbench, repo, setting, facts } = context;
  const { patient } = ward;
  const { base } = attempt.patient;
  if (!(await workbench.bring(base)))
    return { stale: `the commit ${base.slice(0, 10)} it was made for can not be had` };
  const made = await proposalFiles(repo.at(base), ward, attempt, Object.keys(setting.config.vars));
  if ('refused' in made) return { stale: made.refused };
  if (made.changes.length === 0) return { stale: 'the directive says so already' };
  const now = (await repo.at(facts.head).read(patient.script)) ?? '';
  if (now !== made.before) return { stale: `${patient.script} was changed meanwhile` };
  const branch = healBranch(patient);
  const message = healMessage(
    patient,
    attempt,
    made.changes.map(({ path }) => path),
  );
  // At the time of the failure, so that a publish that is repeated makes the very same commit.
  const plan = { message, at: new Date(ward.entry.timestamp), files: made.changes };
  const done = await workbench.branchOn(base, branch, plan);
  if ('taken' in done) return { taken: branch };
  // Never the one without the other: what a reviewer sees is what the evidence is about.
  if (verdict?.tree && verdict.tree !== done.tree)
    return { stale: `the branch would hold ${done.tree.slice(0, 10)}, and ${verdict.tree.slice(0, 10)} was verified` };
  return {
    branch,
    commit: done.commit,
    changes: made.changes,
    isVerified: verdict?.outcome === 'accepted' && verdict.tree === done.tree,
  };
}

async function bringToPeople(
  context: HealContext,
  { story, made, attempt }: { story: HealStory; made: Made; attempt: Attempt },
): Promise<Published> {
  const { forge, facts, repo, log, setting } = context;
  const { branch } = made;
  const proposed = { outcome: 'proposed' as const, branch, reason: proposalTitle(story, attempt.outcome) };
  if (!forge || !facts.upstream) return proposed;
  const pushed = await repo.pushBranch(branch);
  if (pushed.kind === 'refused') {
    if (setting.isEphemeral) throw new AgentError('PUSH_REFUSED', { branch, reason: pushed.reason });
    log.warn(`the branch ${branch} stays here: ${pushed.reason}`);
    return proposed;
  }
  if (pushed.kind === 'rejected')
    return { outcome: 'none', reason: `people have commits on ${branch}, and it stays as they left it` };
  const url = await open(context, { story, made, attempt });
  if (made.isVerified) await postStatus(context, made);
  return { ...proposed, ...(url ? { url } : {}) };
}

const LABELS = ['steward', 'steward:heal'];

async function open(
  context: HealContext,
  { story, made, attempt }: { story: HealStory; made: Made; attempt: Attempt },
): Promise<string | undefined> {
  const { forge, facts, log } = context;
  const title = proposalTitle(story, attempt.outcome);
  const body = proposalBody(
    story,
    attempt,
    made.changes.map(({ path }) => path),
  );
  const base = facts.upstream?.branch ?? facts.branch;
  const request = {
    marker: healMarker(story.signature),
    title,
    body,
    head: made.branch,
    base,
    labels: LABELS,
    update: true,
  };
  const opened = await forge?.call('pulls.open', request);
  if (!opened) return undefined;
  if ('value' in opened) return opened.value.url;
  log.warn(`no pull request could be opened: ${opened.failed.message}`);
  const text = `${body}\n\n${openByHand(context, made.branch, opened.failed)}`;
  // The marker of a proposal: while this issue is open the directive waits, as it would for the pull request.
  const marker = proposalMarker(made.branch);
  const written = await ask(context, 'issues.upsert', {
    marker,
    title: `For review: ${title}`,
    body: text,
    labels: LABELS,
  });
  return written?.url ?? undefined;
}

/** With a token of its own a push starts the real `ci`; the job's token starts nothing, and a required check would wait for ever. */
async function postStatus(context: HealContext, { commit }: Made): Promise<void> {
  const { setting } = context;
  if (setting.secrets.STEWARD_TOKEN) return;
  await ask(context, 'statuses.create', {
    sha: commit,
    context: 'ci',
    state: 'success',
    description: 'the whole suite passed on this very tree, in the sandbox',
    ...(setting.runUrl ? { url: setting.runUrl } : {}),
  });
}

async function escalate(context: HealContext, story: HealStory, escalation: Escalation): Promise<Published> {
  const written = await ask(context, 'issues.upsert', {
    marker: escalationMarker(story.signature),
    title: escalationTitle(story),
    body: escalationBody(story, escalation),
    labels: LABELS,
  });
  const url = written?.url;
  return { outcome: 'escalated', reason: escalation.reason, ...(url ? { url } : {}) };
}
