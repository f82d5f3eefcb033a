import { asCode } from '../../foreign-text.ts';
import { type Lesson, lessonNumber } from '../lesson.ts';
import { claimMarkdown } from './claim-markdown.ts';
import { conditionText } from './lesson-line.ts';

/** The sections of knowledge/lessons.md, which parseLessons reads back. */
export const PAGE_SECTIONS = [
  { status: 'active', heading: 'Active', sentence: 'Proven by what happened, or written by a person.' },
  {
    status: 'candidate',
    heading: 'Candidates',
    sentence: 'Seen, but not proven yet: decisions are shown a few of them, marked as unproven.',
  },
] as const;
const NO_LESSONS = '_None at present._';

const INTRO = `# Lessons

What the agent has learned. A decision is shown the lessons that apply to what it may do. Those that no longer hold are moved
to \`archive.md\` beside this page.

You are welcome to edit this page, and your words win: change a claim or what it applies to, move a lesson to the other
section, or delete it. To add one, write this below a section's heading:

\`\`\`
### new

Check the links by day: at night the host is slow.

- applies when: directive \`check_links\`
\`\`\`

It gets its number in the next night. A lesson may name a directive, the signature of a failure and a tag (\`any\` fits
everything); all that it names must fit. Evidence, counts, dates and origin are the agent's to keep: changes there are put
back. The ledger is the truth; this page is made from it and from what people wrote here.
`;

const ARCHIVE_INTRO = `# Archive

Lessons that no longer hold, the last one first. To take one up again, copy it with its number into
[lessons.md](lessons.md). The agent writes this page and never reads it back.
`;

/** knowledge/lessons.md. Retired ones are left out. */
export function lessonsPage(lessons: readonly Lesson[]): string {
  const sections = PAGE_SECTIONS.map(({ status, heading, sentence }) => {
    const own = lessons.filter((lesson) => lesson.status === status).sort((a, b) => lessonNumber(a) - lessonNumber(b));
    const blocks = own.length > 0 ? own.map(lessonBlock) : [`${NO_LESSONS}\n`];
    return [`## ${heading}\n\n_${sentence}_\n`, ...blocks].join('\n');
  });
  return [INTRO, ...sections].join('\n');
}

/** knowledge/archive.md. @param retired newest last, as the memory keeps them */
export function archivePage(retired: readonly Lesson[]): string {
  const blocks = [...retired].reverse().map((lesson) => {
    const why = lesson.retired ? `- retired ${lesson.retired.day}: ${claimMarkdown(lesson.retired.reason)}\n` : '';
    return `${lessonBlock(lesson)}${why}`;
  });
  return [ARCHIVE_INTRO, ...(blocks.length > 0 ? blocks : [`${NO_LESSONS}\n`])].join('\n');
}

function lessonBlock(lesson: Lesson): string {
  const { id, claim, when, evidence, helpful, harmful, used, since, proposed } = lesson;
  const proof = evidence.map((entry) => asCode(entry)).join(', ') || 'none';
  return `### ${id}

${claimMarkdown(claim)}

- applies when: ${conditionText(when, asCode)}
- evidence: ${proof}
- helpful ${helpful}, harmful ${harmful}, ${used === null ? 'never used' : `last used ${used}`}
- origin: ${originText(lesson)}, since ${since}${proposed ? `, proposed ${proposed}` : ''}
`;
}

const originText = ({ origin, pattern }: Lesson): string =>
  `${origin === 'code' ? 'code' : `a ${origin}`}${pattern ? ` (${pattern})` : ''}`;
