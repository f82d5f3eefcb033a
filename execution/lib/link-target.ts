import { posix } from 'node:path';

/** Where a link of a page leads. */
export type LinkTarget =
  /** `path` is relative to the checkout, '' for its root; `fragment` without `#`, percent-decoded. */
  | { kind: 'file'; path: string; fragment?: string }
  | { kind: 'web'; url: string; reason?: never }
  | { kind: 'broken'; reason: string }
  /** Mail, templates, pages of GitHub around the repository: not ours to judge. */
  | { kind: 'other'; reason?: never };

/** Pages of a repository on GitHub that are reached by leaving its tree: `../../issues`. */
const GITHUB_PAGES =
  /^(actions|archive|blame|blob|branches|commits?|compare|contributors|deployments|discussions|forks|graphs|issues|labels|milestones?|network|packages|projects|pulls?|raw|releases|security|settings|stargazers|tags|tree|watchers|wiki|edit|new)(\/|$)/;
/** Templates are filled before anyone follows them. */
const TEMPLATE = /\{\{|\{%|<%|\$\{/;

/** Reads a link as GitHub does for a page at `from`. */
export function linkTarget(from: string, url: string): LinkTarget {
  if (url.trim() === '') return { kind: 'broken', reason: 'is empty' };
  if (TEMPLATE.test(url)) return { kind: 'other' };
  if (/^(https?:)?\/\//i.test(url)) return { kind: 'web', url: url.startsWith('//') ? `https:${url}` : url };
  if (/^(file:|[a-z]:[\\/])/i.test(url)) return { kind: 'broken', reason: 'leads to a file of one machine' };
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) return { kind: 'other' };
  const [, rawPath = '', rawFragment] = /^([^?#]*)(?:\?[^#]*)?(?:#(.*))?$/s.exec(url) ?? [];
  const path = decoded(rawPath);
  const fragment = rawFragment === undefined ? undefined : decoded(rawFragment);
  if (path === undefined) return { kind: 'broken', reason: 'has a % that encodes nothing' };
  const resolved = resolve(from, path);
  if (resolved === undefined) return leaving(from, path);
  return { kind: 'file', path: resolved, ...(fragment === undefined ? {} : { fragment }) };
}

/** undefined when the path leads above the root. */
function resolve(from: string, path: string): string | undefined {
  if (path === '') return from;
  const folder = path.startsWith('/') ? '.' : posix.dirname(from);
  const joined = posix.join(folder, path).replace(/\/$/, '');
  if (joined === '..' || joined.startsWith('../')) return undefined;
  return joined === '.' ? '' : joined;
}

/** GitHub shows a file at `/owner/name/blob/<branch>/<file>`: two levels above the root lies the repository itself. */
function leaving(from: string, path: string): LinkTarget {
  const [, page] = /^\.\.\/\.\.\/(?!\.\.)(.*)$/.exec(posix.join(posix.dirname(from), path)) ?? [];
  return page !== undefined && GITHUB_PAGES.test(page)
    ? { kind: 'other' }
    : { kind: 'broken', reason: 'leads out of the repository' };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
