import { code, counted, cut, paragraphs, plain, table } from './markdown-text.ts';
import type { DeprecatedPackage, DirectDependency } from './npm-project.ts';
import { CHANGES, type Change } from './semantic-version.ts';

export interface OutdatedPackage extends DirectDependency {
  used: string;
  newest: string;
  change: Change;
  /** Whether the project's range takes the newest version; undefined when the range is too clever to tell. */
  isInRange: boolean | undefined;
}

/** Everything the page about dependencies says. */
export interface DependencyFacts {
  direct: number;
  outdated: readonly OutdatedPackage[];
  deprecated: readonly DeprecatedPackage[];
  unlisted: readonly { name: string; reason: string }[];
  hasLock: boolean;
}

/** The body of the page: the largest steps first, then by name. */
export function dependencyPage({ direct, outdated, deprecated, unlisted, hasLock }: DependencyFacts): string {
  const majors = outdated.filter(({ change }) => change === 'major').length;
  const behind = `**${outdated.length} of ${counted(direct, 'direct package')}** ${outdated.length === 1 ? 'is' : 'are'} behind the newest stable version`;
  const old = `**${counted(deprecated.length, 'installed package')}** ${deprecated.length === 1 ? 'is' : 'are'} deprecated`;
  const steps = majors > 0 ? ` (${counted(majors, 'major step')})` : '';
  return `${paragraphs(
    '# Dependencies',
    `${behind}${steps}. ${old.replace('**no', '**No')}.`,
    hasLock
      ? ''
      : 'There is no package-lock.json: versions are the ones that the ranges name, and what those bring along is not known.',
    outdatedTable(outdated),
    deprecatedTable(deprecated),
    unlistedTable(unlisted),
  )}\n`;
}

function outdatedTable(outdated: readonly OutdatedPackage[]): string {
  const rows = [...outdated]
    .sort((a, b) => CHANGES.indexOf(a.change) - CHANGES.indexOf(b.change))
    .map(({ name, used, newest, change, isInRange, range, kind }) => [
      code(name),
      code(used),
      code(newest),
      change,
      isInRange === undefined ? `see ${code(range)}` : isInRange ? '`npm update`' : 'edit package.json',
      kind,
    ]);
  if (rows.length === 0) return '';
  return paragraphs('## Behind', table(['Package', 'Used', 'Newest', 'Step', 'To get it', 'Kind'], rows));
}

function deprecatedTable(deprecated: readonly DeprecatedPackage[]): string {
  const rows = deprecated.map(({ name, version, message, path }) => [
    code(name),
    code(version),
    path.length > 1 ? path.slice(0, -1).map(code).join(' → ') : 'this project',
    plain(cut(message, 200)),
  ]);
  if (rows.length === 0) return '';
  return paragraphs('## Deprecated', table(['Package', 'Version', 'Brought by', 'Its authors say'], rows));
}

function unlistedTable(unlisted: readonly { name: string; reason: string }[]): string {
  const rows = unlisted.map(({ name, reason }) => [code(name), plain(reason)]);
  return rows.length === 0 ? '' : paragraphs('## Not compared', table(['Package', 'Why'], rows));
}
