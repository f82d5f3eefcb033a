/**
 * A page has up to three parts: facts that git and the ledger tell, what a model said of them, and what GitHub tells. Each
 * can be told from the others again, so that one that is not to be had today can stay as it was.
 */

/** Marks stand alone on a line, where no foreign text can: names and subjects are shown within one. */
const GITHUB_MARK = '\n\n<!-- from GitHub -->\n\n';
const PROSE = /^<!-- prose -->\n[\s\S]*?\n<!-- end of prose -->\n*/gm;

export interface PageParts {
  facts: string;
  /** Empty where GitHub was never asked. */
  github: string;
}

/** The page that both parts make. */
export function joinParts({ facts, github }: PageParts): string {
  return github === '' ? `${facts.trim()}\n` : `${facts.trim()}${GITHUB_MARK}${github.trim()}\n`;
}

/** The part of an earlier page that GitHub told; empty where it has none. */
export const githubPart = (page: string): string => page.split(GITHUB_MARK).slice(1).join(GITHUB_MARK).trim();

export const withoutProse = (page: string): string => page.replace(PROSE, '');

/** The prose as it stands in the page, with its marks; empty where there is none. */
export const proseOf = (page: string): string => page.match(PROSE)?.[0] ?? '';

/** Puts the prose behind the page's title. */
export function withProse(page: string, prose: string): string {
  const [title = '', ...rest] = page.split('\n\n');
  return prose === '' ? page : [title, prose.trim(), ...rest].join('\n\n');
}

/** One paragraph of a model's, as it stands in a page: its author is named, since it may be wrong. */
export const proseBlock = (paragraph: string): string => `<!-- prose -->\n> ${paragraph}\n<!-- end of prose -->`;
