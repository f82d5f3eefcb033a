import type { RestEndpointMethodTypes } from '@octokit/rest';
import type { ForgeArguments, ForgeResult } from '../../domain/forge.ts';
import { hasMarker, type Pull, withMarker } from '../../domain/forge-words.ts';
import type { GithubClient } from './client.ts';
import { takePages } from './pages.ts';

type GithubPull = RestEndpointMethodTypes['pulls']['list']['response']['data'][number];

function toPull(pull: GithubPull, repository: string): Pull {
  return {
    number: pull.number,
    title: pull.title,
    body: pull.body ?? '',
    state: pull.state === 'closed' ? 'closed' : 'open',
    merged: pull.merged_at,
    head: pull.head.ref,
    sha: pull.head.sha,
    base: pull.base.ref,
    isFork: pull.head.repo?.full_name.toLowerCase() !== repository.toLowerCase(),
    labels: pull.labels.map(({ name }) => name),
    author: pull.user?.login ?? 'ghost',
    created: pull.created_at,
    updated: pull.updated_at,
    url: pull.html_url,
  };
}

/** Newest change first. */
export async function listPulls(
  { octokit, owner, repo }: GithubClient,
  { state, head, limit }: ForgeArguments<'pulls.list'>,
): Promise<Pull[]> {
  const query = { owner, repo, state, sort: 'updated', direction: 'desc' } as const;
  const found = await takePages(limit, async (page) => {
    const { data } = await octokit.rest.pulls.list({
      ...query,
      ...(head ? { head: `${owner}:${head}` } : {}),
      ...page,
    });
    return { size: data.length, items: data };
  });
  return found.map((pull) => toPull(pull, `${owner}/${repo}`));
}

/** Opened once: one with the branch or the marker is found again, whatever became of it. */
export async function openPull(
  client: GithubClient,
  { marker, title, body, head, base, labels, update }: ForgeArguments<'pulls.open'>,
): Promise<ForgeResult<'pulls.open'>> {
  const { octokit, owner, repo } = client;
  const ofBranch = await listPulls(client, { state: 'all', head, limit: 100 });
  const marked = ofBranch.filter((pull) => hasMarker(pull.body, marker));
  const found =
    marked.find(({ state }) => state === 'open') ?? marked[0] ?? ofBranch.find(({ state }) => state === 'open');
  const text = withMarker(body, marker);
  if (found) {
    const isOld = update && found.state === 'open' && (found.title !== title || found.body !== text);
    if (isOld) await octokit.rest.pulls.update({ owner, repo, pull_number: found.number, title, body: text });
    return { number: found.number, url: found.url, created: false, state: found.state };
  }
  const { data } = await octokit.rest.pulls.create({ owner, repo, title, body: text, head, base });
  if (labels.length > 0) await octokit.rest.issues.addLabels({ owner, repo, issue_number: data.number, labels });
  return { number: data.number, url: data.html_url, created: true, state: 'open' };
}
