import type { VulnerablePackage } from './dependencies/vulnerable-packages.ts';
import { vulnerableTable } from './dependencies/vulnerable-table.ts';
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
  /** Why there is no list of them; absent where there is no lock file either, which says what is installed. */
  vulnerable?: readonly VulnerablePackage[] | { unlisted: string };
  unlisted: readonly { name: string; reason: string }[];
  hasLock: boolean;
}

/** The body of the page: the largest steps first, then by name. */
export function dependencyPage(facts: DependencyFacts): string {
  const { direct, outdated, deprecated, vulnerable, unlisted, hasLock } = facts;
  const majors = outdated.filter(({ change }) => change === 'major').length;
  const behind = `**${outdated.length} of ${counted(direct, 'direct package')}** ${outdated.length === 1 ? 'is' : 'are'} behind the newest stable version`;
  const old = `**${counted(deprecated.length, 'installed package')}** ${deprecated.length === 1 ? 'is' : 'are'} deprecated`;
  const steps = majors > 0 ? ` (${counted(majors, 'major step')})` : '';
  return `${paragraphs(
    '# Dependencies',
    `${behind}${steps}. ${old.replace('**no', '**No')}.${vulnerability(vulnerable)}`,
    hasLock
      ? ''
      : 'There is no package-lock.json: versions are the ones that the ranges name, and what those bring along is not known.',
    vulnerable && 'unlisted' in vulnerable
      ? `Known vulnerabilities are not listed: the registry keeps no such list (${plain(cut(vulnerable.unlisted, 120))}).`
      : vulnerableTable(vulnerable ?? []),
    outdatedTable(outdated),
    deprecatedTable(deprecated),
    unlistedTable(unlisted),
  )}\n`;
}

function vulnerability(vulnerable: DependencyFacts['vulnerable']): string {
  if (!vulnerable || 'unlisted' in vulnerable) return '';
  const verb = vulnerable.length === 1 ? 'has a known vulnerability' : 'have known vulnerabilities';
  return ` **${counted(vulnerable.length, 'installed package').replace(/^no/, 'No')}** ${verb}.`;
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
