import { compareVersions, parseVersion } from '../semantic-version.ts';
import type { Change } from './conventional-commit.ts';

/** A tag that names a version, such as `v1.2.3`. */
export interface VersionTag {
  name: string;
  /** What stands before the number: `v`, or nothing. */
  prefix: string;
  version: string;
}

/** The highest stable version among tags; undefined without one. `cli-v1.0.0` or `2024.1` are no versions here. */
export function newestVersionTag(names: readonly string[]): VersionTag | undefined {
  const tags = names.flatMap((name) => {
    const [, prefix, version] = /^(v?)(\d{1,9}\.\d{1,9}\.\d{1,9})$/.exec(name) ?? [];
    return prefix === undefined || version === undefined ? [] : [{ name, prefix, version }];
  });
  return tags.reduce<VersionTag | undefined>((best, tag) => {
    const [a, b] = [parseVersion(tag.version), best && parseVersion(best.version)];
    return a && (!b || compareVersions(a, b) > 0) ? tag : best;
  }, undefined);
}

/** What users do not notice, and what makes no release by itself. */
const HOUSEKEEPING = ['docs', 'chore', 'test', 'ci', 'build', 'style', 'refactor'];
export const isHousekeeping = ({ type, breaking }: Change): boolean => breaking === null && HOUSEKEEPING.includes(type);

export type Bump = 'major' | 'minor' | 'patch';

/** By semver.org: what breaks is major, a feature minor, anything else that users notice a patch; else undefined. */
export function bumpOf(changes: readonly Change[]): Bump | undefined {
  if (changes.some(({ breaking }) => breaking !== null)) return 'major';
  if (changes.some(({ type }) => type === 'feat')) return 'minor';
  return changes.some((change) => !isHousekeeping(change)) ? 'patch' : undefined;
}

/** The version after `last`. Before 1.0.0 anything may change: what breaks raises the second number only. */
export function versionAfter(last: string, bump: Bump): string {
  const [major = 0, minor = 0, patch = 0] = last.split('.').map(Number);
  if (bump === 'patch') return `${major}.${minor}.${patch + 1}`;
  if (bump === 'minor' || major === 0) return `${major}.${minor + 1}.0`;
  return `${major + 1}.0.0`;
}
