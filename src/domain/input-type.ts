/** The types of a directive's inputs, as the article writes them: `- topic: string (required)`. */
const SCALARS = {
  string: 'string',
  str: 'string',
  integer: 'integer',
  int: 'integer',
  number: 'number',
  float: 'number',
  boolean: 'boolean',
  bool: 'boolean',
} as const;
export type ScalarType = (typeof SCALARS)[keyof typeof SCALARS];

export interface InputType {
  scalar: ScalarType;
  isList: boolean;
  /** Closed choices, from `enum[a, b]`. */
  choices?: string[];
}

export const INPUT_TYPES_FORM = 'string, integer, number, boolean, list[...] of those, or enum[a, b]';

export function parseInputType(text: string): InputType | undefined {
  const choices = /^enum\[([^\]]+)\]$/.exec(text)?.[1];
  if (choices) return { scalar: 'string', isList: false, choices: choices.split(',').map((choice) => choice.trim()) };
  const list = /^list\[(\w+)\]$/.exec(text)?.[1];
  const name = list ?? text;
  return isScalarName(name) ? { scalar: SCALARS[name], isList: list !== undefined } : undefined;
}

const isScalarName = (name: string): name is keyof typeof SCALARS => Object.hasOwn(SCALARS, name);

export function formatInputType(type: InputType): string {
  if (type.choices) return `enum[${type.choices.join(', ')}]`;
  return type.isList ? `list[${type.scalar}]` : type.scalar;
}

/** Turns a given value (often text, from a flag or a model) into the type, or says what was expected. */
export function coerceInput(type: InputType, value: unknown): { value: unknown } | { expected: string } {
  const expected = { expected: formatInputType(type) };
  if (!type.isList) {
    const scalar = coerceScalar(type.scalar, value);
    if (scalar === undefined || (type.choices && !type.choices.includes(String(scalar)))) return expected;
    return { value: scalar };
  }
  const items = listItems(value)?.map((item) => coerceScalar(type.scalar, item));
  return items && !items.includes(undefined) ? { value: items } : expected;
}

function coerceScalar(scalar: ScalarType, value: unknown): unknown {
  if (typeof value === 'string') return coerceText(scalar, value);
  if (scalar === 'string') return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  if (scalar === 'boolean') return typeof value === 'boolean' ? value : undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return scalar === 'number' || Number.isSafeInteger(value) ? value : undefined;
}

function coerceText(scalar: ScalarType, text: string): unknown {
  if (scalar === 'string') return text;
  if (scalar === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) return undefined;
  return scalar === 'number' || Number.isSafeInteger(number) ? number : undefined;
}

function listItems(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') return undefined;
  if (!value.trimStart().startsWith('['))
    return value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
