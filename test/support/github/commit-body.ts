import { refusal } from './reply.ts';
import { apiPath, nodeId, type Store, webPath } from './store.ts';
import { userBody } from './user-body.ts';

/** Commits and what they change, read from git. */

export interface CommitFacts {
  sha: string;
  tree: string;
  parents: string[];
  author: { name: string; email: string; date: string };
  committer: { name: string; email: string; date: string };
  message: string;
}

const FIELDS = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'];

export async function commitFacts({ bare }: Store, sha: string): Promise<CommitFacts> {
  const text = await bare.git('show', '--no-patch', `--format=${FIELDS.join('%x00')}`, sha);
  const [id = '', tree = '', parents = '', ...rest] = text.split('\0');
  const [
    author = '',
    authorMail = '',
    authored = '',
    committer = '',
    committerMail = '',
    committed = '',
    message = '',
  ] = rest;
  return {
    sha: id,
    tree,
    parents: parents.split(' ').filter(Boolean),
    message: message.trimEnd(),
    author: { name: author, email: authorMail, date: inUtc(authored) },
    committer: { name: committer, email: committerMail, date: inUtc(committed) },
  };
}

const inUtc = (date: string) => new Date(date).toISOString().replace('.000Z', 'Z');

/** The commit that a branch, tag or id names; GitHub's refusal when there is none. */
export async function namedCommit({ bare }: Store, name: string): Promise<string> {
  const sha = await bare.commitOf(name);
  if (sha === undefined) throw refusal(422, `No commit found for SHA: ${name}`);
  return sha;
}

/** GitHub's login of a commit's author, where the mail address gives one away. */
const loginOf = (email: string) => /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(email)?.[1];

export async function commitBody(store: Store, sha: string) {
  const { tree, parents, author, committer, message } = await commitFacts(store, sha);
  const url = apiPath(store, `/commits/${sha}`);
  const person = ({ email }: { email: string }) => {
    const login = loginOf(email);
    return login === undefined ? null : userBody(store, login);
  };
  const verification = { verified: false, reason: 'unsigned', payload: null, signature: null, verified_at: null };
  return {
    sha,
    node_id: nodeId('Commit', sha),
    url,
    html_url: webPath(store, `/commit/${sha}`),
    comments_url: `${url}/comments`,
    commit: {
      author,
      committer,
      message,
      comment_count: 0,
      verification,
      url: apiPath(store, `/git/commits/${sha}`),
      tree: { sha: tree, url: apiPath(store, `/git/trees/${tree}`) },
    },
    author: person(author),
    committer: person(committer),
    parents: parents.map((parent) => ({
      sha: parent,
      url: apiPath(store, `/commits/${parent}`),
      html_url: webPath(store, `/commit/${parent}`),
    })),
  };
}

/** The short form that stands in a workflow run. */
export async function headCommitBody(store: Store, sha: string) {
  const { tree, message, committer, author } = await commitFacts(store, sha);
  const person = ({ name, email }: { name: string; email: string }) => ({ name, email });
  return {
    id: sha,
    tree_id: tree,
    message,
    timestamp: committer.date,
    author: person(author),
    committer: person(committer),
  };
}

const KINDS: Readonly<Record<string, string>> = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', T: 'changed' };

/** The files that differ between two commits, as a pull request and a commit list them. */
export async function changedFiles(store: Store, from: string, to: string) {
  const { git } = store.bare;
  const raw = await git('diff-tree', '-r', '-z', '--raw', '--numstat', '--find-renames', '--abbrev=40', from, to);
  const { entries, counts } = parseDiff(raw.split('\0').filter((part) => part !== ''));
  return Promise.all(
    entries.map(async ({ kind, sha, path, before }, index) => {
      const { additions = 0, deletions = 0 } = counts[index] ?? {};
      const place = `${to}/${encodeURIComponent(path)}`;
      const patch = await git(
        'diff',
        '--find-renames',
        from,
        to,
        '--',
        ...(before === undefined ? [] : [before]),
        path,
      );
      const hunks = patch.indexOf('@@');
      return {
        sha,
        filename: path,
        status: KINDS[kind] ?? 'changed',
        additions,
        deletions,
        changes: additions + deletions,
        blob_url: webPath(store, `/blob/${place}`),
        raw_url: webPath(store, `/raw/${place}`),
        contents_url: apiPath(store, `/contents/${encodeURIComponent(path)}?ref=${to}`),
        ...(hunks >= 0 && { patch: patch.slice(hunks) }),
        ...(before !== undefined && { previous_filename: before }),
      };
    }),
  );
}

interface DiffEntry {
  kind: string;
  sha: string;
  path: string;
  before?: string;
}

/** First come `:mode mode sha sha kind` lines, each with its path or two, then the counts in the same order. */
function parseDiff(parts: string[]) {
  const entries: DiffEntry[] = [];
  const counts: { additions: number; deletions: number }[] = [];
  while (parts.length > 0) {
    const part = parts.shift() ?? '';
    if (part.startsWith(':')) {
      const [, , old = '', fresh = '', kind = ''] = part.split(' ');
      const before = kind.startsWith('R') ? parts.shift() : undefined;
      const sha = kind === 'D' ? old : fresh;
      entries.push({
        kind: kind.slice(0, 1),
        sha,
        path: parts.shift() ?? '',
        ...(before === undefined ? {} : { before }),
      });
      continue;
    }
    const [additions = '', deletions = '', path = ''] = part.split('\t');
    // A rename's two paths follow as parts of their own; binary files have dashes for counts.
    if (path === '') parts.splice(0, 2);
    counts.push({ additions: Number(additions) || 0, deletions: Number(deletions) || 0 });
  }
  return { entries, counts };
}
