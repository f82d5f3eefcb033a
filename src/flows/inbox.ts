import type { Directive } from '../domain/directive.ts';
import { type Issue, isMarkedComment, type Pull, proposalOf } from '../domain/forge-words.ts';
import { HEAL_BRANCHES } from '../domain/heal/fix.ts';
import { waitingRepairs } from '../domain/heal/heal-state.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import { mergeOccurrence, proposalFolder } from '../domain/occurrence.ts';
import type { Request } from '../domain/option.ts';
import { readTask } from '../domain/task-issue.ts';
import { ask } from './ask-forge.ts';
import type { Context } from './cycle-context.ts';
import { type ClosedPulls, type EventKind, eventRequests } from './inbox-events.ts';

/** What waits on the forge: read anew in every cycle, so that an event whose run was dropped is not lost. */
export interface Inbox {
  requests: Request[];
  /** Tasks that can not be done as they are written, and why. */
  refusals: { number: number; occurrence: string; problems: string[] }[];
  /** Tasks that are done while their issue does not say so yet. */
  unanswered: { number: number; occurrence: string }[];
  /** Proposals that wait for a review: by branch, how people know them. */
  waiting: Map<string, string>;
}

export const EMPTY_INBOX: Inbox = { requests: [], refusals: [], unanswered: [], waiting: new Map() };

/** The number of the issue behind `task:17` or `task:17.2`. */
export const taskNumber = (occurrence: string): number | undefined => {
  const number = /^task:(\d+)(?:\.\d+)?$/.exec(occurrence)?.[1];
  return number === undefined ? undefined : Number(number);
};

/** Stands in the comment that ends a task, so that it is written once. */
export const answerMarker = (occurrence: string): string => `answer:${occurrence}`;

/** Asks only for what a directive could use. What the forge does not say is warned of, and the cycle goes on without it. */
export async function readInbox(
  context: Context,
  directives: readonly Directive[],
  state: LedgerState,
): Promise<Inbox> {
  if (!context.forge) return { ...EMPTY_INBOX, waiting: await localProposals(context, directives, state) };
  const asked = (kind: EventKind) => directives.filter(({ on, enabled }) => enabled && on.includes(kind));
  const kinds = (['issue', 'ci-failed', 'merge'] as const).filter((kind) => asked(kind).length > 0);
  // Two may want them, and GitHub is asked once.
  let asking: Promise<Pull[]> | undefined;
  const closedPulls: ClosedPulls = () => {
    asking ??= ask(context, 'pulls.list', { state: 'closed' }).then((pulls) => pulls ?? []);
    return asking;
  };
  const [tasks, events, merged, waiting] = await Promise.all([
    readTasks(context, directives, state),
    Promise.all(kinds.map((kind) => eventRequests(context, kind, { directives: asked(kind), state, closedPulls }))),
    mergedProposals(context, { directives, state, closedPulls }),
    readProposals(context, directives, state),
  ]);
  return { ...tasks, requests: [...tasks.requests, ...events.flat(), ...merged], waiting };
}

async function readTasks(
  context: Context,
  directives: readonly Directive[],
  state: LedgerState,
): Promise<Omit<Inbox, 'waiting'>> {
  const found: Omit<Inbox, 'waiting'> = { requests: [], refusals: [], unanswered: [] };
  const issues = (await ask(context, 'issues.list', { labels: ['steward:task'] })) ?? [];
  for (const issue of issues.toSorted((a, b) => a.number - b.number)) {
    const known = await taskOccurrence(context, issue, state);
    if (!known) continue;
    const { occurrence, isAnswered } = known;
    const reading = readTask(issue, occurrence, directives);
    if ('stranger' in reading) context.log.info(`task ${issue.number} is from ${reading.stranger} and is left alone`);
    else if (!isAnswered) found.unanswered.push({ number: issue.number, occurrence });
    else if ('problems' in reading) found.refusals.push({ number: issue.number, occurrence, ...reading });
    else found.requests.push(reading.request);
  }
  return found;
}

