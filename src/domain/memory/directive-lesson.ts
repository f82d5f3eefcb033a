import { withTrailers } from '../commit-message.ts';
import type { LearningSection } from '../directive-bullet.ts';
import { type Address, code, counted, prose, siteOf } from './days/page-words.ts';
import { dayBegun } from './entry-facts.ts';
import { type Lesson, lessonNumber } from './lesson.ts';
import type { Memory } from './memory.ts';
import { claimMarkdown } from './page/claim-markdown.ts';

/** When a lesson has been confirmed so often for one directive, it is proposed as a line of that directive. */
const CONFIRMED = 3;

/** A lesson that is ready, and the directive that it would become a line of. */
export interface Confirmed {
  lesson: Lesson;
  directive: string;
}

/**
 * Branches of proposed lessons. No directive's name begins with `_`, so that one called `lesson` has its own proposals in
 * another folder.
 */
export const LESSON_BRANCHES = 'steward/_lesson/';
/** One branch for a directive, since one lesson at a time is proposed for it. */
export const lessonBranch = (directive: string): string => `${LESSON_BRANCHES}${directive}`;
export const lessonMarker = ({ lesson, directive }: Confirmed): string => `lesson:${directive}:${lesson.id}`;
/** Whether a text is that of any lesson's proposal for the directive. */
export const isLessonOf = (text: string, directive: string): boolean =>
  text.includes(`<!-- steward:lesson:${directive}:L`);

const confirmations = ({ helpful, evidence }: Lesson): number => helpful + new Set(evidence).size;

/** Lessons to be proposed, the best confirmed first. Those that failed as often as they helped are none. */
export function confirmedLessons({ lessons }: Memory): Confirmed[] {
  return lessons
    .filter(({ status, proposed }) => status === 'active' && proposed === undefined)
    .filter(({ helpful, harmful }) => harmful === 0 || harmful < helpful)
    .filter((lesson) => confirmations(lesson) >= CONFIRMED)
    .sort((a, b) => confirmations(b) - confirmations(a) || lessonNumber(a) - lessonNumber(b))
    .flatMap((lesson) => (lesson.when.directive === undefined ? [] : [{ lesson, directive: lesson.when.directive }]));
}

export const directiveFile = (directive: string): string => `directives/${directive}.md`;

export const sectionFor = ({ when }: Lesson): LearningSection =>
  when.signature === undefined ? 'Boundaries' : 'Known Failure Modes';

/** The claim as a line of a directive: it shows letter by letter, but for braces, which would be placeholders there. */
export const bulletFor = ({ claim }: Lesson): string =>
  claimMarkdown(claim.replaceAll('{', '(').replaceAll('}', ')').replaceAll('<!--', '<! --'));

export function lessonMessage({ lesson, directive }: Confirmed): string {
  const newest = lesson.evidence.at(-1);
  return withTrailers(`lesson: note ${lesson.id} in ${directiveFile(directive)}`, lesson.claim, [
    // Of the entry that it rests on, as a repair's commit has that of the failure.
    ...(newest === undefined ? [] : [['Steward-Id', newest]]),
    ['Steward-Directive', directive],
    ['Steward-Lesson', lesson.id],
  ]);
}

export const lessonTitle = ({ lesson, directive }: Confirmed): string =>
  `${directive}: ${lesson.when.signature === undefined ? 'a boundary' : 'a known failure mode'} from lesson ${lesson.id}`;

/** @param at where the commits and pages are: the forge's address, and the branch that the proposal is for */
export function lessonBody(
  { lesson, directive }: Confirmed,
  at: Address & { branch: string; commits: ReadonlyMap<string, string> },
): string {
  const { id, helpful, harmful, evidence, origin, since, when } = lesson;
  const page = (path: string) => `${siteOf(at)}/blob/${at.branch}/knowledge/${path}`;
  return [
    `This was learned about \`${directive}\`, and has been confirmed often enough to stand in its directive:`,
    '',
    `> ${prose(lesson.claim, 400)}`,
    '',
    `It becomes one line under **${sectionFor(lesson)}** of \`${directiveFile(directive)}\`. Nothing else is changed.`,
    '',
    '## Why',
    '',
    `- [lesson ${id}](${page(`lessons.md#${id.toLowerCase()}`)}), ${ORIGINS[origin]} ${since}`,
    `- it rests on ${counted(new Set(evidence).size, 'ledger entry', 'ledger entries')}`,
    `- ${counted(helpful, 'decision')} that used it came out well, ${harmful} did not`,
    ...(when.signature === undefined ? [] : [`- failure signature: ${code(when.signature, 20)}`]),
    '',
    '## Evidence',
    '',
    ...(evidence.length === 0 ? ['No entry of its own: it stands on the decisions that used it.'] : []),
    ...evidence.map((entry) => `- ${evidenceLink(entry, at, page)}`),
    '',
    `**To accept** merge it, reworded as you like: from then on every run of \`${directive}\` is decided with it. **To decline** close it: it is not proposed again, and stays a lesson in \`knowledge/lessons.md\`, where you can take it out. Until then \`${directive}\` runs as before, and no other lesson is proposed for it.`,
  ].join('\n');
}

const ORIGINS: Record<Lesson['origin'], string> = {
  code: 'found by code; in these words since',
  model: 'in the words of a model; in these words since',
  person: 'written by a person; in these words since',
};

/** The commit of the entry, else the page of the day on which its run began. */
function evidenceLink(
  entry: string,
  { commits, ...address }: Address & { commits: ReadonlyMap<string, string> },
  page: (path: string) => string,
): string {
  const commit = commits.get(entry);
  const name = code(entry, 80);
  if (commit) return `[${name}](${siteOf(address)}/commit/${commit})`;
  const day = dayBegun(entry);
  return day ? `[${name}](${page(`daily/${day}.md`)})` : name;
}
