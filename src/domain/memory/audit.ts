import { daysAfter } from './days/calendar.ts';
import { dayBegun } from './entry-facts.ts';
import type { Lesson } from './lesson.ts';

/** What makes a lesson doubtful. */
export interface Doubt {
  lesson: string;
  claim: string;
  kind: 'uncited' | 'stale' | 'contradicted' | 'unused';
  reason: string;
}

const STALE_DAYS = 90;

/**
 * Lessons that a person may want to look at, in their order; one may have several doubts. Pure.
 * @param today UTC day
 * @param hasEntry whether the ledger has an entry of that id; without it, cited entries are taken to be there
 */
export function auditLessons(
  lessons: readonly Lesson[],
  { today, hasEntry }: { today: string; hasEntry?: (id: string) => boolean },
): Doubt[] {
  return lessons.flatMap((lesson) => {
    const reasons = {
      uncited: uncited(lesson, hasEntry),
      contradicted: contradicted(lesson),
      stale: stale(lesson, today),
      unused: lesson.used === null ? `no decision has named it since ${lesson.since}` : undefined,
    };
    return KINDS.flatMap((kind) => {
      const reason = reasons[kind];
      return reason === undefined ? [] : [{ lesson: lesson.id, claim: lesson.claim, kind, reason }];
    });
  });
}

const KINDS = ['uncited', 'contradicted', 'stale', 'unused'] as const;

function uncited({ evidence, origin }: Lesson, hasEntry: ((id: string) => boolean) | undefined): string | undefined {
  if (evidence.length === 0) return origin === 'person' ? "it rests on a person's word alone" : 'it cites no entry';
  const missing = hasEntry ? evidence.filter((id) => !hasEntry(id)) : [];
  if (missing.length === 0) return undefined;
  return `the ledger does not have ${missing.length} of the ${evidence.length} entries it cites: ${missing.join(', ')}`;
}

function contradicted({ helpful, harmful }: Lesson): string | undefined {
  const isEven = harmful === helpful && helpful > 0;
  if (harmful <= helpful && !isEven) return undefined;
  return `decisions that named it: ${helpful} came out well, ${harmful} did not`;
}

/** A lesson is as new as its words, its last use, or the newest entry it cites. */
function stale({ used, evidence, since }: Lesson, today: string): string | undefined {
  const cited = evidence.flatMap((id) => dayBegun(id) ?? []);
  const newest = [since, ...(used === null ? [] : [used]), ...cited].sort().at(-1) ?? since;
  return newest < daysAfter(today, -STALE_DAYS) ? `nothing of it is newer than ${newest}` : undefined;
}
