import { type Directive, parseDirective } from '../domain/directive.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import { LESSONS_FILE, type Lesson } from '../domain/memory/lesson.ts';
import { computeOptions, type Held, type Option, type Request } from '../domain/option.ts';
import { errorAt, formatProblem, type Problem } from '../domain/problem.ts';
import type { Entry } from '../domain/record.ts';
import type { ReadableDocuments } from '../ports.ts';
import type { Context } from './cycle-context.ts';
import { mendedSince } from './heal/healed.ts';
import { lastWork } from './ledger-reader.ts';

export interface LoadedDirectives {
  directives: Directive[];
  /** What is wrong with the others, all of it. */
  problems: Problem[];
}

/** Reads every directive. One that can not be used is left out with its findings; the others go on. */
export async function loadDirectives(documents: ReadableDocuments, vars: readonly string[]): Promise<LoadedDirectives> {
  const [files, scripts] = await Promise.all([documents.list('directives'), documents.list('execution')]);
  const names = files.filter((name) => name.endsWith('.md') && name !== 'README.md');
  const parsed = await Promise.all(
    names.map(async (name) =>
      parseDirective((await documents.read(`directives/${name}`)) ?? '', `directives/${name}`, vars),
    ),
  );
  const directives: Directive[] = [];
  const problems = parsed.flatMap((each) => each.problems);
  for (const { directive } of parsed) {
    const missing = directive ? missingScripts(directive, scripts) : [];
    problems.push(...missing);
    if (directive && missing.length === 0) directives.push(await withMissingFile(documents, directive));
  }
  problems.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
  return { directives, problems };
}

/** Its scripts would have nothing to do: that is no run, and no entry. */
async function withMissingFile(documents: ReadableDocuments, directive: Directive): Promise<Directive> {
  for (const missingFile of directive.needs.filter((need) => need !== 'github'))
    if ((await documents.readTail(missingFile, 1)) === undefined) return { ...directive, missingFile };
  return directive;
}

function missingScripts(directive: Directive, scripts: readonly string[]): Problem[] {
  const commands = [
    ...directive.tools,
    ...directive.criteria.flatMap((criterion) => (criterion.kind === 'command' ? [criterion.command] : [])),
  ];
  return commands
    .filter(({ script }) => !script.endsWith('.ts') || !scripts.includes(script.slice('execution/'.length)))
    .map(({ script, line }) => {
      const typescript = script.replace(/\.\w+$/, '.ts');
      const hint =
        script === typescript
          ? 'Write it, or disable the directive with `enabled: false`'
          : 'Scripts are TypeScript here';
      return errorAt(directive.file, line, `the script ${script}, which is not there`, `a file ${typescript}`, hint);
    });
}

/** All that a decision rests on. */
export interface Situation {
  now: Date;
  loaded: LoadedDirectives;
  options: Option[];
  held: Held[];
  /** Of the held, what a person may release. */
  approvals: Option[];
  recent: Entry[];
  /** All that can be read; which of them apply, the options say. */
  lessons: readonly Lesson[];
  requests: readonly Request[];
}

export async function gather(
  context: Context,
  input: {
    state: LedgerState;
    loaded: LoadedDirectives;
    requests: readonly Request[];
    onlyRequests: boolean;
    waiting?: ReadonlyMap<string, string>;
  },
): Promise<Situation> {
  const { documents, clock, setting } = context;
  const { config, secrets } = setting;
  const now = clock.now();
  const { loaded } = input;
  const recent = await lastWork(documents, config.cycle.history);
  const released = Object.entries(input.state.directives).flatMap(([directive, { retry }]) =>
    retry ? [{ ...retry, directive }] : [],
  );
  const requests = [...input.requests, ...(input.onlyRequests ? [] : released)];
  const { options, held, approvals } = computeOptions({
    now,
    directives: loaded.directives,
    state: input.state,
    requests,
    secrets: new Set(Object.keys(secrets)),
    onlyRequests: input.onlyRequests,
    isWithoutForge: context.forge === undefined,
    ...(input.waiting ? { waiting: input.waiting } : {}),
    mended: await mendedSince(documents, input.state),
  });
  const lessons = options.length > 0 ? await usableLessons(context, input.state, now) : [];
  return { now, loaded, options, held, approvals, recent, lessons, requests };
}

/** A page that a person broke costs the agent its lessons, or some of them, and not the cycle. */
async function usableLessons({ documents, log }: Context, { head }: LedgerState, now: Date): Promise<Lesson[]> {
  if ((await documents.readTail(LESSONS_FILE, 1)) === undefined) return [];
  // Only a house that has lessons waits for what reads them to load.
  const { knownLessons } = await import('./memory/known-lessons.ts');
  const { lessons, problems } = await knownLessons(documents, head?.seq ?? -1, now.toISOString().slice(0, 10));
  for (const problem of problems.filter(({ severity }) => severity === 'error'))
    log.warn(`a lesson is left out: ${formatProblem(problem)}`);
  return lessons;
}
