import type { BrokenLink } from '../links-page.ts';
import { code, counted, cut, encodedPath, paragraphs } from '../markdown-text.ts';
import { quoted } from '../outside-text.ts';

/** Found again by it; one issue for all broken links. */
export const LINKS_MARKER = 'links:broken';

/** What an issue lists; the page lists more. GitHub takes 65,536 characters, and references take six for one. */
const ROWS = 60;
const ROWS_LENGTH = 50_000;

export interface LinksIssue {
  marker: string;
  title: string;
  body: string;
  labels: string[];
  state: 'open' | 'closed';
}

/**
 * The rolling issue about broken links: open as long as there is one.
 * @param page path of the page that lists them all
 * @param repositoryUrl address of the repository for people, such as https://github.com/octo/house
 */
export function linksIssue(
  broken: readonly BrokenLink[],
  { page, repositoryUrl }: { page: string; repositoryUrl: string },
): LinksIssue {
  const issue = { marker: LINKS_MARKER, title: 'Broken links', labels: [] };
  const where = `[${code(page)}](${sourceAddress(repositoryUrl, page)})`;
  if (broken.length === 0) return { ...issue, state: 'closed', body: `Every link leads somewhere again (${where}).` };
  const rows = fitting(broken.slice(0, ROWS).map((link) => issueRow(link, repositoryUrl)));
  const more = broken.length > rows.length ? `and ${broken.length - rows.length} more, all of them in ${where}` : '';
  return {
    ...issue,
    state: 'open',
    body: paragraphs(
      `${counted(broken.length, 'link')} of this repository ${broken.length === 1 ? 'leads' : 'lead'} nowhere:`,
      rows.join('\n'),
      more,
      `${where} has the same list. This issue is kept up to date, and closes when none is left.`,
    ),
  };
}

function issueRow({ file, line, link, reason }: BrokenLink, repositoryUrl: string): string {
  const place = `[${code(`${cut(file, 120)}:${line}`)}](${sourceAddress(repositoryUrl, file, line)})`;
  return `- ${place}: ${code(cut(link, 120))} ${quoted(reason, 120)}`;
}

function fitting(rows: readonly string[]): string[] {
  let length = 0;
  return rows.filter((row) => {
    length += row.length + 1;
    return length <= ROWS_LENGTH;
  });
}

/** On GitHub, on whatever its default branch is called; `plain` shows the lines of a page that it would render. */
function sourceAddress(repositoryUrl: string, file: string, line?: number): string {
  return `${repositoryUrl}/blob/HEAD/${encodedPath(file)}${line === undefined ? '' : `?plain=1#L${line}`}`;
}
