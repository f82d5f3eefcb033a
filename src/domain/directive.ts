import { type CommandLine, parseFlags, placeholders, splitWords } from './command-line.ts';
import { type FrontMatter, readFrontMatter } from './front-matter.ts';
import { coerceInput, INPUT_TYPES_FORM, type InputType, parseInputType } from './input-type.ts';
import { didYouMean, errorAt, isPlainName, type Problem } from './problem.ts';
import { type Bullet, readSections, type Section } from './sections.ts';

export interface DirectiveInput {
  name: string;
  type: InputType;
  isRequired: boolean;
  defaultValue?: unknown;
}

export type Criterion = { kind: 'command'; command: CommandLine } | { kind: 'prose'; text: string };

/** A standing order, as code needs it. */
export interface Directive extends FrontMatter {
  name: string;
  file: string;
  goal: string;
  inputs: DirectiveInput[];
  tools: CommandLine[];
  criteria: Criterion[];
  knownFailureModes: string[];
  /** The first of the files it needs that is not there; set where directives are loaded. */
  missingFile?: string;
}

const TITLE = /^# Directive:\s*(\S+)\s*$/;
const NAME = /^[a-z][a-z0-9_-]{0,63}$/;
const SECTIONS = ['Goal', 'Inputs', 'Tools', 'Success Criteria', 'Known Failure Modes', 'Boundaries', 'Notes'];

/**
 * Parses one directive. `directive` is absent when an error was found; all problems come at once.
 * @param file path in the repository, `directives/<name>.md`
 * @param vars names that the config offers to placeholders
 */
export function parseDirective(
  text: string,
  file: string,
  vars: readonly string[] = [],
): { directive?: Directive; problems: Problem[] } {
  const front = readFrontMatter(text, file);
  const problems = front.problems;
  const { title, sections } = readSections(front.body, front.bodyLine);
  const name = parseTitle(title, file, problems);
  reportUnknownSections(sections, file, problems);
  const bullets = (heading: string) =>
    sections.filter((section) => section.heading === heading).flatMap((section) => section.bullets);
  const inputs = parseInputs(bullets('Inputs'), file, problems);
  const tools = bullets('Tools').flatMap((bullet) => parseTool(bullet, file, problems));
  const criteria = bullets('Success Criteria').flatMap((bullet) => parseCriterion(bullet, file, problems));
  if (tools.length === 0 && !problems.some((problem) => problem.severity === 'error')) {
    problems.push(
      errorAt(
        file,
        sections.find((section) => section.heading === 'Tools')?.line ?? 1,
        'no tool',
        'a `## Tools` section with a line such as `- execution/x.ts --topic {topic}`',
      ),
    );
  }
  const isEnabled = front.value?.enabled ?? true;
  reportUnknownPlaceholders({ inputs, tools, criteria, vars, isEnabled, file, problems });
  if (!front.value || name === undefined || problems.some((problem) => problem.severity === 'error'))
    return { problems };
  const goal = sections.find((section) => section.heading === 'Goal')?.text ?? '';
  const knownFailureModes = bullets('Known Failure Modes').map((bullet) => bullet.text);
  return { directive: { ...front.value, name, file, goal, inputs, tools, criteria, knownFailureModes }, problems };
}

function parseTitle(title: Bullet | undefined, file: string, problems: Problem[]): string | undefined {
  const name = title && TITLE.exec(title.text)?.[1];
  const expectedName = file.split('/').at(-1)?.replace(/\.md$/, '') ?? '';
  if (!name) {
    problems.push(
      errorAt(file, title?.line ?? 1, title ? `\`${title.text}\`` : 'no title', `\`# Directive: ${expectedName}\``),
    );
    return undefined;
  }
  if (!NAME.test(name) || !isPlainName(name))
    problems.push(
      errorAt(file, title.line, `the name \`${name}\``, 'lower case letters, digits, _ and -, starting with a letter'),
    );
  else if (name !== expectedName)
    problems.push(
      errorAt(
        file,
        title.line,
        `the name \`${name}\``,
        `\`${expectedName}\`, as the file is called`,
        'Rename one of them: a directive has one name',
      ),
    );
  return name;
}

function reportUnknownSections(sections: readonly Section[], file: string, problems: Problem[]): void {
  for (const { heading, line } of sections.filter((section) => !SECTIONS.includes(section.heading))) {
    const lowered = new Map(SECTIONS.map((known) => [known.toLowerCase(), known]));
    const hint = didYouMean(heading, [...lowered.keys()])?.replace(
      /`(.*)`/,
      (_, known: string) => `\`${lowered.get(known)}\``,
    );
    if (hint)
      problems.push({
        ...errorAt(file, line, `the section \`${heading}\``, `one of ${SECTIONS.join(', ')}`, hint),
        severity: 'error',
      });
  }
}

