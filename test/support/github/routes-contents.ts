import type { Json } from './json-schema.ts';
import { notFound, ok, type Reply, refusal } from './reply.ts';
import type { Call, Route } from './route.ts';
import { apiPath, type Store, webPath } from './store.ts';

/** Files and folders, read from a commit. Symbolic links come as the files they are to git. */

const LARGEST_INLINE = 1024 * 1024;

export const CONTENT_ROUTES: readonly Route[] = [
  {
    operation: 'GET /repos/{owner}/{repo}/contents/{path}',
    needs: ['contents:read'],
    media: ['raw'],
    handle: readContent,
  },
];

interface TreeEntry {
  kind: string;
  sha: string;
  size: number;
  path: string;
}

async function readContent({ store, params, query, media }: Call): Promise<Reply> {
  const path = (params.path ?? '').replace(/\/$/, '');
  const ref = query.ref ?? store.state.repository.defaultBranch;
  const commit = await store.bare.commitOf(ref);
  if (commit === undefined) throw refusal(404, `No commit found for the ref ${ref}`);
  const [entry] = await listTree(store, commit, path);
  if (!entry) throw notFound();
  if (entry.kind === 'tree') {
    const inside = await listTree(store, commit, `${path}/`);
    return ok(inside.map((each) => entryBody(store, each, ref)));
  }
  if (media === 'raw') return { status: 200, text: (await store.bare.read(commit, path)) ?? '' };
  return ok({ ...entryBody(store, entry, ref), ...(await inlineContent(store, entry)) });
}

async function listTree({ bare }: Store, commit: string, path: string): Promise<TreeEntry[]> {
  const listed = await bare.git('ls-tree', '-z', '--long', commit, '--', path);
  return listed.split('\0').flatMap((line) => {
    const [, kind = '', sha = '', size = '', name = ''] = /^\d+ (\w+) (\w+) +(\S+)\t(.*)$/s.exec(line) ?? [];
    return name === '' ? [] : [{ kind, sha, size: Number(size) || 0, path: name }];
  });
}

/** Base64 in lines of 60; a file of more than a megabyte must be asked for as `raw`. */
async function inlineContent({ bare }: Store, { sha, size }: TreeEntry) {
  if (size > LARGEST_INLINE) return { content: '', encoding: 'none' };
  const bytes = await bare.readBlob(sha);
  const content = bytes.toString('base64').replaceAll(/.{60}/g, '$&\n');
  return { content: `${content}\n`, encoding: 'base64' };
}

function entryBody(store: Store, { kind, sha, size, path }: TreeEntry, ref: string): Record<string, Json> {
  const isFile = kind === 'blob';
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  const self = apiPath(store, `/contents/${encoded}?ref=${encodeURIComponent(ref)}`);
  const git = apiPath(store, `/git/${isFile ? 'blobs' : 'trees'}/${sha}`);
  const html = webPath(store, `/${isFile ? 'blob' : 'tree'}/${ref}/${encoded}`);
  return {
    name: path.split('/').at(-1) ?? path,
    path,
    sha,
    size: isFile ? size : 0,
    type: isFile ? 'file' : 'dir',
    url: self,
    html_url: html,
    git_url: git,
    download_url: isFile ? webPath(store, `/raw/${ref}/${encoded}`) : null,
    _links: { self, git, html },
  };
}
