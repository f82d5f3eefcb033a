import type { Need } from './auth.ts';
import type { DayState } from './outcome-state.ts';
import { ok, type Reply } from './reply.ts';
import type { Call, Route } from './route.ts';

const TRAFFIC = '/repos/{owner}/{repo}/traffic';
/** GITHUB_TOKEN can not have it. */
const needs: readonly Need[] = ['administration:read'];
/** GitHub tells of the ten that came most often. */
const MOST = 10;

const route = (path: string, handle: (call: Call) => Reply): Route => ({
  operation: `GET ${TRAFFIC}${path}`,
  needs,
  unsupported: ['per'],
  handle,
});

export const TRAFFIC_ROUTES: readonly Route[] = [
  route('/views', ({ store }) => visits('views', store.state.traffic.views)),
  route('/clones', ({ store }) => visits('clones', store.state.traffic.clones)),
  route('/popular/referrers', ({ store }) => ok(store.state.traffic.referrers.slice(0, MOST))),
  route('/popular/paths', ({ store }) => ok(store.state.traffic.paths.slice(0, MOST))),
];

/** The uniques of the whole time are no sum: who comes twice counts once. The fake takes the best day's. */
function visits(name: 'views' | 'clones', days: readonly DayState[]): Reply {
  const count = days.reduce((sum, day) => sum + day.count, 0);
  const uniques = Math.max(0, ...days.map((day) => day.uniques));
  const listed = days.map(({ day, ...rest }) => ({ timestamp: `${day}T00:00:00Z`, ...rest }));
  return ok({ count, uniques, [name]: listed });
}
