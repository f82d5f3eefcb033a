import { asCode, oneLine } from '../../foreign-text.ts';
import { didYouMean, errorAt, isPlainName, type Problem } from '../../problem.ts';
import {
  type AppliesWhen,
  boundedEvidence,
  CLAIM_LIMIT,
  DIRECTIVE_NAME,
  EVIDENCE_LIMIT,
  LESSON_ORIGINS,
  Lesson,
  PATTERN_KINDS,
  SIGNATURE,
  TAG,
} from '../lesson.ts';
import { claimOf } from './claim-markdown.ts';
import type { LessonBlock } from './page-blocks.ts';

/** A lesson that has no number yet. */
export type UnnumberedLesson = Omit<Lesson, 'id'>;

/** Fields whose value is the rest of their line; the others may share one, with commas between them. */
const LINES = ['applies when', 'evidence', 'retired'] as const;
const PIECES = ['helpful', 'harmful', 'last used', 'never used', 'origin', 'since', 'proposed'] as const;
type FieldName = (typeof LINES)[number] | (typeof PIECES)[number];
const NAMES: readonly FieldName[] = [...LINES, ...PIECES];
const CONDITIONS = {
  directive: { pattern: DIRECTIVE_NAME, form: 'the name of a directive, such as `check_links`' },
  signature: { pattern: SIGNATURE, form: 'a failure signature of 12 hexadecimal digits, or `refuted`' },
  tag: { pattern: TAG, form: 'a tag such as `any`: lower case letters, digits, _ and -' },
} as const;
const KINDS = Object.keys(CONDITIONS) as (keyof typeof CONDITIONS)[];
const CONDITION_HINT = 'Add a line such as - applies when: directive `check_links`';

interface Field {
  value: string;
  line: number;
}

/** Says that something is wrong in a line, with a remedy where it is not obvious. */
type Blame = (line: number, found: string, expected: string, hint?: string) => undefined;

/**
 * What a block says. A field that is not there has its first value: no evidence, counts of 0, a person as origin.
 * `lesson` is absent when there are problems.
 * @param today for `since`, where it is not there
 */
export function readLesson(
  block: LessonBlock,
  file: string,
  today: string,
): { lesson?: UnnumberedLesson; problems: Problem[] } {
  const problems: Problem[] = [];
  const blame: Blame = (line, found, expected, hint) => void problems.push(errorAt(file, line, found, expected, hint));
  const fields = readFields(block, blame);
  const claim = readClaim(block, blame);
  const when = readCondition(fields.get('applies when'), block.line, blame);
  const proposed = readDay(fields.get('proposed'), blame);
  const isUnused = fields.has('never used');
  if (isUnused && fields.has('last used'))
    blame(fields.get('never used')?.line ?? block.line, '`never used` beside `last used`', 'one of them');
  const rest = {
    evidence: readEvidence(fields.get('evidence'), blame),
    helpful: readCount('helpful', fields.get('helpful'), blame),
    harmful: readCount('harmful', fields.get('harmful'), blame),
    used: readDay(fields.get('last used'), blame) ?? null,
    ...readOrigin(fields.get('origin'), blame),
    since: readDay(fields.get('since'), blame) ?? today,
    status: block.status,
    ...(proposed ? { proposed } : {}),
  };
  return problems.length === 0 && claim !== undefined && when
    ? { lesson: { claim, when, ...rest }, problems }
    : { problems };
}

function readClaim({ claim: markdown, line }: LessonBlock, blame: Blame): string | undefined {
  const claim = claimOf(markdown);
  if (claim === '') return blame(line, 'no claim', 'a sentence below the heading');
  return claim.length > CLAIM_LIMIT
    ? blame(
        line,
        `a claim of ${claim.length} characters`,
        `at most ${CLAIM_LIMIT}`,
        'Say it shorter, or in two lessons',
      )
    : claim;
}

