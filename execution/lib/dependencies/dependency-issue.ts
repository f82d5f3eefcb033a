import type { DependencyFacts } from '../dependency-page.ts';
import { code, counted, paragraphs } from '../markdown-text.ts';
import type { DeprecatedPackage } from '../npm-project.ts';
import { quoted } from '../outside-text.ts';
import { SEVERITIES } from './npm-advisories.ts';
import type { VulnerablePackage } from './vulnerable-packages.ts';
import { advisoryText, broughtBy, wayOutText } from './vulnerable-table.ts';

/** Found again by it; one issue for all dependencies. */
export const DEPENDENCIES_MARKER = 'dependencies:report';

/** Of each kind; the page lists more. */
const ROWS = 40;

export interface DependencyIssue {
  marker: string;
  title: string;
  body: string;
  labels: string[];
  state: 'open' | 'closed';
}

/**
 * The rolling issue about dependencies: only what somebody should do something about, which is a vulnerability that is at
 * least moderate, or a package of the project's own list that its authors gave up.
 * @param page path of the page that has the rest
 */
export function dependencyIssue({ vulnerable, deprecated }: DependencyFacts, page: string): DependencyIssue {
  const listed = vulnerable && !('unlisted' in vulnerable) ? vulnerable : [];
  const serious = listed.filter(({ severity }) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf('moderate'));
  const givenUp = deprecated.filter(({ path }) => path.length === 1);
  const issue = { marker: DEPENDENCIES_MARKER, title: 'Vulnerable or deprecated dependencies', labels: [] };
  if (serious.length + givenUp.length === 0)
    return { ...issue, state: 'closed', body: `No dependency needs anything. ${code(page)} has the details.` };
  return {
    ...issue,
    state: 'open',
    body: paragraphs(
      section(`${counted(serious.length, 'installed package')} with a known vulnerability`, serious.map(vulnerableRow)),
      section(`${counted(givenUp.length, 'package')} that the authors have deprecated`, givenUp.map(deprecatedRow)),
      `${code(page)} in the repository has the rest. This issue is kept up to date, and closes when nothing is left.`,
    ),
  };
}

function section(heading: string, rows: readonly string[]): string {
  if (rows.length === 0) return '';
  const more = rows.length > ROWS ? `\n- and ${rows.length - ROWS} more` : '';
  return paragraphs(`**${heading}**`, `${rows.slice(0, ROWS).join('\n')}${more}`);
}

function vulnerableRow({ name, version, severity, advisories, path, wayOut }: VulnerablePackage): string {
  const by = path.length > 1 ? `, brought by ${broughtBy(path)}` : '';
  return `- ${code(`${name}@${version}`)} (${severity}): ${advisoryText(advisories)}${by}. The way out: ${wayOutText({ name, wayOut })}`;
}

const deprecatedRow = ({ name, version, message }: DeprecatedPackage): string =>
  `- ${code(`${name}@${version}`)}: ${quoted(message, 200)}`;
