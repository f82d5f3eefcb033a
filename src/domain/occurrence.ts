import { createHash } from 'node:crypto';

/**
 * One due slot, task, event or request of a directive: `repo_status@2026-03-04T00:00Z`, `task:17`, `event:ID`,
 * `dispatch:ID`. It is what the ledger knows as done or not done.
 */
export type Occurrence = string;

/** Monday 1970-01-05, so that weekly slots start on Mondays and daily ones at midnight UTC. */
const ANCHOR_MS = 4 * 86_400_000;

/** The start of the interval that `now` lies in. Missed slots are not made up for: only the newest counts. */
export function slotStart(everyMs: number, now: Date): Date {
  return new Date(Math.floor((now.getTime() - ANCHOR_MS) / everyMs) * everyMs + ANCHOR_MS);
}

export function nextSlotStart(everyMs: number, now: Date): Date {
  return new Date(slotStart(everyMs, now).getTime() + everyMs);
}

export function slotOccurrence(directive: string, slot: Date): Occurrence {
  return `${directive}@${slot.toISOString().replace(/:00\.000Z$/, 'Z')}`;
}

/** Whether an occurrence is a due slot; tasks, events and requests carry their kind before a colon. */
export const isSlotOccurrence = (occurrence: Occurrence): boolean => /^[\w-]+@/.test(occurrence);

/** The branch on which a directive proposes what came of an occurrence; what a branch can not be called is left out. */
export const proposalBranch = (directive: string, occurrence: Occurrence): string =>
  `${proposalFolder(directive)}${occurrence.replace(/^[^@]*@/, '').replaceAll(/[^\w.-]/g, '-')}`;
/** Where all of them are. */
export const proposalFolder = (directive: string): string => `steward/${directive}/`;

/**
 * What a merged proposal asks for: to see whether the world is now as its directive wants it. Like its branch, it is named
 * after the occurrence that made the proposal: `event:publish_blog_post.merged.task-17`.
 */
export const mergeOccurrence = (branch: string): Occurrence =>
  `event:${branch.replace(/^steward\/([\w-]+)\//, '$1.merged.')}`;
/** The branch that such an occurrence is about. */
export function mergedBranch(occurrence: Occurrence): string | undefined {
  const [, directive, name] = /^event:([\w-]+)\.merged\.([\w.-]+)$/.exec(occurrence) ?? [];
  return directive && name ? `${proposalFolder(directive)}${name}` : undefined;
}

/** The idempotency key of one step of one occurrence: the same after a crash, in another process, on another machine. */
export function stepKey(occurrence: Occurrence, step: number): string {
  return sha256(`${occurrence}\n${step}`);
}

export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');
