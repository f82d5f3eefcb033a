import type { ForgeResult } from '../../domain/forge.ts';
import type { GithubClient } from './client.ts';

interface Visits {
  count: number;
  uniques: number;
}

/** GitHub stamps a day with its first moment. */
const toDays = (visits: readonly (Visits & { timestamp: string })[]) =>
  visits.map(({ timestamp, count, uniques }) => ({ day: timestamp.slice(0, 10), count, uniques }));

export async function getTraffic({ octokit, owner, repo }: GithubClient): Promise<ForgeResult<'traffic.get'>> {
  const place = { owner, repo };
  const { data: views } = await octokit.rest.repos.getViews(place);
  const { data: clones } = await octokit.rest.repos.getClones(place);
  const { data: referrers } = await octokit.rest.repos.getTopReferrers(place);
  const { data: paths } = await octokit.rest.repos.getTopPaths(place);
  return {
    views: { count: views.count, uniques: views.uniques, days: toDays(views.views) },
    clones: { count: clones.count, uniques: clones.uniques, days: toDays(clones.clones) },
    referrers: referrers.map(({ referrer, count, uniques }) => ({ referrer, count, uniques })),
    paths: paths.map(({ path, title, count, uniques }) => ({ path, title, count, uniques })),
  };
}
