import { code, cut, paragraphs, table } from '../markdown-text.ts';
import { quoted } from '../outside-text.ts';
import type { Advisory } from './npm-advisories.ts';
import type { VulnerablePackage, WayOut } from './vulnerable-packages.ts';

/** What a page lists of a tree that nobody has looked after for years. */
const ROWS = 200;
const ADVISORY_PAGE = /^https:\/\/github\.com\/advisories\/GHSA(-[a-z0-9]{4}){3}$/i;

export function vulnerableTable(vulnerable: readonly VulnerablePackage[]): string {
  const rows = vulnerable
    .slice(0, ROWS)
    .map((each) => [
      code(each.name),
      code(each.version),
      each.severity,
      advisoryText(each.advisories),
      broughtBy(each.path),
      wayOutText(each),
    ]);
  if (rows.length === 0) return '';
  return paragraphs(
    '## Vulnerable',
    table(['Package', 'Version', 'Severity', 'What is known', 'Brought by', 'The way out'], rows),
    vulnerable.length > ROWS ? `and ${vulnerable.length - ROWS} more` : '',
  );
}

/** The worst one by name, the others by number. Only a page of GitHub's own list of advisories is linked. */
export function advisoryText([worst, ...others]: readonly Advisory[]): string {
  if (!worst) return '';
  const title = quoted(worst.title, 120) || 'no title';
  const link = ADVISORY_PAGE.test(worst.url) ? `[${title}](${worst.url})` : title;
  return others.length === 0 ? link : `${link} and ${others.length} more`;
}

export const broughtBy = (path: readonly string[]): string =>
  path.length > 1
    ? path
        .slice(0, -1)
        .map((name) => code(cut(name, 80)))
        .join(' → ')
    : 'this project';

/** What to type, or what to wait for. */
export function wayOutText({ name, wayOut }: { name: string; wayOut: WayOut }): string {
  if (wayOut.kind === 'update') return `${code(`npm update ${name}`)} (fixed in ${code(wayOut.fixed)})`;
  if (wayOut.kind === 'install') return code(`npm install ${name}@^${wayOut.fixed}`);
  if (wayOut.kind === 'parent') return `a newer ${code(wayOut.parent)} (fixed in ${code(wayOut.fixed)})`;
  if (wayOut.kind === 'above') return `a version above ${code(wayOut.version)}, where there is one`;
  return 'no version is known to be safe';
}
