import type { RestEndpointMethodTypes } from '@octokit/rest';
import type { ForgeArguments, ForgeResult } from '../../domain/forge.ts';
import { hasMarker, type Release } from '../../domain/forge-words.ts';
import { isSealed, sealDraft } from '../../domain/release-seal.ts';
import type { GithubClient } from './client.ts';
import { takePages } from './pages.ts';

type GithubRelease = RestEndpointMethodTypes['repos']['listReleases']['response']['data'][number];

/** How many releases are looked through for a draft, newest first. */
const SEARCHED = 200;

const toRelease = (release: GithubRelease): Release => ({
  id: release.id,
  tag: release.tag_name,
  name: release.name ?? '',
  body: release.body ?? '',
  is_draft: release.draft,
  is_prerelease: release.prerelease,
  author: release.author?.login ?? 'ghost',
  created: release.created_at,
  published: release.published_at,
  url: release.html_url,
});

export async function listReleases(
  { octokit, owner, repo }: GithubClient,
  { limit }: ForgeArguments<'releases.list'>,
): Promise<Release[]> {
  const found = await takePages(limit, async (page) => {
    const { data } = await octokit.rest.repos.listReleases({ owner, repo, ...page });
    return { size: data.length, items: data };
  });
  return found.map(toRelease);
}

/** Nothing here publishes: what is made is a draft, and an update never says `draft`, so that none comes back either. */
export async function draftRelease(
  client: GithubClient,
  { marker, tag, name, body }: ForgeArguments<'releases.draft'>,
): Promise<ForgeResult<'releases.draft'>> {
  const { octokit, owner, repo } = client;
  const text = sealDraft({ tag, name, body }, marker);
  const releases = await listReleases(client, { limit: SEARCHED });
  const out = releases.find((release) => !release.is_draft && release.tag === tag);
  if (out) return { id: out.id, url: out.url, state: 'published' };
  const drafts = releases.filter(({ is_draft }) => is_draft);
  const found = drafts.find((draft) => hasMarker(draft.body, marker)) ?? drafts.find((draft) => draft.tag === tag);
  if (!found) {
    const { data } = await octokit.rest.repos.createRelease({
      owner,
      repo,
      tag_name: tag,
      name,
      body: text,
      draft: true,
    });
    return { id: data.id, url: data.html_url, state: 'made' };
  }
  const place = { id: found.id, url: found.url };
  if (!isSealed(found)) return { ...place, state: 'theirs' };
  if (found.tag === tag && found.name === name && found.body.trimEnd() === text.trimEnd())
    return { ...place, state: 'same' };
  await octokit.rest.repos.updateRelease({ owner, repo, release_id: found.id, tag_name: tag, name, body: text });
  return { ...place, state: 'changed' };
}
