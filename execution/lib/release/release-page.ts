import { code, counted, paragraphs } from '../markdown-text.ts';
import { quoted } from '../outside-text.ts';
import { isHousekeeping } from './next-version.ts';
import type { Entry } from './release-changes.ts';

/** How the agent finds its draft again. */
export const RELEASE_MARKER = 'release:next';

export interface ReleaseFacts {
  tag: string;
  /** The tag before; undefined for the first release. */
  since: string | undefined;
  /** Newest first. */
  entries: readonly Entry[];
  repositoryUrl: string;
}

const SECTIONS: readonly (readonly [heading: string, fits: (entry: Entry) => boolean])[] = [
  ['Breaking changes', ({ breaking }) => breaking !== null],
  ['Features', ({ type }) => type === 'feat'],
  ['Fixes', ({ type }) => type === 'fix'],
  ['Performance', ({ type }) => type === 'perf'],
  ['Other changes', (entry) => !isHousekeeping(entry)],
];
/** So many lines a section has; fewer where the page would be longer than GitHub takes. */
const LISTED = [60, 25, 8] as const;
const LONGEST = 55_000;

/** The text of the draft. The first line is the summary, which a model may have written; the rest follows from the facts. */
export function releasePage(facts: ReleaseFacts, summary: string): string {
  const pages = LISTED.map((listed) => pageWith(facts, summary, listed));
  return pages.find((page) => page.length <= LONGEST) ?? pages.at(-1) ?? '';
}

function pageWith(facts: ReleaseFacts, summary: string, listed: number): string {
  const rest = [...facts.entries];
  const sections = SECTIONS.map(([heading, fits]) => {
    const fitting = rest.filter(fits);
    for (const entry of fitting) rest.splice(rest.indexOf(entry), 1);
    return fitting.length === 0 ? '' : `### ${heading}\n\n${lines(fitting, listed)}`;
  });
  const kept =
    rest.length === 0
      ? ''
      : `<details><summary>Housekeeping (${rest.length})</summary>\n\n${lines(rest, listed)}\n\n</details>`;
  return paragraphs(quoted(summary, 300), ...sections, kept, ...footer(facts));
}

function footer({ tag, since, entries, repositoryUrl }: ReleaseFacts): string[] {
  const compare = since === undefined ? `commits/${tag}` : `compare/${since}...${tag}`;
  const link = repositoryUrl.startsWith('http') ? `[All changes](${repositoryUrl}/${compare})` : '';
  const from = since === undefined ? '' : ` since ${code(since)}`;
  const what = `A draft by Steward of ${counted(entries.length, 'change')}${from}.`;
  return [link, `<sub>${what} It follows the branch until you edit or publish it; then it is yours.</sub>`];
}

/** What stands there without a model. */
export function plainSummary({ tag, entries }: ReleaseFacts): string {
  const count = (fits: (entry: Entry) => boolean) => entries.filter(fits).length;
  const parts = [
    [count(({ breaking }) => breaking !== null), 'breaking change'],
    [count(({ type }) => type === 'feat'), 'feature'],
    [count(({ type }) => type === 'fix'), 'fix', 'fixes'],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, one, many]) => counted(number, one, many));
  return said.length === 0 ? `${tag} has ${counted(entries.length, 'change')}.` : `${tag} brings ${said.join(', ')}.`;
}

/** The draft's first line, when everything else on the page is what these facts give: then nothing is asked again. */
export function summaryIfSame(body: string, facts: ReleaseFacts): boolean {
  const page = releasePage(facts, 'X');
  const unix = body.replaceAll('\r\n', '\n');
  const from = unix.indexOf('\n\n');
  return from > 0 && unix.slice(from).startsWith(page.slice(page.indexOf('\n\n')));
}

/** What a reader finds a change by: its pull request, else its commit. */
export const referenceOf = ({ pull, id }: Pick<Entry, 'pull' | 'id'>): string =>
  pull ? `[#${pull.number}](${pull.url})` : code(id.slice(0, 10));

function lines(entries: readonly Entry[], listed: number): string {
  const shown = entries.slice(0, listed).map(lineOf);
  const more = entries.length - shown.length;
  return [...shown, ...(more > 0 ? [`- and ${counted(more, 'more change')}`] : [])].join('\n');
}

function lineOf(entry: Entry): string {
  const { scope, subject, breaking, author } = entry;
  const where = scope ? `**${quoted(scope, 40)}**: ` : '';
  const breaks = breaking !== null && breaking !== subject ? ` ${quoted(breaking, 300)}` : '';
  return `- ${where}${quoted(subject, 160)}${breaks} (${referenceOf(entry)}, by ${quoted(author, 60)})`;
}