/**
 * A task that a person reopened after it was answered is a new occurrence, `task:17.2`. Without that word its answer, or
 * the closing after it, got lost. Undefined where the forge does not say.
 */
async function taskOccurrence(
  context: Context,
  { number }: Issue,
  state: LedgerState,
): Promise<{ occurrence: string; isAnswered: boolean } | undefined> {
  const first = `task:${number}`;
  if (!state.done[first]) return { occurrence: first, isAnswered: true };
  const [comments, reopened] = await Promise.all([
    ask(context, 'issues.comments', { number, limit: 500 }),
    ask(context, 'issues.reopened', { number }),
  ]);
  if (!comments || reopened === undefined) return undefined;
  for (let times = 1; ; times++) {
    const occurrence = times === 1 ? first : `${first}.${times}`;
    if (!state.done[occurrence]) return { occurrence, isAnswered: true };
    const answer = comments.find((comment) => isMarkedComment(comment, answerMarker(occurrence)));
    if (!answer || !reopened || reopened.at < answer.created) return { occurrence, isAnswered: false };
  }
}

/** Open pull requests from branches of this repository, and open issues that ask for one where the agent may open none. */
async function readProposals(
  context: Context,
  directives: readonly Directive[],
  { heals }: LedgerState,
): Promise<Inbox['waiting']> {
  const delivers = directives.some(({ deliver, enabled }) => enabled && deliver === 'pull-request');
  if (!delivers && waitingRepairs(heals).size === 0) return new Map();
  const [pulls, issues] = await Promise.all([
    ask(context, 'pulls.list', { state: 'open' }),
    ask(context, 'issues.list', { labels: ['steward'] }),
  ]);
  const asking = (issues ?? []).flatMap(({ body, number }): [string, number][] => {
    const branch = proposalOf(body);
    return branch === undefined ? [] : [[branch, number]];
  });
  const opened = (pulls ?? []).flatMap(({ head, number, isFork }): [string, number][] =>
    isFork ? [] : [[head, number]],
  );
  return new Map([...asking, ...opened].map(([branch, number]) => [branch, `${nameOf(branch)} #${number}`]));
}

const nameOf = (branch: string): string => (branch.startsWith(HEAL_BRANCHES) ? 'its repair' : 'its proposal');

/** Of the agent's own proposals those that a person merged: what they were for can be verified now. */
async function mergedProposals(
  { facts }: Context,
  known: { directives: readonly Directive[]; state: LedgerState; closedPulls: ClosedPulls },
): Promise<Request[]> {
  const { directives, closedPulls } = known;
  const { proposals } = known.state;
  const branch = facts.upstream?.branch ?? facts.branch;
  const ofDirective = (branch: string) => directives.find(({ name }) => branch.startsWith(proposalFolder(name)));
  if (!Object.keys(proposals).some(ofDirective)) return [];
  return (await closedPulls()).flatMap(({ head, base, merged, isFork }): Request[] => {
    const directive = ofDirective(head);
    if (merged === null || isFork || base !== branch || !directive || !Object.hasOwn(proposals, head)) return [];
    return [{ occurrence: mergeOccurrence(head), directive: directive.name, params: {}, origin: 'event' }];
  });
}

/** Without a forge proposals and repairs wait on their branches, until those are merged or deleted. */
async function localProposals(
  { repo }: Context,
  directives: readonly Directive[],
  { heals }: LedgerState,
): Promise<Inbox['waiting']> {
  const delivering = directives.filter(({ deliver, enabled }) => enabled && deliver === 'pull-request');
  const folders = delivering.map(({ name }) => proposalFolder(name));
  if (waitingRepairs(heals).size > 0) folders.push(HEAL_BRANCHES);
  const branches = (await Promise.all(folders.map((folder) => repo.openBranches(folder)))).flat();
  return new Map(branches.map((branch) => [branch, `${nameOf(branch)} on the branch ${branch}`]));
}
