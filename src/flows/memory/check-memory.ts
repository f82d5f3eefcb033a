import { AgentError } from '../../domain/agent-error.ts';
import type { Directive } from '../../domain/directive.ts';
import { utcDay } from '../../domain/memory/days/calendar.ts';
import { LESSONS_FILE, type Lesson } from '../../domain/memory/lesson.ts';
import { MEMORY_FILE, type Memory, memoryText } from '../../domain/memory/memory.ts';
import { handEdits } from '../../domain/memory/page/hand-edits.ts';
import { parseLessons } from '../../domain/memory/page/lesson-parse.ts';
import { isKnownTag, knownTags } from '../../domain/memory/select-lessons.ts';
import { errorAt, type Problem } from '../../domain/problem.ts';
import type { ReadableDocuments } from '../../ports.ts';
import type { Ports } from '../cycle-context.ts';
import { rebuildMemory } from './load-memory.ts';

/**
 * Whether the page of lessons can be read, what of it the next night will not take over, and whether the memory is what
 * the ledger and the nights' operations make.
 */
export async function checkMemory(
  { documents, clock, log }: Ports,
  directives: readonly Directive[],
): Promise<Problem[]> {
  const step = log.step('lessons');
  const made = await madeAnew(documents);
  const problems = [
    ...(await checkPage(documents, made, { today: utcDay(clock.now()), directives })),
    ...('problem' in made ? [made.problem] : await checkFile(documents, made.memory)),
  ];
  step.done(problems.length === 0);
  return problems;
}

type MadeAnew = { memory: Memory } | { problem: Problem };

async function madeAnew(documents: ReadableDocuments): Promise<MadeAnew> {
  try {
    return { memory: await rebuildMemory(documents) };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { problem: errorAt(MEMORY_FILE, 1, error.message, 'the operations of every night', error.remedy) };
  }
}

async function checkPage(
  documents: ReadableDocuments,
  made: MadeAnew,
  { today, directives }: { today: string; directives: readonly Directive[] },
): Promise<Problem[]> {
  const text = await documents.read(LESSONS_FILE);
  if (text === undefined) return [];
  const page = parseLessons(text, LESSONS_FILE, today);
  const refused = 'memory' in made ? handEdits(made.memory, page, today).problems : [];
  return [
    ...page.problems,
    ...refused.map((words) => notTakenOver(words, text)),
    ...page.lessons.flatMap((lesson) => neverApplies(lesson, directives, text) ?? []),
  ];
}

/** It begins with the lesson's number. */
function notTakenOver(words: string, text: string): Problem {
  const [id = ''] = words.split(':');
  const found = `an edit that the next night does not take over (${words})`;
  return warningAt(lineOf(id, text), found, 'changes of claim, condition and section alone');
}

/** A directive that was renamed or taken out leaves its lessons behind. */
function neverApplies({ id, when }: Lesson, directives: readonly Directive[], text: string): Problem | undefined {
  const { directive, tag } = when;
  const at = lineOf(id, text);
  if (directive !== undefined && !directives.some(({ name }) => name === directive))
    return warningAt(at, `a lesson on \`${directive}\`, which is no usable directive`, 'one of the directives');
  if (tag !== undefined && !isKnownTag(tag, directives))
    return warningAt(
      at,
      `a lesson on the tag \`${tag}\`, which no option has`,
      `one of ${knownTags(directives).join(', ')}`,
    );
  return undefined;
}

/** Of the heading; the first one where the lesson has no number yet. */
const lineOf = (id: string, text: string): number =>
  Math.max(1, 1 + text.split(/\r\n|\n|\r/).findIndex((line) => line.trim().toUpperCase() === `### ${id}`));

const warningAt = (line: number, found: string, expected: string): Problem => ({
  ...errorAt(LESSONS_FILE, line, found, expected),
  severity: 'warning',
});

async function checkFile(documents: ReadableDocuments, memory: Memory): Promise<Problem[]> {
  const saved = await documents.read(MEMORY_FILE);
  if (saved === undefined || saved === memoryText(memory)) return [];
  const found = 'a memory that differs from what the ledger and the nights make';
  const problem = errorAt(MEMORY_FILE, 1, found, 'the same', 'Delete it: the next night makes it anew');
  return [{ ...problem, severity: 'warning' }];
}
