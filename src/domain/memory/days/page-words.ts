import { formatSpan } from '../../duration.ts';
import { asCode, asProse, oneLine, shortened } from '../../foreign-text.ts';
import { fromDollars, toDollars } from '../../money.ts';
import type { Entry } from '../../record.ts';
import { DIRECTIVE_NAME } from '../lesson.ts';

/** What the pages of a day and of a week say alike. All text that is not ours is made safe here. */

/** Where the repository is for people; without it the pages show ids instead of links. */
export interface Address {
  /** Such as https://github.com */
  serverUrl: string;
  /** `owner/name` */
  repository: string;
}

/** A NUL makes GitHub take the page for no text; characters that only steer how others are shown hide what is there. */
const plain = (raw: string): string => raw.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').toWellFormed();

/** A piece of a sentence, or a cell of a table. GitHub makes a link of a bare address, too: not of what others wrote. */
export const prose = (raw: string, limit: number): string =>
  asProse(shortened(oneLine(plain(raw)), limit), limit)
    .replaceAll('://', ':\u200b//')
    .replaceAll(/www(?=\.)/gi, '$&\u200b')
    .toWellFormed();

/** Inline code, also in a table: there a `|` ends the cell even in code, and which backslash hides it depends on the reader. */
export const code = (raw: string, limit: number): string =>
  asCode(shortened(oneLine(plain(raw).replaceAll('|', '¦')), limit), limit).toWellFormed();

/** `1 run`, `3 runs`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** The dollars of many amounts, added up exactly. */
export const sumDollars = (amounts: readonly number[]): number =>
  toDollars(amounts.reduce((sum, dollars) => sum + fromDollars(dollars), 0));

/** `0.4 s` where it was quick: most runs are. */
export const took = (seconds: number): string => (seconds < 10 ? `${seconds.toFixed(1)} s` : formatSpan(seconds));

/** What the agent itself did or was told; a run of a directive is called by its name alone. */
export function subject(entry: Entry, address: Address | undefined): string {
  const { flow, decision, consolidation } = entry;
  if (consolidation) return `the night of ${consolidation.day}`;
  if (decision === 'none' || !DIRECTIVE_NAME.test(decision)) return flow === 'cycle' ? 'no directive' : flow;
  const isLinked = address !== undefined && /^[0-9a-f]{40}$/.test(entry.head);
  // As the run saw it: a page of the past must not lead to a directive of today, or to none.
  const link = isLinked ? `[${decision}](${siteOf(address)}/blob/${entry.head}/directives/${decision}.md)` : decision;
  return flow === 'cycle' ? link : `${link} (${flow})`;
}

export const siteOf = ({ serverUrl, repository }: Address): string => `${serverUrl}/${repository}`;

/** A commit as people find it. */
export const commitLink = (commit: string, address: Address | undefined): string =>
  address ? `[${commit.slice(0, 10)}](${siteOf(address)}/commit/${commit})` : `\`${commit.slice(0, 10)}\``;

/** A pull request or an issue of the repository; an address that leads elsewhere is shown, and no link. */
export const reviewLink = (words: string, url: string, address: Address | undefined): string =>
  address && url.startsWith(`${siteOf(address)}/`) && /^[\w./:#-]{1,300}$/.test(url)
    ? `[${words}](${url})`
    : `${words} (${code(url, 120)})`;
