import { type CommandLine, parseFlags } from '../domain/command-line.ts';
import { CONFIG_FILE } from '../domain/config.ts';
import type { Directive } from '../domain/directive.ts';
import { isPriceStale, PRICE_SHELF_LIFE_DAYS } from '../domain/price-age.ts';
import { didYouMean, errorAt, type Problem } from '../domain/problem.ts';
import { fitInput } from '../domain/script-input.ts';
import { CYCLE_WORKFLOW, workflowProblems } from '../domain/workflow-grants.ts';
import type { ScriptDescription } from '../ports.ts';
import { checkChain, checkTapes } from './check-books.ts';
import type { Ports, Setting } from './cycle-context.ts';
import { loadDirectives } from './gather.ts';
import { checkMemory } from './memory/check-memory.ts';

export interface CheckReport {
  problems: Problem[];
  counts: { directives: number; scripts: number; records: number; tapes: number };
}

/** Looks at everything a cycle rests on and gives all findings at once; changes nothing. */
export async function check(ports: Ports, setting: Setting, configProblems: readonly Problem[]): Promise<CheckReport> {
  const { documents, log } = ports;
  const line = log.step('config and directives');
  const loaded = await loadDirectives(documents, Object.keys(setting.config.vars));
  line.done(configProblems.length + loaded.problems.length === 0);
  const scripts = await describeAll(ports);
  const usage = loaded.directives.flatMap((directive) => checkUsage(directive, scripts.described));
  const chain = await checkChain(ports);
  const tapes = await checkTapes(ports, chain.state);
  const memory = await checkMemory(ports, loaded.directives);
  return {
    problems: [
      configProblems,
      modelProblems(ports, setting),
      loaded.problems,
      scripts.problems,
      usage,
      await actionsProblems(ports, loaded.directives),
      chain.problems,
      tapes.problems,
      memory,
    ].flat(),
    counts: {
      directives: loaded.directives.length,
      scripts: scripts.count,
      records: chain.records,
      tapes: tapes.count,
    },
  };
}

/** What directives need of cycle.yml, where there is one: a copy that never runs on GitHub may have thrown it away. */
async function actionsProblems({ documents }: Ports, directives: readonly Directive[]): Promise<Problem[]> {
  const workflow = await documents.read(CYCLE_WORKFLOW);
  return workflow === undefined ? [] : workflowProblems(workflow, directives);
}

/** Models that would be asked, but for a price that is missing or was read too long ago. */
function modelProblems({ llm, clock }: Ports, { config }: Setting): Problem[] {
  const used = new Set(Object.values(config.routes).flatMap(({ models }) => models));
  return llm.models().flatMap(({ alias, model, hasKey, price }): Problem[] => {
    const at = { file: CONFIG_FILE, line: 1, severity: 'warning' as const };
    if (!used.has(alias) || !hasKey) return [];
    if (!price)
      return [
        {
          ...at,
          found: `the model ${model} without a price`,
          expected: `one under models.${alias}.price, or it is never asked`,
        },
      ];
    if (!isPriceStale(price.read, clock.now())) return [];
    return [
      {
        ...at,
        found: `a price of ${model} that was read on ${price.read}`,
        expected: `one read in the last ${PRICE_SHELF_LIFE_DAYS} days`,
        hint: `Compare it with ${price.source}; one of your own goes under models.${alias}.price`,
      },
    ];
  });
}

async function describeAll({
  documents,
  runner,
  log,
}: Ports): Promise<{ described: Map<string, ScriptDescription>; problems: Problem[]; count: number }> {
  const names = (await documents.list('execution')).filter((name) => name.endsWith('.ts'));
  const described = new Map<string, ScriptDescription>();
  const problems: Problem[] = [];
  for (const script of names.map((name) => `execution/${name}`)) {
    const step = log.step(script);
    const result = await runner.describe(script);
    step.done('description' in result);
    if ('description' in result) described.set(script, result.description);
    else {
      const found = `a script that can not be loaded (${result.failure.message.split('\n')[0]})`;
      problems.push(errorAt(script, 1, found, '`export default defineScript({ ... })`'));
    }
  }
  return { described, problems, count: names.length };
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
