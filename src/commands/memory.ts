import type { openPage } from '../compose.ts';
import type { composeMemory } from '../compose-memory.ts';
import { AgentError } from '../domain/agent-error.ts';
import type { CommandHost } from './command-host.ts';

/** What the commands take from the composition root, which loads only when one of them runs. */
interface Composition {
  composeMemory: typeof composeMemory;
  openPage: typeof openPage;
}

type Terminal = Omit<CommandHost, 'addCommand'>;

interface ConsolidateOptions {
  date?: string;
  dryRun?: boolean;
  json?: boolean;
}

interface LessonsOptions {
  directive?: string;
  json?: boolean;
}

/** `consolidate` and `lessons`. */
export function addMemoryCommands(
  { addCommand, ...terminal }: CommandHost,
  load: () => Promise<Composition>,
  fail: () => void,
): void {
  addCommand('consolidate', 'Learn from the days that no night has consolidated yet: one commit for each of them.')
    .option('--date <day>', 'no day after this one (2026-03-04); else none after yesterday, in UTC')
    .option('--dry-run', 'show what would be learned; writes nothing, asks no model')
    .option('--json', 'one object {nights, idle}')
    .action((options: ConsolidateOptions) => consolidateDays(options, terminal, load));
  const lessons = addCommand('lessons', 'List what was learned, with what stands behind it.')
    .option('--directive <name>', 'only those that apply to this directive')
    .option('--json', 'one array');
  lessons.action((options: LessonsOptions) => listLessons(options, terminal, load));
  lessons
    .command('audit')
    .description(
      'List lessons that nothing stands behind: uncited, stale, contradicted, never used; exit 1 if the page can not be read.',
    )
    .option('--json', 'one object {lessons, findings, problems}, the first a number')
    .option('--repo <dir>', 'work in another checkout')
    .action((_: LessonsOptions, command: { optsWithGlobals(): LessonsOptions }) =>
      audit(command.optsWithGlobals(), { ...terminal, fail }, load),
    );
}

async function consolidateDays(
  { date, dryRun, json }: ConsolidateOptions,
  terminal: Terminal,
  load: () => Promise<Composition>,
): Promise<void> {
  const isJson = json ?? false;
  const { composeMemory, openPage } = await load();
  const [{ ports, setting }, page] = await Promise.all([
    composeMemory({ directory: terminal.directory(), isJson }),
    openPage(isJson),
  ]);
  const [{ consolidate }, { consolidateText, consolidatePage }] = await Promise.all([
    import('../flows/memory/consolidate.ts'),
    import('../view/consolidate-text.ts'),
  ]);
  const until = date === undefined ? undefined : readDay(date, ports.clock.now());
  const report = await consolidate(ports, setting, { until, isDry: dryRun ?? false });
  if (isJson) terminal.printJson(report);
  else terminal.print(consolidateText(report, { isDry: dryRun ?? false }));
  await page?.show(consolidatePage(report));
}

/** A UTC day that has begun. */
function readDay(text: string, now: Date): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  // 2026-02-30 would be taken for the second of March.
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(text))
    throw new AgentError('USAGE', { problem: `--date ${text}: expected a day such as 2026-03-04` });
  const today = now.toISOString().slice(0, 10);
  if (text > today) throw new AgentError('USAGE', { problem: `--date ${text} is still to come: today is ${today}` });
  return text;
}

/** For commands that only look, which a broken config does not stop. */
async function look(terminal: Terminal, load: () => Promise<Composition>, isJson = false) {
  const { composeMemory } = await load();
  return composeMemory({ directory: terminal.directory(), isJson, toleratesBadConfig: true });
}

async function listLessons(
  { directive, json }: LessonsOptions,
  terminal: Terminal,
  load: () => Promise<Composition>,
): Promise<void> {
  const { ports, setting } = await look(terminal, load, json);
  const { lessonsOf } = await import('../flows/memory/list-lessons.ts');
  const { lessons, problems } = await lessonsOf(ports, setting, directive);
  for (const problem of problems) ports.log.warn(problem);
  if (json) return terminal.printJson(lessons);
  const { lessonsText } = await import('../view/lessons-text.ts');
  terminal.print(lessonsText(lessons, directive));
}

async function audit(
  { json }: LessonsOptions,
  terminal: Terminal & { fail(): void },
  load: () => Promise<Composition>,
): Promise<void> {
  const { ports } = await look(terminal, load, json);
  const { auditOf } = await import('../flows/memory/list-lessons.ts');
  const report = await auditOf(ports);
  if (report.problems.length > 0) terminal.fail();
  if (json) return terminal.printJson(report);
  for (const problem of report.problems) ports.log.warn(problem);
  const { auditText } = await import('../view/lessons-text.ts');
  terminal.print(auditText(report.findings, report.lessons));
}
