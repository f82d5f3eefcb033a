/** The functions of JavaScript by which a constant can be spelt so that a reader does not see it. */

/** No recorded value that is worth hiding is heavier, and hostile text must not make us compute for long. */
export const HEAVIEST = 5000;

/** Characters and items in a value, counted until there are too many. */
export function weight(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  if (depth > 50) return Number.POSITIVE_INFINITY;
  let sum = 1;
  for (const [key, item] of Object.entries(value)) {
    sum += key.length + weight(item, depth + 1);
    if (sum > HEAVIEST) break;
  }
  return sum;
}

export const isScalar = (value: unknown): value is string | number | boolean | null | undefined =>
  typeof value !== 'object' || value === null;

/** A result, wrapped as it may be `undefined`; undefined itself where computing it throws. */
export function attempt(compute: () => unknown): { value: unknown } | undefined {
  try {
    return { value: compute() };
  } catch {
    return undefined;
  }
}

const METHODS = new Set(
  (
    'at charAt charCodeAt codePointAt concat join slice substring split toLowerCase toUpperCase trim trimStart trimEnd ' +
    'repeat padStart padEnd toString toFixed reverse toReversed flat replace replaceAll'
  ).split(' '),
);

/** A method of a text, a number or a list. */
export function callMethod(receiver: unknown, name: string, args: readonly unknown[]): { value: unknown } | undefined {
  if (receiver === undefined || receiver === null || !METHODS.has(name) || !isCheap(receiver, args)) return undefined;
  const own: unknown = Array.isArray(receiver) ? [...receiver] : receiver;
  const method: unknown = isScalar(own) || Array.isArray(own) ? Object(own)[name] : undefined;
  return typeof method === 'function' ? attempt(() => method.apply(own, [...args])) : undefined;
}

/** `'x'.repeat(1e9)` is refused here, before it takes the memory. */
const isCheap = (receiver: unknown, args: readonly unknown[]): boolean =>
  args.every(isScalar) &&
  args.every((each) => weight(receiver) * (typeof each === 'number' ? Math.abs(each) : weight(each)) <= 10 * HEAVIEST);

const text = (value: unknown): string => String(isScalar(value) ? value : JSON.stringify(value));

const PURE: Record<string, (...args: unknown[]) => unknown> = {
  String: (value) => (Array.isArray(value) ? value.join(',') : text(value)),
  Number: (value) => Number(text(value)),
  parseInt: (value, radix) => Number.parseInt(text(value), Number(radix ?? 10)),
  parseFloat: (value) => Number.parseFloat(text(value)),
  atob: (value) => atob(text(value)),
  decodeURIComponent: (value) => decodeURIComponent(text(value)),
  'Number.parseInt': (value, radix) => Number.parseInt(text(value), Number(radix ?? 10)),
  'JSON.parse': (value) => JSON.parse(text(value)),
  'JSON.stringify': (value) => JSON.stringify(value),
  'String.fromCharCode': (...codes) => String.fromCharCode(...codes.map(Number)),
  'String.fromCodePoint': (...codes) => String.fromCodePoint(...codes.map(Number)),
  'Object.freeze': (value) => value,
  // Its `toString` is then a method of the text.
  'Buffer.from': (value, encoding) =>
    Buffer.from(text(value), encoding === 'base64' || encoding === 'hex' ? encoding : 'utf8').toString(),
};

/** A function by its name, such as `JSON.parse`. */
export function callPure(name: string, args: readonly unknown[]): { value: unknown } | undefined {
  const pure = Object.hasOwn(PURE, name) ? PURE[name] : undefined;
  return pure && attempt(() => pure(...args));
}
