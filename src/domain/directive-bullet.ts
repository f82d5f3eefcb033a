import { parseDirective } from './directive.ts';
import { oneLine } from './foreign-text.ts';
import { readFrontMatter } from './front-matter.ts';
import { readSections } from './sections.ts';

/** Sections that hold what was learned: plain sentences, which nothing is run by. */
export type LearningSection = 'Known Failure Modes' | 'Boundaries';

export interface BulletPlace {
  /** Path in the repository, `directives/<name>.md`. */
  file: string;
  /** Names that the config offers to placeholders. */
  vars: readonly string[];
  section: LearningSection;
}

/**
 * A directive with one more line in a section, which is made where there is none: everything that stands there stays byte
 * for byte. `refused` says why the line can not be added.
 */
export function withBullet(
  text: string,
  place: BulletPlace,
  sentence: string,
): { text: string; changed: boolean } | { refused: string } {
  const line = oneLine(sentence);
  if (line === '') return { text, changed: false };
  if (/[\n\r]/.test(sentence.trim())) return { refused: 'what is to be noted is one line' };
  if (/^[#\-*+>|`~=]|^---|^\d+[.)]\s|<!--|\{|\}/.test(line))
    return { refused: 'what is to be noted is a plain sentence, without Markdown structure or placeholders' };
  if (read(text, place).bullets.includes(line)) return { text, changed: false };
  const added = insert(text, `## ${place.section}`, line);
  return isOnlyOneMore(text, added, { place, line })
    ? { text: added, changed: true }
    : { refused: 'the line would change more than the list' };
}

function insert(text: string, heading: string, line: string): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((each) => each.trimEnd() === heading);
  if (at === -1) {
    const gap = text.endsWith('\n') ? newline : newline + newline;
    return `${text}${gap}${heading}${newline}- ${line}${newline}`;
  }
  const next = lines.findIndex((each, index) => index > at && /^#{1,2}\s/.test(each));
  const end = next === -1 ? lines.length : next;
  let last = at;
  for (let index = at + 1; index < end; index++) if (lines[index]?.trim() !== '') last = index;
  // Cut out of the text and not joined anew, so that mixed line ends stay as they are.
  const offset = lineOffset(text, last + 1);
  const gap = text.slice(0, offset).endsWith('\n') ? '' : newline;
  return `${text.slice(0, offset)}${gap}- ${line}${newline}${text.slice(offset)}`;
}

/** Where line `number` (from 0) begins. */
function lineOffset(text: string, number: number): number {
  let offset = 0;
  for (let line = 0; line < number; line++) {
    const end = text.indexOf('\n', offset);
    if (end === -1) return text.length;
    offset = end + 1;
  }
  return offset;
}

/** Read by the same parsers as ever: one bullet more, and nothing else that they see is different. */
function isOnlyOneMore(before: string, after: string, { place, line }: { place: BulletPlace; line: string }): boolean {
  const [had, has] = [read(before, place), read(after, place)];
  if (had.directive === undefined || has.problems !== had.problems) return false;
  const frontMatter = (text: string) => text.slice(0, Math.max(0, text.indexOf('# Directive:')));
  return (
    frontMatter(before) === frontMatter(after) &&
    JSON.stringify([...had.bullets, line]) === JSON.stringify(has.bullets) &&
    had.directive === has.directive &&
    had.others === has.others
  );
}

/** The section's bullets, and all the rest as text to compare: a new line moves what stands below it. */
function read(
  text: string,
  { file, vars, section }: BulletPlace,
): { bullets: string[]; directive: string | undefined; others: string; problems: number } {
  const { directive, problems } = parseDirective(text, file, vars);
  const { body, bodyLine } = readFrontMatter(text, file);
  const { sections } = readSections(body, bodyLine);
  const ofSection = sections.filter(({ heading }) => heading === section);
  const others = sections.filter(({ heading }) => heading !== section);
  const isLearned = section === 'Known Failure Modes';
  return {
    bullets: ofSection.flatMap(({ bullets }) => bullets.map((bullet) => bullet.text)),
    directive: directive && withoutLines(isLearned ? { ...directive, knownFailureModes: [] } : directive),
    others: JSON.stringify(others.map(({ heading, text: words }) => [heading, words])),
    problems: problems.length,
  };
}

const withoutLines = (value: unknown): string =>
  JSON.stringify(value, (key, inner) => (key === 'line' ? undefined : inner));
