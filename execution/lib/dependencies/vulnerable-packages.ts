import { parseVersion, rangeTakes } from '../semantic-version.ts';
import { type Advisory, SEVERITIES, type Severity } from './npm-advisories.ts';
import type { InstalledPackage } from './npm-installed.ts';
import { exitFrom, isInRange } from './version-range.ts';

/**
 * How to get a safe version: `update`: the ranges take it. `install`: package.json must name it. `parent`: what brings
 * it along must be newer. `above`: only versions above one are safe, and which there are is not known.
 */
export type WayOut =
  | { kind: 'update' | 'install'; fixed: string }
  | { kind: 'parent'; fixed: string; parent: string }
  | { kind: 'above'; version: string }
  | { kind: 'none' };

export interface VulnerablePackage extends InstalledPackage {
  /** The worst of its advisories. */
  severity: Severity;
  /** From the worst on. */
  advisories: readonly Advisory[];
  wayOut: WayOut;
}

/** The installed versions that an advisory speaks of, the worst first. */
export function vulnerablePackages(
  installed: readonly InstalledPackage[],
  byName: ReadonlyMap<string, readonly Advisory[]>,
): VulnerablePackage[] {
  const found = installed.flatMap((each): VulnerablePackage[] => {
    const all = byName.get(each.name) ?? [];
    // A range that can not be read counts: the registry was asked for this very version.
    const advisories = all
      .filter(({ vulnerable_versions: range }) => isInRange(range, each.version) ?? true)
      .sort((a, b) => badness(a) - badness(b) || (a.title < b.title ? -1 : a.title > b.title ? 1 : 0));
    const [worst] = advisories;
    if (!worst) return [];
    return [{ ...each, severity: worst.severity, advisories, wayOut: wayOut(each, all) }];
  });
  return found.sort((a, b) => badness(a) - badness(b) || order(a, b));
}

/** A fix that is open to another attack is none: all ranges of the package count. */
function wayOut({ version, path, range }: InstalledPackage, advisories: readonly Advisory[]): WayOut {
  const exit = exitFrom(
    advisories.map((advisory) => advisory.vulnerable_versions),
    version,
  );
  if (!exit) return { kind: 'none' };
  if ('above' in exit) return { kind: 'above', version: exit.above };
  const { fixed } = exit;
  const target = parseVersion(fixed);
  if (target && rangeTakes(range, target)) return { kind: 'update', fixed };
  const [parent] = path;
  return parent === undefined || path.length === 1 ? { kind: 'install', fixed } : { kind: 'parent', fixed, parent };
}

const badness = ({ severity }: { severity: Severity }): number => SEVERITIES.indexOf(severity);
const order = (a: InstalledPackage, b: InstalledPackage): number =>
  `${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1;
