import type { Directive } from '../directive.ts';
import { isSlotOccurrence } from '../occurrence.ts';
import type { Option } from '../option.ts';
import { estimateTokens } from '../token-estimate.ts';
import { type Lesson, lessonNumber, TAG } from './lesson.ts';
import { lessonLine } from './page/lesson-line.ts';

/** Tokens that the lessons of one prompt may have together, as estimateTokens counts them. */
export const PROMPT_TOKENS = 600;
const CANDIDATES_SHOWN = 3;

const EFFECTS: readonly Directive['effects'][] = ['none', 'repo', 'external'];
const DELIVERIES: readonly Directive['deliver'][] = ['commit', 'pull-request'];
const ASKING = ['slot', 'task', 'event', 'dispatch'];
const ANY = 'any';

interface SelectView {
  options: readonly Option[];
  /** The signature of each directive's failing streak. */
  signatures: Readonly<Record<string, string>>;
}

/**
 * The lessons that apply to what may be done now, best first. All that a lesson gives must fit one and the same option:
 * its directive, its tag, and its signature, which fits where the option's directive is failing in that way. With a
 * directive it also fits where that one is not failing at all: a known way of failing is worth knowing beforehand.
 * Active ones come before at most 3 candidates; then what fits most closely, helped most, was used last, is oldest. Ends
 * before PROMPT_TOKENS are exceeded.
 */
export function selectLessons(lessons: readonly Lesson[], view: SelectView): Lesson[] {
  const places = view.options.map((option) => placeOf(option, view));
  const fitting = lessons.flatMap((lesson) => {
    const closeness = Math.max(0, ...places.map((place) => closenessOf(lesson, place)));
    return lesson.status !== 'retired' && closeness > 0 ? [{ lesson, closeness }] : [];
  });
  const ranked = fitting.sort((a, b) => compare(a, b)).map(({ lesson }) => lesson);
  const active = ranked.filter(({ status }) => status === 'active');
  const candidates = ranked.filter(({ status }) => status === 'candidate');
  return withinTokens([...active, ...candidates.slice(0, CANDIDATES_SHOWN)]);
}

/** An option as conditions see it. */
interface Place {
  directive: string;
  tags: ReadonlySet<string>;
  signature: string | undefined;
}

function placeOf(option: Option, { signatures }: SelectView): Place {
  const { name } = option.directive;
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  return { directive: name, tags: new Set(tagsOf(option)), signature };
}

const CLOSENESS = { none: 0, tag: 1, directive: 2, signature: 3 } as const;

function closenessOf({ when }: Lesson, { directive, tags, signature }: Place): number {
  if (when.directive !== undefined && when.directive !== directive) return CLOSENESS.none;
  if (when.tag !== undefined && !tags.has(when.tag)) return CLOSENESS.none;
  const isFailingSo = when.signature !== undefined && when.signature === signature;
  const isBeforehand = when.directive !== undefined && signature === undefined;
  if (when.signature !== undefined && !isFailingSo && !isBeforehand) return CLOSENESS.none;
  if (isFailingSo) return CLOSENESS.signature;
  return when.directive === undefined ? CLOSENESS.tag : CLOSENESS.directive;
}

interface Ranked {
  lesson: Lesson;
  closeness: number;
}

function compare(a: Ranked, b: Ranked): number {
  const worth = ({ helpful, harmful }: Lesson) => helpful - harmful;
  const [usedA, usedB] = [a.lesson.used ?? '', b.lesson.used ?? ''];
  return (
    b.closeness - a.closeness ||
    worth(b.lesson) - worth(a.lesson) ||
    (usedA === usedB ? 0 : usedA < usedB ? 1 : -1) ||
    lessonNumber(a.lesson) - lessonNumber(b.lesson)
  );
}

function withinTokens(lessons: readonly Lesson[]): Lesson[] {
  let tokens = 0;
  const end = lessons.findIndex((lesson) => {
    tokens += estimateTokens(`${lessonLine(lesson)}\n`);
    return tokens > PROMPT_TOKENS;
  });
  return end === -1 ? [...lessons] : lessons.slice(0, end);
}

/**
 * What a lesson's tag may name of an option: its scripts without folder and ending, its `effects` and `deliver`, what
 * asked for it (slot, task, event, dispatch), and `any`.
 */
export function tagsOf({ id, directive }: Option): string[] {
  const asking = isSlotOccurrence(id) ? 'slot' : ASKING.find((kind) => id.startsWith(`${kind}:`));
  return [...scriptTags(directive), directive.effects, directive.deliver, ...(asking ? [asking] : []), ANY];
}

/** Every tag that an option of these directives can have, each once. */
export function knownTags(directives: readonly Directive[]): string[] {
  return [...new Set([...directives.flatMap(scriptTags), ...EFFECTS, ...DELIVERIES, ...ASKING, ANY])];
}

/** Whether an option of these directives can have the tag. */
export const isKnownTag = (tag: string, directives: readonly Directive[]): boolean =>
  knownTags(directives).includes(tag);

const scriptTags = ({ tools }: Directive): string[] =>
  tools.map(({ script }) => script.replace(/^.*\//, '').replace(/\.[a-z]+$/i, '')).filter((name) => TAG.test(name));
