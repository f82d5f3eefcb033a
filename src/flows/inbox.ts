import type { Directive } from '../domain/directive.ts';
import { hasMarker, type Issue } from '../domain/forge-words.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import type { Request } from '../domain/option.ts';
import { readTask } from '../domain/task-issue.ts';
import { ask } from './ask-forge.ts';
import type { Context } from './cycle-context.ts';
import { type EventKind, eventRequests } from './inbox-events.ts';

/** What waits on the forge: read anew in every cycle, so that an event whose run was dropped is not lost. */
export interface Inbox {
  requests: Request[];
  /** Tasks that can not be done as they are written, and why. */
  refusals: { number: number; occurrence: string; problems: string[] }[];
  /** Tasks that are done while their issue does not say so yet. */
  unanswered: { number: number; occurrence: string }[];
  /** Directives whose proposal waits for a review. */
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
  if (!context.forge) return EMPTY_INBOX;
  const asked = (kind: EventKind) => directives.filter(({ on, enabled }) => enabled && on.includes(kind));
  const kinds = (['issue', 'ci-failed', 'merge'] as const).filter((kind) => asked(kind).length > 0);
  const [tasks, events, waiting] = await Promise.all([
    readTasks(context, directives, state),
    Promise.all(kinds.map((kind) => eventRequests(context, kind, asked(kind)))),
    readProposals(context, directives),
  ]);
  return { ...tasks, requests: [...tasks.requests, ...events.flat()], waiting };
}

async function readTasks(
  context: Context,
  directives: readonly Directive[],
  state: LedgerState,
): Promise<Omit<Inbox, 'waiting'>> {
  const found: Omit<Inbox, 'waiting'> = { requests: [], refusals: [], unanswered: [] };
  const issues = (await ask(context, 'issues.list', { labels: ['steward:task'] })) ?? [];
  for (const issue of issues.toSorted((a, b) => a.number - b.number)) {
    const { occurrence, isAnswered } = await taskOccurrence(context, issue, state);
    const reading = readTask(issue, occurrence, directives);
    if ('stranger' in reading) context.log.info(`task ${issue.number} is from ${reading.stranger} and is left alone`);
    else if (!isAnswered) found.unanswered.push({ number: issue.number, occurrence });
    else if ('problems' in reading) found.refusals.push({ number: issue.number, occurrence, ...reading });
    else found.requests.push(reading.request);
  }
  return found;
}

/** A task that was answered and is open again was reopened by a person: that is a new occurrence, `task:17.2`. */
async function taskOccurrence(
  context: Context,
  issue: Issue,
  state: LedgerState,
): Promise<{ occurrence: string; isAnswered: boolean }> {
  const first = `task:${issue.number}`;
  if (!state.done[first]) return { occurrence: first, isAnswered: true };
  const comments = (await ask(context, 'issues.comments', { number: issue.number, limit: 500 })) ?? [];
  for (let times = 1; ; times++) {
    const occurrence = times === 1 ? first : `${first}.${times}`;
    if (!state.done[occurrence]) return { occurrence, isAnswered: true };
    if (!comments.some(({ body }) => hasMarker(body, answerMarker(occurrence))))
      return { occurrence, isAnswered: false };
  }
}

/** The branch of a proposal names its directive: `steward/<directive>/...`. */
async function readProposals(context: Context, directives: readonly Directive[]): Promise<Inbox['waiting']> {
  const proposers = directives.filter(({ deliver, enabled }) => enabled && deliver === 'pull-request');
  if (proposers.length === 0) return new Map();
  const pulls = (await ask(context, 'pulls.list', { state: 'open' })) ?? [];
  const own = pulls.filter(({ isFork }) => !isFork);
  return new Map(
    proposers.flatMap(({ name }): [string, string][] => {
      const pull = own.find(({ head }) => head.startsWith(`steward/${name}/`));
      return pull ? [[name, `its proposal #${pull.number}`]] : [];
    }),
  );
}
