/** The part of semantic versioning that a report needs: order, distance, and the two ranges that npm itself writes. */
export interface Version {
  numbers: readonly [major: number, minor: number, patch: number];
  isPrerelease: boolean;
}

export const CHANGES = ['major', 'minor', 'patch'] as const;
export type Change = (typeof CHANGES)[number];

const VERSION = /^v?(\d{1,15})\.(\d{1,15})\.(\d{1,15})(-[0-9a-z.-]+)?(?:\+[0-9a-z.-]+)?$/i;

/** undefined for what is no full version, such as a range or a tag. */
export function parseVersion(text: string): Version | undefined {
  const match = VERSION.exec(text.trim());
  if (!match) return undefined;
  const [, major, minor, patch, prerelease] = match;
  return { numbers: [Number(major), Number(minor), Number(patch)], isPrerelease: prerelease !== undefined };
}

/** Negative when `a` is older. Prereleases of one version count as equal, and as older than the version itself. */
export function compareVersions(a: Version, b: Version): number {
  const index = a.numbers.findIndex((number, place) => number !== b.numbers[place]);
  if (index === -1) return Number(b.isPrerelease) - Number(a.isPrerelease);
  return (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
}

/** What an update from `used` to `newest` changes; undefined when it is none. */
export function changeBetween(used: Version, newest: Version): Change | undefined {
  if (compareVersions(used, newest) >= 0) return undefined;
  const index = used.numbers.findIndex((number, place) => number !== newest.numbers[place]);
  return index === -1 ? 'patch' : CHANGES[index];
}

/** Whether `^1.2.3`, `~1.2.3`, `1.2.3` or `*` takes a stable version; undefined for any other range. */
export function rangeTakes(range: string, version: Version): boolean | undefined {
  if (/^(\*|latest|)$/.test(range.trim())) return true;
  const [, sign = '', text = ''] = /^\s*([\^~=]?)\s*(.*)$/.exec(range) ?? [];
  const from = parseVersion(text);
  if (!from) return undefined;
  if (compareVersions(version, from) < 0) return false;
  const fixed = sign === '^' ? caretFixes(from) : sign === '~' ? 2 : 3;
  return from.numbers.slice(0, fixed).every((number, place) => number === version.numbers[place]);
}

/** How many leading numbers a caret keeps: up to the first that is not zero. */
function caretFixes({ numbers }: Version): number {
  const firstUsed = numbers.findIndex((number) => number !== 0);
  return firstUsed === -1 ? 3 : firstUsed + 1;
}
