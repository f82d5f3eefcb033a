import { AgentError } from '../../domain/agent-error.ts';
import type { Directive } from '../../domain/directive.ts';
import { auditLessons, type Doubt } from '../../domain/memory/audit.ts';
import { utcDay } from '../../domain/memory/days/calendar.ts';
import type { Lesson } from '../../domain/memory/lesson.ts';
import { isKnownTag } from '../../domain/memory/select-lessons.ts';
import { formatProblem } from '../../domain/problem.ts';
import type { Ports, Setting } from '../cycle-context.ts';
import { loadDirectives } from '../gather.ts';
import { loadLedger } from '../ledger-reader.ts';
import { entriesOf } from './evidence.ts';
import { knownLessons } from './known-lessons.ts';

type Reading = Pick<Ports, 'documents' | 'clock'>;

interface Listed {
  lessons: Lesson[];
  /** Lines of the page that can not be read, as people read it. */
  problems: string[];
}

/** The lessons of the page, or those of them that may apply to one directive. Throws DIRECTIVE_UNKNOWN. */
export async function lessonsOf(
  ports: Reading,
  { config }: Pick<Setting, 'config'>,
  directive?: string,
): Promise<Listed> {
  const listed = await readLessons(ports);
  if (directive === undefined) return listed;
  const { directives } = await loadDirectives(ports.documents, Object.keys(config.vars));
  const named = directives.find(({ name }) => name === directive);
  const lessons = listed.lessons.filter((lesson) => mayApply(lesson, directive, named));
  if (!named && lessons.length === 0)
    throw new AgentError('DIRECTIVE_UNKNOWN', {
      name: directive,
      known: directives.map(({ name }) => name).join(', '),
    });
  return { ...listed, lessons };
}

function mayApply({ when }: Lesson, name: string, directive: Directive | undefined): boolean {
  if (when.directive !== undefined) return when.directive === name;
  return when.tag === undefined || (directive !== undefined && isKnownTag(when.tag, [directive]));
}

/** What a person may want to look at again, each with the reason. */
export async function auditOf(ports: Reading): Promise<{
  /** How many there are. */
  lessons: number;
  findings: Doubt[];
  problems: string[];
}> {
  const { lessons, problems } = await readLessons(ports);
  const entries = await entriesOf(
    ports.documents,
    lessons.flatMap(({ evidence }) => evidence),
  );
  const today = utcDay(ports.clock.now());
  const findings = auditLessons(lessons, { today, hasEntry: (id) => entries.has(id) });
  return { lessons: lessons.length, findings, problems };
}

async function readLessons({ documents, clock }: Reading): Promise<Listed> {
  const { state } = await loadLedger(documents);
  const { lessons, problems } = await knownLessons(documents, state.head?.seq ?? -1, utcDay(clock.now()));
  return { lessons, problems: problems.map(formatProblem) };
}
