/** A tool or criterion line of a directive: `execution/x.ts --topic {topic} --prod`. Never run through a shell. */
export interface CommandLine {
  script: string;
  /** The arguments with their placeholders still in. */
  args: string[];
  /** 1-based line in the directive's file. */
  line: number;
}

const PLACEHOLDER = /\{([a-z_][\w.-]*)\}/gi;
const WORD = /(?:[^\s"']+|"[^"]*"|'[^']*')+/g;

/** Splits a line into arguments; quotes group words and are dropped. undefined when a quote is not closed. */
export function splitWords(text: string): string[] | undefined {
  const rest = text.replace(WORD, '').trim();
  if (rest !== '') return undefined;
  return (text.match(WORD) ?? []).map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

/** Names inside braces, in order: `{topic}`, `{steps.1.slug}`. */
export function placeholders(args: readonly string[]): string[] {
  return args.flatMap((arg) => [...arg.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ''));
}

/**
 * Fills the placeholders of parsed flags. Values are filled after the line was split and parsed, so that a value can
 * never become a flag or a second argument. A flag that is one placeholder keeps the value's type; inside a longer
 * text the value is written out. `missing` names the placeholders without a value.
 */
export function fillFlags(
  flags: Readonly<Record<string, unknown>>,
  lookUp: (name: string) => unknown,
): { input: Record<string, unknown>; missing: string[] } {
  const missing: string[] = [];
  const find = (name: string): unknown => {
    const value = lookUp(name);
    if (value === undefined) missing.push(name);
    return value;
  };
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== 'string') return value;
    const [whole, only] = /^\{([a-z_][\w.-]*)\}$/i.exec(value) ?? [];
    if (whole !== undefined && only !== undefined) return find(only);
    return value.replace(PLACEHOLDER, (_, name: string) => asText(find(name)));
  };
  const input = Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, fill(value)]));
  return { input, missing };
}

/** `--topic x --prod --tag a --tag b` -> `{topic: 'x', prod: true, tag: ['a', 'b']}`; `problem` names a word that is no flag. */
export function parseFlags(args: readonly string[]): { flags: Record<string, unknown>; problem?: string } {
  const flags = new Map<string, unknown>();
  for (let index = 0; index < args.length; index++) {
    const [, name, , inline] = /^--([a-z][\w-]*)(=([\s\S]*))?$/i.exec(args[index] ?? '') ?? [];
    if (name === undefined) return { flags: Object.fromEntries(flags), problem: `\`${args[index]}\` is not a --flag` };
    const next = args[index + 1];
    const takesNext = inline === undefined && next !== undefined && !/^--[a-z]/i.test(next);
    const value = inline ?? (takesNext ? next : true);
    if (takesNext) index++;
    const before = flags.get(name);
    flags.set(name, before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]);
  }
  return { flags: Object.fromEntries(flags) };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