function parseInputs(bullets: readonly Bullet[], file: string, problems: Problem[]): DirectiveInput[] {
  const inputs = new Map<string, DirectiveInput>();
  for (const bullet of bullets) {
    for (const input of parseInput(bullet, file, problems)) {
      if (inputs.has(input.name))
        problems.push(
          errorAt(file, bullet.line, `the input \`${input.name}\` a second time`, 'one line for each input'),
        );
      inputs.set(input.name, input);
    }
  }
  return [...inputs.values()];
}

function parseInput(bullet: Bullet, file: string, problems: Problem[]): DirectiveInput[] {
  const [, name, typeText, extra] =
    /^([a-z_]\w*)\s*:\s*([a-z]+(?:\[[^\]]*\])?)\s*(?:\((.*?)\))?(?:\s.*)?$/i.exec(bullet.text) ?? [];
  const type = typeText === undefined ? undefined : parseInputType(typeText);
  if (!name || !typeText || !type || !isPlainName(name)) {
    problems.push(
      errorAt(
        file,
        bullet.line,
        `the input \`${bullet.text}\``,
        `\`name: type (required)\`, where type is ${INPUT_TYPES_FORM}`,
      ),
    );
    return [];
  }
  const defaultText = /^default[:= ]\s*(.+)$/i.exec(extra ?? '')?.[1];
  const remark = extra?.trim().toLowerCase() ?? 'optional';
  if (defaultText === undefined && remark !== 'required' && remark !== 'optional') {
    const expected = '(required), (optional) or (default: value)';
    problems.push(errorAt(file, bullet.line, `\`(${extra})\``, expected, didYouMean(remark, ['required', 'optional'])));
    return [];
  }
  if (defaultText === undefined) return [{ name, type, isRequired: remark === 'required' }];
  const coerced = coerceInput(type, defaultText);
  if ('expected' in coerced) {
    problems.push(errorAt(file, bullet.line, `the default \`${defaultText}\``, coerced.expected));
    return [];
  }
  return [{ name, type, isRequired: false, defaultValue: coerced.value }];
}

function parseTool(bullet: Bullet, file: string, problems: Problem[]): CommandLine[] {
  const words = splitWords(bullet.text.replace(/^`(.*)`$/, '$1'));
  const [script, ...args] = words ?? [];
  if (!words || !script || !/^execution\/[a-z0-9_-]+\.[a-z]+$/i.test(script)) {
    problems.push(
      errorAt(file, bullet.line, `\`${bullet.text}\``, 'a command such as `execution/<name>.ts --flag {input}`'),
    );
    return [];
  }
  const { problem } = parseFlags(args);
  if (problem) {
    problems.push(errorAt(file, bullet.line, problem, 'flags such as `--topic {topic}` or `--prod`'));
    return [];
  }
  return [{ script, args, line: bullet.line }];
}

function parseCriterion(bullet: Bullet, file: string, problems: Problem[]): Criterion[] {
  if (!/^`?execution\//.test(bullet.text)) return [{ kind: 'prose', text: bullet.text }];
  return parseTool(bullet, file, problems).map((command) => ({ kind: 'command', command }));
}

function reportUnknownPlaceholders(context: {
  inputs: DirectiveInput[];
  tools: CommandLine[];
  criteria: Criterion[];
  vars: readonly string[];
  isEnabled: boolean;
  file: string;
  problems: Problem[];
}): void {
  const { inputs, tools, criteria, vars, isEnabled, file, problems } = context;
  const names = [...inputs.map((input) => input.name), ...vars];
  const commands = criteria.flatMap((criterion) => (criterion.kind === 'command' ? [criterion.command] : []));
  const check = (command: CommandLine, stepsBefore: number) => {
    for (const name of placeholders(command.args)) {
      const step = /^steps\.(\d+)\.\w+$/.exec(name)?.[1];
      const isKnown = step ? Number(step) >= 1 && Number(step) <= stepsBefore : names.includes(name);
      // What a directive that is switched off needs is asked for when it is switched on.
      if (isKnown || (!step && !isEnabled)) continue;
      const expected = step
        ? `a step before this one (1 to ${stepsBefore})`
        : `one of ${names.join(', ') || 'no input: the directive has none'}`;
      problems.push(
        errorAt(
          file,
          command.line,
          `the placeholder \`{${name}}\``,
          expected,
          didYouMean(name, names) ?? 'List it under Inputs, or under vars: in .github/steward.yml',
        ),
      );
    }
  };
  for (const [index, tool] of tools.entries()) check(tool, index);
  for (const command of commands) check(command, tools.length);
}
