import { AgentError } from '../../domain/agent-error.ts';
import { withBullet } from '../../domain/directive-bullet.ts';
import {
  bulletFor,
  type Confirmed,
  confirmedLessons,
  directiveFile,
  lessonBody,
  lessonBranch,
  lessonMarker,
  lessonMessage,
  lessonTitle,
  sectionFor,
} from '../../domain/memory/directive-lesson.ts';
import type { Memory } from '../../domain/memory/memory.ts';
import type { TextChange } from '../../repo-port.ts';
import { openByHand } from '../proposal.ts';
import { type Earlier, earlierProposals } from './earlier-proposals.ts';
import type { MemoryContext } from './memory-context.ts';

/** A lesson that was brought before people, now or by a night that died before it was recorded. */
export interface ProposedLesson {
  id: string;
  directive: string;
  branch: string;
  /** Of the pull request, or of the issue that asks for one. */
  url?: string;
}

interface Input {
  day: string;
  /** The commit of an entry, by its id. */
  commits: ReadonlyMap<string, string>;
}

/** What became of one directive's lesson. Nothing at all where one waits for a review. */
type Step = { proposed: ProposedLesson; note?: string } | { note: string } | undefined;

const PER_NIGHT = 3;

/**
 * Proposes well confirmed lessons as lines of their directives: one for a directive at a time, a few a night. What the
 * forge does not do is noted, and tried again the next night.
 */
export async function proposeLessons(
  context: MemoryContext,
  memory: Memory,
  { commits }: Input,
): Promise<{ proposed: ProposedLesson[]; notes: string[] }> {
  const ready = Map.groupBy(confirmedLessons(memory), ({ directive }) => directive);
  const proposed: ProposedLesson[] = [];
  const notes: string[] = [];
  if (ready.size === 0) return { proposed, notes };
  const earlier = await earlierProposals(context);
  if ('failed' in earlier) return { proposed, notes: [`no lesson was proposed for its directive: ${earlier.failed}`] };
  for (const [directive, lessons] of ready) {
    if (proposed.length >= PER_NIGHT) break;
    const step = await proposeFor(context, { directive, lessons, earlier, commits });
    if (step && 'proposed' in step) proposed.push(step.proposed);
    if (step?.note) notes.push(step.note);
  }
  return { proposed, notes };
}

async function proposeFor(
  context: MemoryContext,
  from: { directive: string; lessons: readonly Confirmed[]; earlier: Earlier; commits: Input['commits'] },
): Promise<Step> {
  const { directive, lessons, earlier, commits } = from;
  const open = await earlier.openFor(directive, lessons);
  if (open) return open.lesson ? { proposed: toProposed(open.lesson, open.url) } : undefined;
  const [best] = lessons;
  if (!best) return undefined;
  const closed = await earlier.closedFor(best);
  if (closed) return { proposed: toProposed(best, closed.url), note: `${best.lesson.id}: ${closed.words}` };
  const facts = await context.repo.facts();
  // What people will merge into, so that nothing that is not pushed yet goes along.
  const base = (context.forge && facts.upstreamTip) ?? facts.head;
  const change = await changeFor(context, best, base);
  if (change === undefined) return undefined;
  if ('refused' in change) return { note: `${best.lesson.id} can not be proposed: ${change.refused}` };
  if (change.isThere)
    return { proposed: toProposed(best), note: `${directiveFile(directive)} says ${best.lesson.id} already` };
  const plan = { message: lessonMessage(best), at: context.clock.now(), files: [change] };
  const made = await context.workbench.branchOn(base, lessonBranch(directive), plan);
  if ('taken' in made)
    return { note: `people have commits on ${lessonBranch(directive)}, and it stays as they left it` };
  return bringToPeople(context, best, commits);
}

const toProposed = ({ lesson, directive }: Confirmed, url?: string): ProposedLesson => ({
  id: lesson.id,
  directive,
  branch: lessonBranch(directive),
  ...(url ? { url } : {}),
});

/** The directive with the line; undefined where there is no such directive any more. */
async function changeFor(
  { repo, setting }: MemoryContext,
  { lesson, directive }: Confirmed,
  base: string,
): Promise<(TextChange & { isThere: boolean }) | { refused: string } | undefined> {
  const file = directiveFile(directive);
  const text = await repo.at(base).read(file);
  if (text === undefined) return undefined;
  const place = { file, vars: Object.keys(setting.config.vars), section: sectionFor(lesson) };
  const noted = withBullet(text, place, bulletFor(lesson));
  if ('refused' in noted) return { refused: `${file}: ${noted.refused}` };
  return { path: file, content: noted.text, isThere: !noted.changed };
}

async function bringToPeople(context: MemoryContext, best: Confirmed, commits: Input['commits']): Promise<Step> {
  const { forge, facts, repo, log, setting } = context;
  const branch = lessonBranch(best.directive);
  if (!forge || !facts.upstream) return { proposed: toProposed(best) };
  const pushed = await repo.pushBranch(branch);
  if (pushed.kind === 'refused') {
    if (setting.isEphemeral) throw new AgentError('PUSH_REFUSED', { branch, reason: pushed.reason });
    log.warn(`the branch ${branch} stays here: ${pushed.reason}`);
    return { proposed: toProposed(best) };
  }
  if (pushed.kind === 'rejected') return { note: `people have commits on ${branch}, and it stays as they left it` };
  const base = facts.upstream.branch;
  const at = { serverUrl: setting.serverUrl, repository: forge.repository, branch: base, commits };
  const page = {
    marker: lessonMarker(best),
    title: lessonTitle(best),
    body: lessonBody(best, at),
    labels: ['steward'],
  };
  const opened = await forge.call('pulls.open', { ...page, head: branch, base });
  if ('value' in opened) return { proposed: toProposed(best, opened.value.url) };
  log.warn(`no pull request could be opened: ${opened.failed.message}`);
  const body = `${page.body}\n\n${openByHand(context, branch, opened.failed)}`;
  const asked = await forge.call('issues.upsert', { ...page, title: `For review: ${page.title}`, body });
  if ('value' in asked) return { proposed: toProposed(best, asked.value.url ?? undefined) };
  return { note: `${branch} holds ${best.lesson.id}, and nobody could be asked to review it: ${asked.failed.message}` };
}