function readFields({ fields }: LessonBlock, blame: Blame): Map<FieldName, Field> {
  const found = new Map<FieldName, Field>();
  for (const { text, line } of fields) {
    const isWhole = LINES.some((name) => isNamed(text, name));
    for (const piece of isWhole ? [text] : text.split(',').map((each) => each.trim())) {
      const name = NAMES.find((each) => isNamed(piece, each));
      if (!name) {
        const word = /^[^:`\d]{0,40}/.exec(piece)?.[0].trim().toLowerCase() ?? '';
        blame(line, `the field ${asCode(piece, 60)}`, `one of ${NAMES.join(', ')}`, didYouMean(word, NAMES));
      } else if (found.has(name)) blame(line, `\`${name}\` a second time`, 'each field once');
      else found.set(name, { value: piece.slice(name.length).trim().replace(/^:/, '').trim(), line });
    }
  }
  return found;
}

const isNamed = (text: string, name: string): boolean =>
  text.slice(0, name.length).toLowerCase() === name && /^(?:[\s:]|$)/.test(text.slice(name.length));

function readCondition(field: Field | undefined, heading: number, blame: Blame): AppliesWhen | undefined {
  if (!field || field.value === '')
    return blame(field?.line ?? heading, 'no word on what it applies to', 'a condition', CONDITION_HINT);
  const when = new Map<string, string>();
  for (const part of field.value.split(',').map((each) => each.trim())) {
    const [word = '', ...rest] = part.replace(':', ' ').split(/\s+/);
    const kind = KINDS.find((each) => each === word.toLowerCase());
    const name = rest.join(' ').replace(/^`([^`]*)`$/, '$1');
    if (!kind) {
      const near = didYouMean(word.slice(0, 40), KINDS);
      blame(field.line, `${asCode(part, 60)} as a condition`, 'directive, signature or tag with a name', near);
    } else if (when.has(kind)) blame(field.line, `a second ${kind}`, 'one of each', 'Write a lesson for each of them');
    else if (!CONDITIONS[kind].pattern.test(name) || !isPlainName(name))
      blame(field.line, `the ${kind} ${asCode(name, 60)}`, CONDITIONS[kind].form);
    else when.set(kind, name);
  }
  return Object.fromEntries(when);
}

/** Ids in code, or between commas. */
function readEvidence(field: Field | undefined, blame: Blame): string[] {
  if (!field || field.value === '' || /^none\.?$/i.test(field.value)) return [];
  const written = field.value.includes('`')
    ? [...field.value.matchAll(/`([^`]+)`/g)].map(([, id = '']) => id)
    : field.value.split(',');
  const ids = written.map(oneLine).filter((id) => id !== '');
  const long = ids.find((id) => id.length > 80);
  if (long) blame(field.line, `the evidence ${asCode(long, 60)}`, 'ids of ledger entries, or `none`');
  return ids.length > EVIDENCE_LIMIT ? boundedEvidence(ids) : ids;
}

function readCount(name: string, field: Field | undefined, blame: Blame): number {
  if (!field) return 0;
  const count = /^\d{1,16}$/.test(field.value) ? Number(field.value) : Number.NaN;
  if (!Number.isSafeInteger(count))
    blame(
      field.line,
      `\`${name}\` of ${asCode(field.value, 30)}`,
      'a whole number from 0',
      'Leave the line out: the agent counts',
    );
  return count;
}

function readDay(field: Field | undefined, blame: Blame): string | undefined {
  if (!field || Lesson.shape.since.safeParse(field.value).success) return field?.value;
  return blame(field.line, `the day ${asCode(field.value, 30)}`, 'a day such as 2026-03-04', 'Or leave it out');
}

function readOrigin(field: Field | undefined, blame: Blame): Pick<Lesson, 'origin' | 'pattern'> {
  const nobody = { origin: 'person' as const };
  if (!field) return nobody;
  const [, who, what] = /^(?:an? )?([a-z]+)(?: \(([a-z-]+)\))?$/i.exec(field.value) ?? [];
  const origin = LESSON_ORIGINS.find((each) => each === who?.toLowerCase());
  const pattern = PATTERN_KINDS.find((each) => each === what?.toLowerCase());
  if (origin && (what === undefined || pattern)) return { origin, ...(pattern ? { pattern } : {}) };
  blame(field.line, `the origin ${asCode(field.value, 40)}`, 'a person, a model or code', 'Or leave it out');
  return nobody;
}
