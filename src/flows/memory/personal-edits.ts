import { AgentError } from '../../domain/agent-error.ts';
import { LESSONS_FILE } from '../../domain/memory/lesson.ts';
import type { Memory } from '../../domain/memory/memory.ts';
import type { Operation } from '../../domain/memory/operation.ts';
import { handEdits } from '../../domain/memory/page/hand-edits.ts';
import { lessonsPage } from '../../domain/memory/page/lesson-page.ts';
import { parseLessons } from '../../domain/memory/page/lesson-parse.ts';
import { formatProblem } from '../../domain/problem.ts';
import type { MemoryContext } from './memory-context.ts';

/**
 * What people changed on the page since the last night. A page that is gone is no change: whoever wants a lesson to go
 * takes it out. Throws LESSONS_INVALID with every line that can not be read.
 */
export async function personalEdits(
  { documents, log }: Pick<MemoryContext, 'documents' | 'log'>,
  memory: Memory,
  day: string,
): Promise<Operation[]> {
  const text = await documents.read(LESSONS_FILE);
  if (text === undefined || text.trim() === '' || text === lessonsPage(memory.lessons)) return [];
  const page = parseLessons(text, LESSONS_FILE, day);
  const errors = page.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new AgentError('LESSONS_INVALID', { problems: errors.map(formatProblem).join('\n') });
  const { operations, problems } = handEdits(memory, page, day);
  for (const problem of page.problems) log.warn(formatProblem(problem));
  for (const problem of problems) log.warn(`${LESSONS_FILE}: ${problem}`);
  return operations;
}
