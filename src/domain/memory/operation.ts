import { z } from 'zod';
import { AppliesWhen, CLAIM_LIMIT, LESSON_ID, LESSON_ORIGINS, Lesson } from './lesson.ts';

/**
 * One small change of the lessons. Whoever proposes it, code applies it, and the night's record holds it: the lessons of
 * today are the operations of all nights in their order, with counts taken from the ledger.
 */
const id = z.string().regex(LESSON_ID);
const claim = z.string().min(1).max(CLAIM_LIMIT);
const evidence = Lesson.shape.evidence;

export const Operation = z.discriminatedUnion('op', [
  /** The id is the next free one, or the one that a person wrote. */
  z.object({ op: z.literal('add'), lesson: Lesson }),
  /** Other words, another condition (only people change that), other evidence. Its counts begin anew where the words change. */
  z.object({
    op: z.literal('edit'),
    id,
    claim: claim.optional(),
    when: AppliesWhen.optional(),
    evidence: evidence.optional(),
    status: z.enum(['candidate', 'active']).optional(),
    origin: z.enum(LESSON_ORIGINS),
    /** Number of the newest record at the time. */
    at: z.int().min(-1).optional(),
  }),
  /** `from` end in `into`, which gets their evidence and counts. */
  z.object({ op: z.literal('merge'), into: id, from: z.array(id).min(1).max(10) }),
  z.object({ op: z.literal('retire'), id, reason: z.string().min(1).max(200) }),
  /** It was seen again. */
  z.object({ op: z.literal('confirm'), id, evidence }),
  z.object({ op: z.literal('activate'), id }),
  /** It was brought before people as a change of its directive. */
  z.object({ op: z.literal('propose'), id }),
]);
export type Operation = z.infer<typeof Operation>;

/** What one night did, as it is kept beside the ledger: `ledger/nights/<sha256 of the text>.json`. */
export const Night = z.object({
  v: z.literal(1),
  day: z.iso.date(),
  /** Changes that people made by hand since the night before. */
  person: z.array(Operation),
  /** Everything else, in the order in which it was applied. */
  night: z.array(Operation),
  /** What a model proposed and code refused: for the page of a day that has a second night. */
  rejected: z.array(z.object({ operation: z.string(), reason: z.string() })),
});
export type Night = z.infer<typeof Night>;

export const NIGHTS_FOLDER = 'ledger/nights';
