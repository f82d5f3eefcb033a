/** One answer on the way from an address to where its page is now. */
export interface Hop {
  url: string;
  status: number;
  location: string | null;
}

/** Where a page has gone for good, or why that can not be said. */
export type Move = { to: string } | { unclear: string };

const PERMANENT = [301, 308];
/** Longer ones are made by programs for programs, and the ledger keeps each. */
export const LONGEST_ADDRESS = 300;
/** Answers for who has to log in, agree, or prove to be human first; and pages that say that there is none. */
const DETOUR =
  /(^|[/._-])(log[-_]?in|sign[-_]?(in|up)|sso|oauth2?|auth|authorize|consent|cookies?|gdpr|captcha|challenge|blocked|unsupported|errors?|404|not[-_]?found|expired|parked|domain-for-sale)([/._-]|$)/i;
/** Parameters that are about one visitor, and an address in a parameter: the way back from a detour. */
const VISITOR =
  /^(utm_.*|sid|session.*|jsessionid|phpsessid|token|code|state|nonce|ticket|return.*|redirect.*|next|continue|goto|from|ref)$/i;

/** The address a redirect leads to, as a browser reads it; undefined where it leads nowhere that can be asked. */
export function nextAddress({ url, location }: Hop): string | undefined {
  if (location === null || !URL.canParse(location, url)) return undefined;
  const next = new URL(location, url);
  if (!/^https?:$/.test(next.protocol) || next.username !== '' || next.password !== '') return undefined;
  return next.href.length > LONGEST_ADDRESS ? undefined : next.href;
}

export const isPermanent = ({ status }: Hop): boolean => PERMANENT.includes(status);

/**
 * Reads a whole chain of answers. The page has moved when every redirect of it is permanent, the last address answers
 * 200, no step leaves https, and what is there can be the same page: no login, no consent, no front page for a page.
 */
export function readMove(hops: readonly Hop[]): Move {
  const [first, last] = [hops[0], hops.at(-1)];
  if (!first || !last || hops.length < 2) return { unclear: 'is not redirected' };
  const passing = hops.slice(0, -1).find((hop) => !isPermanent(hop));
  if (passing) return { unclear: `is redirected with ${passing.status}, which is not for good` };
  if (last.status !== 200) return { unclear: `leads to an address that answers ${last.status}` };
  if (hops.some((hop, index) => hop.url.startsWith('http:') && hops[index - 1]?.url.startsWith('https:')))
    return { unclear: 'leads from https to http' };
  const [from, to] = [new URL(first.url), new URL(last.url)];
  const problem = detour(from, to);
  if (problem) return { unclear: problem };
  return { to: last.url };
}

/** The new address with the part of the page that the old one named; undefined where the two name different parts. */
export function withFragment(to: string, from: string): string | undefined {
  const [wanted, given] = [new URL(from).hash, new URL(to).hash];
  if (given !== '' && wanted !== '' && given !== wanted) return undefined;
  return given === '' ? `${to.replace(/#$/, '')}${wanted}` : to;
}

function detour(from: URL, to: URL): string | undefined {
  if (!isFront(from) && isFront(to)) return 'leads to a front page';
  const isNew = (text: string, before: string) => DETOUR.test(text) && !DETOUR.test(before);
  if (isNew(to.hostname, from.hostname) || isNew(to.pathname, from.pathname))
    return 'leads to a login, a consent or an error page';
  const added = [...to.searchParams.keys()].filter((name) => !from.searchParams.has(name));
  if (added.some((name) => VISITOR.test(name))) return 'leads to an address made for one visitor';
  return undefined;
}

/** `/`, `/index.html`, and the same in a language: `/en/`, `/de-at`. A front page with a query may be a page. */
function isFront({ pathname, search }: URL): boolean {
  return search === '' && /^\/([a-z]{2}(-[a-z]{2,4})?\/?)?((index|home|default)(\.\w+)?\/?)?$/i.test(pathname);
}

/** What a page says of itself that makes it another page than the one that was linked; undefined where nothing does. */
export function pageProblem(html: { title: string; hasPasswordField: boolean }): string | undefined {
  if (html.hasPasswordField) return 'leads to a page that asks for a password';
  if (/\b(404|not found|page (is )?(missing|gone|unavailable)|access denied|just a moment)\b/i.test(html.title))
    return 'leads to a page that says it is none';
  return undefined;
}
