import { z } from 'zod';

/**
 * One thing the agent has learned. The ledger is the truth; a lesson is an item of an index made from it, and says on
 * which entries it rests.
 */

/** The page that people read and may write in, and the one of the retired, which they only read. */
export const LESSONS_FILE = 'knowledge/lessons.md';
export const ARCHIVE_FILE = 'knowledge/archive.md';
/** The pages of days and weeks. */
export const DAILY_FOLDER = 'knowledge/daily';
export const WEEKLY_FOLDER = 'knowledge/weekly';

const LESSON_STATUSES = ['candidate', 'active', 'retired'] as const;
/** Who said it first, or last changed its words: the agent's own code, a model, or a person. */
export const LESSON_ORIGINS = ['code', 'model', 'person'] as const;

/** What code looks for in the entries; a lesson of code says which it found. */
export const PATTERN_KINDS = ['failure', 'no-effect', 'cost', 'slow', 'flapping', 'gap', 'streak'] as const;
export type PatternKind = (typeof PATTERN_KINDS)[number];

export const LESSON_ID = /^L[1-9]\d{0,5}$/;
export const SIGNATURE = /^(?:[0-9a-f]{12}|refuted)$/;
export const TAG = /^[a-z][a-z0-9_-]{0,63}$/;
export const DIRECTIVE_NAME = /^[a-z][a-z0-9_-]{0,63}$/;
const Day = z.iso.date();

/** A claim is one line: it is read in a prompt beside many others. */
export const CLAIM_LIMIT = 300;
/** The first ids say since when, the last ones that it still holds. */
export const EVIDENCE_LIMIT = 8;
const EVIDENCE_FIRST = 2;

/** All of what is given must fit. */
export const AppliesWhen = z
  .object({
    directive: z.string().regex(DIRECTIVE_NAME).optional(),
    /** Of a failure, or `refuted`. */
    signature: z.string().regex(SIGNATURE).optional(),
    /** See tagsOf. */
    tag: z.string().regex(TAG).optional(),
  })
  .refine((when) => Object.values(when).some((value) => value !== undefined), {
    error: 'a directive, a signature or a tag',
  });
export type AppliesWhen = z.infer<typeof AppliesWhen>;

export const Lesson = z.object({
  id: z.string().regex(LESSON_ID),
  claim: z.string().min(1).max(CLAIM_LIMIT),
  when: AppliesWhen,
  /** Ids of ledger entries, oldest first. */
  evidence: z.array(z.string().min(1).max(80)).max(EVIDENCE_LIMIT),
  /** Decisions that named the lesson and came out well, and those that did not. */
  helpful: z.int().min(0),
  harmful: z.int().min(0),
  /** The UTC day on which a decision last named it. */
  used: Day.nullable(),
  origin: z.enum(LESSON_ORIGINS),
  pattern: z.enum(PATTERN_KINDS).optional(),
  /** The UTC day on which it got its present words. */
  since: Day,
  /** Number of the newest record at that time; absent where the words are the first. Decisions before it saw others. */
  at: z.int().min(-1).optional(),
  status: z.enum(LESSON_STATUSES),
  /** The UTC day on which it was proposed for its directive. */
  proposed: Day.optional(),
  /** Why and when it was retired. */
  retired: z.object({ day: Day, reason: z.string().min(1).max(200) }).optional(),
});
export type Lesson = z.infer<typeof Lesson>;

/** No more than so many are kept beside the retired ones, and no more bytes of page. */
export const LESSON_CAP = 60;
export const PAGE_CAP_BYTES = 32 * 1024;
/** Retired ones beyond that are left to git's history. */
export const ARCHIVE_CAP = 120;

/** So many decisions that named a lesson and came out well prove it; from then on only outcomes and people change it. */
export const HELPFUL_ENOUGH = 2;

/** Why the lessons of a page that a person took out were retired. They do not come back by themselves. */
export const TAKEN_OUT = 'a person took it out';

/** Ids without doubles, at most EVIDENCE_LIMIT: the first and the last. */
export function boundedEvidence(ids: readonly string[]): string[] {
  const each = [...new Set(ids)];
  if (each.length <= EVIDENCE_LIMIT) return each;
  return [...each.slice(0, EVIDENCE_FIRST), ...each.slice(EVIDENCE_FIRST - EVIDENCE_LIMIT)];
}

export const lessonNumber = ({ id }: Pick<Lesson, 'id'>): number => Number(id.slice(1));

export const sameWhen = (a: AppliesWhen, b: AppliesWhen): boolean =>
  a.directive === b.directive && a.signature === b.signature && a.tag === b.tag;
