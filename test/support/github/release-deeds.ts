import type { ReleaseState } from './outcome-state.ts';
import { invalid, limitLength, notFound } from './reply.ts';
import { apiPath, nodeId, type Store, stableNumber, webPath } from './store.ts';
import { userBody } from './user-body.ts';

/** What happens to releases, and how GitHub shows them. */

export interface NewRelease {
  tag: string;
  name: string | null;
  body: string | null;
  isDraft: boolean;
}

/** A draft makes no tag; GitHub makes it when the release is published. */
export async function addRelease(store: Store, login: string, fresh: NewRelease): Promise<ReleaseState> {
  await checkRelease(store, fresh);
  const at = store.now();
  const release: ReleaseState = { ...fresh, id: store.nextId(), login, createdAt: at, publishedAt: null };
  store.state.releases.push(release);
  if (!fresh.isDraft) await publish(store, release);
  return release;
}

export async function changeRelease(
  store: Store,
  release: ReleaseState,
  change: Partial<NewRelease>,
): Promise<ReleaseState> {
  const { isDraft = release.isDraft, ...text } = change;
  const next = { ...release, ...text };
  await checkRelease(store, next, release.id);
  Object.assign(release, text);
  if (release.isDraft && !isDraft) await publish(store, release);
  return release;
}

async function publish(store: Store, release: ReleaseState): Promise<void> {
  const { bare, state } = store;
  const { defaultBranch } = state.repository;
  const isTagged = (await bare.commitOf(release.tag)) !== undefined;
  if (!isTagged) await bare.git('update-ref', `refs/tags/${release.tag}`, await bare.git('rev-parse', defaultBranch));
  Object.assign(release, { isDraft: false, publishedAt: store.now() });
}

async function checkRelease({ state }: Store, { tag, body, isDraft }: NewRelease, own?: number): Promise<void> {
  limitLength('Release', 'body', { text: body, max: 125_000 });
  if (tag.trim() === '') throw invalid({ resource: 'Release', code: 'missing_field', field: 'tag_name' });
  const isTaken = state.releases.some((each) => each.id !== own && !each.isDraft && each.tag === tag);
  if (isTaken && !isDraft) throw invalid({ resource: 'Release', code: 'already_exists', field: 'tag_name' });
}

export function releaseOf({ state }: Store, id: number | string | undefined): ReleaseState {
  const release = state.releases.find((each) => each.id === Number(id));
  if (!release) throw notFound();
  return release;
}

export function releaseBody(store: Store, release: ReleaseState) {
  const { id, tag, name, body, isDraft, login, createdAt, publishedAt } = release;
  const url = apiPath(store, `/releases/${id}`);
  const page = isDraft ? `untagged-${stableNumber(String(id)).toString(16)}` : tag;
  return {
    id,
    node_id: nodeId('Release', id),
    url,
    assets_url: `${url}/assets`,
    upload_url: `${url}/assets{?name,label}`,
    html_url: webPath(store, `/releases/tag/${encodeURIComponent(page)}`),
    tarball_url: isDraft ? null : apiPath(store, `/tarball/${encodeURIComponent(tag)}`),
    zipball_url: isDraft ? null : apiPath(store, `/zipball/${encodeURIComponent(tag)}`),
    tag_name: tag,
    target_commitish: store.state.repository.defaultBranch,
    name,
    body,
    draft: isDraft,
    prerelease: false,
    immutable: false,
    created_at: createdAt,
    published_at: publishedAt,
    author: userBody(store, login),
    assets: [],
  };
}
