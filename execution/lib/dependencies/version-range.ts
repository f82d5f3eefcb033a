/** Ranges as advisories write them: comparators with spaces between, and `||`. */

interface Point {
  numbers: readonly number[];
  /** Identifiers behind the dash; none for a version that is out. */
  prerelease: readonly string[];
}

interface Comparator {
  sign: '<' | '<=' | '>' | '>=' | '=';
  point: Point;
  text: string;
}

/** What gets a package out of ranges: a version, all above one, or nothing. */
export type Exit = { fixed: string } | { above: string } | undefined;

const VERSION = /^v?(\d{1,15})\.(\d{1,15})\.(\d{1,15})(?:-([0-9a-z.-]+))?(?:\+[0-9a-z.-]+)?$/i;

/** Whether the version is in the range; undefined where one of the two can not be read. */
export function isInRange(range: string, version: string): boolean | undefined {
  const [sets, point] = [readRange(range), readPoint(version)];
  return sets && point ? sets.some((set) => holds(set, point)) : undefined;
}

/** The nearest version above `version` that is in none of the ranges, as far as their bounds tell. */
export function exitFrom(ranges: readonly string[], version: string): Exit {
  const read = ranges.map(readRange);
  const sets = read.flatMap((each) => each ?? []);
  if (read.includes(undefined)) return undefined;
  let current = version;
  // Each round leaves one set behind for good: bounds only rise.
  for (let round = 0; round <= sets.length; round++) {
    const point = readPoint(current);
    const around = point && sets.find((set) => holds(set, point));
    if (!point) return undefined;
    if (!around) return current === version ? undefined : { fixed: current };
    const end = around.find(({ sign }) => sign === '<' || sign === '<=' || sign === '=');
    if (!end) return undefined;
    if (end.sign !== '<') return { above: end.text };
    current = end.text;
  }
  return undefined;
}

/** undefined where a part of it is of another form, such as `1.x`. */
function readRange(range: string): Comparator[][] | undefined {
  const sets = range.split('||').map((part) => readSet(part));
  return sets.includes(undefined) ? undefined : sets.flatMap((set) => (set ? [set] : []));
}

function readSet(text: string): Comparator[] | undefined {
  const words = text
    .replace(/([<>=])\s+/g, '$1')
    .split(/[\s,]+/)
    .filter((word) => word !== '' && word !== '*');
  const comparators = words.map(readComparator);
  return comparators.includes(undefined) ? undefined : comparators.flatMap((each) => (each ? [each] : []));
}

function readComparator(word: string): Comparator | undefined {
  const [, sign = '', text = ''] = /^(<=?|>=?|=?)(.*)$/.exec(word) ?? [];
  const point = readPoint(text);
  return point && { sign: (sign || '=') as Comparator['sign'], point, text: text.replace(/^v/, '') };
}

function readPoint(text: string): Point | undefined {
  const [whole, major, minor, patch, prerelease = ''] = VERSION.exec(text.trim()) ?? [];
  if (whole === undefined) return undefined;
  const numbers = [Number(major), Number(minor), Number(patch)];
  return { numbers, prerelease: prerelease === '' ? [] : prerelease.split('.') };
}

const holds = (set: readonly Comparator[], point: Point): boolean =>
  set.every(({ sign, point: bound }) => {
    const order = comparePoints(point, bound);
    if (order === 0) return sign.includes('=');
    return sign.startsWith(order < 0 ? '<' : '>');
  });

/** The order of semver.org, clause 11. */
function comparePoints(a: Point, b: Point): number {
  const place = a.numbers.findIndex((number, index) => number !== b.numbers[index]);
  if (place !== -1) return (a.numbers[place] ?? 0) - (b.numbers[place] ?? 0);
  if (a.prerelease.length === 0 || b.prerelease.length === 0)
    return Number(a.prerelease.length === 0) - Number(b.prerelease.length === 0);
  for (const [index, left] of a.prerelease.entries()) {
    const right = b.prerelease[index];
    if (right === undefined) return 1;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return a.prerelease.length - b.prerelease.length;
}

function compareIdentifiers(a: string, b: string): number {
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumberA && isNumberB) return Number(a) - Number(b);
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
