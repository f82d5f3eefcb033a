import { chainProblem, laterTime, lineHash, parseLine } from '../domain/chain.ts';
import { type CommandLine, parseFlags } from '../domain/command-line.ts';
import type { Directive } from '../domain/directive.ts';
import { applyRecord, EMPTY_STATE, type LedgerState } from '../domain/ledger-state.ts';
import { sha256 } from '../domain/occurrence.ts';
import { didYouMean, errorAt, type Problem } from '../domain/problem.ts';
import { fitInput } from '../domain/script-input.ts';
import { Tape, tapeIds, tapePath } from '../domain/tape.ts';
import type { ScriptDescription } from '../ports.ts';
import type { Ports, Setting } from './cycle-context.ts';
import { loadDirectives } from './gather.ts';
import { linesForwards, STATE_FILE } from './ledger-reader.ts';
import { stateText } from './ledger-writer.ts';

export interface CheckReport {
  problems: Problem[];
  counts: { directives: number; scripts: number; records: number; tapes: number };
}

/** Looks at everything a cycle rests on and gives all findings at once; changes nothing. */
export async function check(ports: Ports, setting: Setting, configProblems: readonly Problem[]): Promise<CheckReport> {
  const { documents, runner, log } = ports;
  const line = log.step('config and directives');
  const loaded = await loadDirectives(documents, Object.keys(setting.config.vars));
  line.done(configProblems.length + loaded.problems.length === 0);
  const scripts = (await documents.list('execution'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `execution/${name}`);
  const described = new Map<string, ScriptDescription>();
  const scriptProblems: Problem[] = [];
  for (const script of scripts) {
    const step = log.step(script);
    const result = await runner.describe(script);
    if ('description' in result) described.set(script, result.description);
    else
      scriptProblems.push(
        errorAt(
          script,
          1,
          `a script that can not be loaded (${result.failure.message.split('\n')[0]})`,
          '`export default defineScript({ ... })`',
        ),
      );
    step.done('description' in result);
  }
  const usage = loaded.directives.flatMap((directive) => checkUsage(directive, described));
  const chain = await checkChain(ports);
  const tapes = await checkTapes(ports, chain.state);
  return {
    problems: [
      ...configProblems,
      ...loaded.problems,
      ...scriptProblems,
      ...usage,
      ...chain.problems,
      ...tapes.problems,
    ],
    counts: {
      directives: loaded.directives.length,
      scripts: scripts.length,
      records: chain.records,
      tapes: tapes.count,
    },
  };
}

/** Flags a script does not know, and required inputs that no flag gives. */
function checkUsage(directive: Directive, described: ReadonlyMap<string, ScriptDescription>): Problem[] {
  const commands = [
    ...directive.tools,
    ...directive.criteria.flatMap((criterion) => (criterion.kind === 'command' ? [criterion.command] : [])),
  ];
  const finders =
    directive.effects === 'external'
      ? directive.tools.filter(({ script }) => described.get(script)?.hasFind === false)
      : [];
  return [
    ...commands.flatMap((command) => checkCommand(directive.file, command, described.get(command.script))),
    ...finders.map(
      ({ script, line }): Problem => ({
        ...errorAt(
          directive.file,
          line,
          `${script} without find(), under \`effects: external\``,
          'find(context, input), or `effects: repo` or `none`',
          'An interrupted run of it will wait for a person',
        ),
        severity: 'warning',
      }),
    ),
  ];
}

function checkCommand(file: string, command: CommandLine, description: ScriptDescription | undefined): Problem[] {
  if (!description) return [];
  const known = Object.keys(description.input.properties ?? {});
  const given = Object.keys(fitInput(parseFlags(command.args).flags, description.input));
  const unknown = given.filter((name) => !known.includes(name));
  const missing = (description.input.required ?? []).filter((name) => !given.includes(name));
  return [
    ...unknown.map((name) =>
      errorAt(
        file,
        command.line,
        `the flag --${name}`,
        `one of ${known.map((each) => `--${each}`).join(', ') || 'no flag'}`,
        didYouMean(name, known),
      ),
    ),
    ...missing.map((name) =>
      errorAt(file, command.line, `${command.script} without --${name}`, `--${name}, which it requires`),
    ),
  ];
}

/** Reads the whole ledger: every line, the chain, and whether the folded state is what the lines say. */
async function checkChain({
  documents,
  log,
}: Ports): Promise<{ problems: Problem[]; records: number; state: LedgerState }> {
  const step = log.step('ledger chain');
  const problems: Problem[] = [];
  let state = EMPTY_STATE;
  let records = 0;
  for await (const { path, number, line } of linesForwards(documents)) {
    records++;
    const parsed = parseLine(line);
    const problem =
      'problem' in parsed
        ? { found: parsed.problem, expected: 'a ledger record' }
        : chainProblem(parsed.record, state.head ?? undefined);
    if (problem)
      problems.push(
        errorAt(
          path,
          number,
          problem.found,
          problem.expected,
          'A committed line was edited, lost or reordered: see `git log -p -- ledger`',
        ),
      );
    if ('problem' in parsed) continue;
    const timestamp = laterTime(state.head?.timestamp ?? '', parsed.record.timestamp);
    state = applyRecord(state, parsed.record, { seq: parsed.record.seq, hash: lineHash(line), timestamp });
  }
  const saved = await documents.read(STATE_FILE);
  if (saved !== undefined && problems.length === 0 && saved !== stateText(state)) {
    problems.push({
      ...errorAt(
        STATE_FILE,
        1,
        'a state that differs from what the ledger says',
        'the fold of all records',
        'Delete it: the next cycle folds it anew',
      ),
      severity: 'warning',
    });
  }
  step.done(problems.length === 0, `${records} records`);
  return { problems, records, state };
}

async function checkTapes({ documents }: Ports, state: LedgerState): Promise<{ problems: Problem[]; count: number }> {
  const files = (await documents.list('ledger/calls')).filter((name) => name.endsWith('.json'));
  const problems: Problem[] = [];
  for (const name of files) {
    const path = `ledger/calls/${name}`;
    const text = (await documents.read(path)) ?? '';
    if (tapePath(sha256(text)) !== path)
      problems.push(
        errorAt(
          path,
          1,
          'a text that its name does not fit',
          `sha256 ${name.slice(0, 12)}…`,
          'The tape was edited: restore it from git',
        ),
      );
    else if (!isTape(text)) problems.push(errorAt(path, 1, 'a tape that can not be read', 'a recorded call'));
  }
  const present = new Set(files.map((name) => name.slice(0, -'.json'.length)));
  const missing = [...tapeIds(state.tapes)].filter((id) => !present.has(id));
  return {
    problems: [
      ...problems,
      ...missing.map((id) => errorAt(tapePath(id), 1, 'no file', 'the tape that the ledger keeps')),
    ],
    count: files.length,
  };
}

function isTape(text: string): boolean {
  try {
    return Tape.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
