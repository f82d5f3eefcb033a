import { AgentError } from '../../domain/agent-error.ts';
import { type Lesson, lessonNumber } from '../../domain/memory/lesson.ts';
import { withNumbers } from '../../domain/memory/page/hand-edits.ts';
import { parseLessons } from '../../domain/memory/page/lesson-parse.ts';
import { formatProblem } from '../../domain/problem.ts';

/** Lessons of a file that a person passes; one without a number gets the next one. Throws USAGE with what is wrong, by line. */
export function givenLessons({ text, file }: { text: string; file: string }, today: string): Lesson[] {
  const page = parseLessons(text, file, today);
  // A text without one section is another file: taken for a page, it would be a replay without any lesson.
  const isOther = page.lessons.length + page.unnumbered.length === 0;
  const errors = page.problems.filter(({ severity }) => severity === 'error' || (isOther && page.problems.length > 1));
  if (errors.length > 0)
    throw new AgentError('USAGE', {
      problem: `--lessons ${file} can not be used:\n${errors.map(formatProblem).join('\n')}`,
    });
  const next = 1 + Math.max(0, ...page.lessons.map(lessonNumber));
  return [...page.lessons, ...withNumbers(page, next)];
}
