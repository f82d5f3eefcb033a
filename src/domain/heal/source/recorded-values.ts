/** What a repair may have learnt by heart: the values in the recorded calls of a script, made fit to be looked up. */
export interface RecordedValues {
  /** By `identity`: whether it stands alone (`direct`), or is one item of a list. */
  inputs: ReadonlyMap<string, Standing>;
  outputs: ReadonlyMap<string, Standing>;
  /** The words of every input and of each part of one, in their order: how a key made of it reads. */
  spellings: ReadonlySet<string>;
  /** The scalars of each call, by `identity`. */
  calls: readonly { inputs: ReadonlySet<string>; outputs: ReadonlySet<string> }[];
  /** Lengths of its texts and lists. */
  lengths: ReadonlySet<number>;
}

type Standing = 'direct' | 'item';

/** A list of more is data; one of up to three may be the arguments of a call. */
const FEW = 3;
const DEEPEST = 40;
const MOST = 20_000;

export function recordedValues(
  recorded: readonly { input: Record<string, unknown>; output?: Record<string, unknown> }[],
): RecordedValues {
  const inputs = recorded.map(({ input }) => partsOf(input));
  const outputs = recorded.map(({ output }) => (output ? partsOf(output) : []));
  const values = inputs.flat().map(({ value }) => value);
  return {
    inputs: standings(inputs.flat()),
    outputs: standings(outputs.flat()),
    spellings: new Set(values.flatMap((value) => spelling(value) ?? [])),
    calls: recorded.map((_, index) => ({ inputs: scalarsOf(inputs[index]), outputs: scalarsOf(outputs[index]) })),
    lengths: new Set(
      values.flatMap((value) => (typeof value === 'string' || Array.isArray(value) ? [value.length] : [])),
    ),
  };
}

interface Part {
  value: unknown;
  standing: Standing;
}

/** A value and all that is in it. */
function partsOf(whole: unknown): Part[] {
  const found: Part[] = [];
  const visit = (value: unknown, standing: Standing, depth: number) => {
    if (found.length >= MOST || depth > DEEPEST) return;
    found.push({ value, standing });
    if (typeof value !== 'object' || value === null) return;
    const isList = Array.isArray(value) && value.length > FEW;
    for (const inner of Object.values(value)) visit(inner, isList ? 'item' : standing, depth + 1);
  };
  visit(whole, 'direct', 0);
  return found;
}

function standings(parts: readonly Part[]): Map<string, Standing> {
  const found = new Map<string, Standing>();
  for (const { value, standing } of parts) {
    const id = identity(value);
    if (id !== undefined && found.get(id) !== 'direct') found.set(id, standing);
  }
  return found;
}

const scalarsOf = (parts: readonly Part[] = []): Set<string> =>
  new Set(parts.flatMap(({ value }) => (typeof value === 'object' ? [] : (identity(value) ?? []))));

/** Equal for equal values, whatever the order of keys; a number is the same as its text. */
export function identity(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'number') return `"${value}"`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth > DEEPEST) return undefined;
  const inner = Array.isArray(value)
    ? value.map((each) => identity(each, depth + 1))
    : Object.keys(value)
        .sort()
        .map((key) => `${key}:${identity((value as Record<string, unknown>)[key], depth + 1)}`);
  const text = Array.isArray(value) ? `[${inner.join()}]` : `{${inner.join()}}`;
  return text.length <= MOST ? text : undefined;
}

/** Everyday numbers stand in honest code whatever was recorded. */
const EVERYDAY = /^-?(0|1|2|3|10+)$/;

/** Whether a value says so much that equality with a recorded one is no accident. */
export function isDistinctive(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !EVERYDAY.test(String(value));
  if (typeof value === 'string') return isDistinctiveText(value);
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return false;
  const inner = Object.values(value);
  return inner.length > 3 || inner.some((each) => isDistinctive(each, depth + 1));
}

/** No number of everyday programs: three digits or more, neither round nor at a power of two. */
export function isSignificant(value: number): boolean {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || (Number.isInteger(value) && size < 100)) return false;
  if (!Number.isInteger(value)) return String(size).replace(/^0?\./, '').length > 3;
  const isPower = [size - 1, size, size + 1].some((each) => Number.isInteger(Math.log2(each)));
  return size % 10 !== 0 && !isPower && size !== 365 && size !== 366;
}

/** Words of the language and of its library that scripts compare with. */
const ORDINARY =
  /^(string|number|object|boolean|function|undefined|symbol|bigint|null|true|false|utf-?8|default|length)$/i;

function isDistinctiveText(text: string): boolean {
  if (ORDINARY.test(text) || EVERYDAY.test(text)) return false;
  return /[\p{L}\p{N}]/u.test(text) ? text.trim().length >= 2 : text.trim().length >= 4;
}

/** The words and numbers of a value in the order in which JSON, a join or a template has them; undefined for none. */
export function spelling(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value : identity(value);
  const words = text?.slice(0, MOST).match(/\p{L}+|\d+(?:\.\d+)?/gu);
  return words && words.length > 1 ? words.join(' ') : undefined;
}
