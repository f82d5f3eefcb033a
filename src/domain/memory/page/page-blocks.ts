import { asCode } from '../../foreign-text.ts';
import { didYouMean, errorAt, type Problem } from '../../problem.ts';
import type { Bullet } from '../../sections.ts';
import { LESSON_ID, type Lesson } from '../lesson.ts';
import { PAGE_SECTIONS } from './lesson-page.ts';

/** One lesson as it stands on the page, not understood yet. */
export interface LessonBlock {
  /** As the heading says; undefined for `### new`. */
  id?: string;
  /** 1-based line of the heading. */
  line: number;
  status: Exclude<Lesson['status'], 'retired'>;
  /** Markdown, its lines joined. */
  claim: string;
  fields: Bullet[];
  /** What stands below a claim and its fields. */
  rest: Bullet[];
}

interface Part {
  /** 0 for what stands before the first heading. */
  level: number;
  heading: string;
  line: number;
  lines: Bullet[];
}

/** Longer than any line of a sound page; patterns see no more of a line. */
const LINE_LIMIT = 4096;
const NEW = 'Head a lesson of your own `### new`';
const HEADINGS = PAGE_SECTIONS.map(({ heading }) => heading);
/** A paragraph in italics is a remark of ours, whatever an older page says in it. */
const REMARK = /^_[^_]*_$/;

/** The lessons of a page in their sections, and all that is out of place. Reads each line once. */
export function readBlocks(text: string, file: string): { blocks: LessonBlock[]; problems: Problem[] } {
  const blocks: LessonBlock[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  // 'intro' before the first section, 'lost' in one that is none.
  let place: LessonBlock['status'] | 'intro' | 'lost' = 'intro';
  for (const part of partsOf(text)) {
    if (part.level === 2) {
      const section = sectionOf(part.heading);
      if (section) seen.add(section.heading);
      problems.push(...(section ? strayText(part, file) : [unknownSection(part, file)]));
      place = section?.status ?? 'lost';
    } else if (place === 'intro') problems.push(...(part.level === 3 ? [outsideSection(part, file)] : []));
    else if (place !== 'lost') {
      const block = part.level === 3 ? lessonBlock(part, place) : undefined;
      if (block) blocks.push(block);
      if (block) problems.push(...strayText({ lines: block.rest }, file));
      else problems.push(errorAt(file, part.line, `the heading ${asCode(part.heading, 60)}`, '`### L3`', NEW));
    }
  }
  const missing = HEADINGS.filter((heading) => !seen.has(heading));
  problems.push(...missing.map((heading) => missingSection(heading, file)));
  return { blocks, problems };
}

/** A page that somebody begins by hand may well have one section: the night writes the other. */
const missingSection = (heading: string, file: string): Problem => ({
  ...errorAt(file, 1, `no section \`## ${heading}\``, 'both sections', 'It may be empty; the next night puts it back'),
  severity: 'warning',
});

/** Headings and what stands below each. The intro shows a lesson in a fence, which is none. */
function partsOf(text: string): Part[] {
  const parts: Part[] = [{ level: 0, heading: '', line: 1, lines: [] }];
  let isIntro = true;
  let isFenced = false;
  for (const [index, whole] of text.split(/\r\n|\n|\r/).entries()) {
    const line = index + 1;
    const raw = whole.slice(0, LINE_LIMIT);
    const [, marks, words = ''] = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/s.exec(raw) ?? [];
    const heading = words.trim();
    if (isIntro && /^ {0,3}(?:```|~~~)/.test(raw)) isFenced = !isFenced;
    const isHeading = marks !== undefined && (!isFenced || (marks === '##' && sectionOf(heading) !== undefined));
    if (isHeading) {
      parts.push({ level: marks.length, heading, line, lines: [] });
      // A fence that is never closed must not swallow the lessons.
      if (marks === '##') isIntro = isFenced = false;
    } else parts.at(-1)?.lines.push({ text: raw, line });
  }
  return parts;
}

const sectionOf = (heading: string) => {
  const name = /^([a-z]+)[ \t]*#*$/i.exec(heading)?.[1]?.toLowerCase();
  return PAGE_SECTIONS.find((section) => section.heading.toLowerCase() === name);
};

function unknownSection({ heading, line }: Part, file: string): Problem {
  const near = didYouMean(
    heading.slice(0, 60),
    HEADINGS.map((each) => each.toLowerCase()),
  );
  return errorAt(file, line, `the section ${asCode(heading, 60)}`, 'the sections Active and Candidates', near);
}

const outsideSection = ({ heading, line }: Part, file: string): Problem =>
  errorAt(
    file,
    line,
    `${asCode(heading, 60)} above the sections`,
    'lessons under `## Active` or `## Candidates`',
    'Write `## Active` above it',
  );

/** Each paragraph of a section that is neither ours nor a lesson: left alone it would be lost when the page is written. */
function strayText({ lines }: Pick<Part, 'lines'>, file: string): Problem[] {
  return paragraphs(lines)
    .filter(({ text }) => !REMARK.test(text))
    .map(({ text, line }) => errorAt(file, line, `${asCode(text, 60)} in no lesson`, 'lessons under `### L3`', NEW));
}

function paragraphs(lines: readonly Bullet[]): Bullet[] {
  const found: { words: string[]; line: number }[] = [];
  let isOpen = false;
  for (const { text, line } of lines) {
    const words = text.trim();
    if (words !== '' && isOpen) found.at(-1)?.words.push(words);
    else if (words !== '') found.push({ words: [words], line });
    isOpen = words !== '';
  }
  return found.map(({ words, line }) => ({ text: words.join(' '), line }));
}

function lessonBlock({ heading, line, lines }: Part, status: LessonBlock['status']): LessonBlock | undefined {
  const name = /^(l\d{1,12}|new)[ \t]*#*$/i.exec(heading)?.[1]?.toUpperCase();
  if (name === undefined || (name !== 'NEW' && !LESSON_ID.test(name))) return undefined;
  const claim: string[] = [];
  const fields: { words: string[]; line: number }[] = [];
  const rest: Bullet[] = [];
  // A line right below a field belongs to it. Below an empty line the claim goes on, unless it stands above the fields:
  // what follows then is somebody's remark, or ours, which a lesson was written above.
  let isField = false;
  let isWhole = false;
  for (const { text, line: at } of lines) {
    const field = /^ {0,3}[-*+][ \t]+(.*)$/s.exec(text)?.[1];
    const words = (field ?? text).replaceAll('\u00a0', ' ').trim();
    if (field !== undefined) isWhole ||= fields.length === 0 && claim.length > 0;
    if (field !== undefined) fields.push({ words: [words], line: at });
    else if (isField && words !== '') fields.at(-1)?.words.push(words);
    else if (isWhole) rest.push({ text, line: at });
    else if (words !== '') claim.push(words);
    isField = words !== '' && (field !== undefined || isField);
  }
  return {
    ...(name === 'NEW' ? {} : { id: name }),
    line,
    status,
    claim: claim.join(' '),
    fields: fields.map((field) => ({ text: field.words.join(' '), line: field.line })),
    rest,
  };
}
