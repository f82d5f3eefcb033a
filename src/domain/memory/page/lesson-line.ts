import { shortened } from '../../foreign-text.ts';
import { type AppliesWhen, CLAIM_LIMIT, type Lesson } from '../lesson.ts';

/** What a prompt shows of a lesson. */
export type ShownLesson = Pick<Lesson, 'id' | 'claim'> & Partial<Pick<Lesson, 'when' | 'status'>>;

const PLAIN_SHOWN = 200;

/** `directive check_links, signature 3fa9c1d20b7e`; `mark` sets the names off where the text is more than plain. */
export function conditionText(
  { directive, signature, tag }: AppliesWhen,
  mark = (name: string): string => name,
): string {
  return Object.entries({ directive, signature, tag })
    .flatMap(([kind, name]) => (name === undefined ? [] : [`${kind} ${mark(name)}`]))
    .join(', ');
}

/**
 * `- L3 [directive check_links, unproven]: "Run it by day."`: quoted as JSON, so that no claim can seem to end before its
 * end. A lesson without a condition is not one of the memory's, and is shown plain and shorter.
 */
export function lessonLine({ id, claim, when, status }: ShownLesson): string {
  const words = claim
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
    .trim();
  if (!when) return `- ${id}: ${shortened(words, PLAIN_SHOWN)}`;
  const facts = [conditionText(when), ...(status === 'candidate' ? ['unproven'] : [])];
  return `- ${id} [${facts.join(', ')}]: ${JSON.stringify(shortened(words, CLAIM_LIMIT))}`;
}
