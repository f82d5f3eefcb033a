import { z } from 'zod';
import { dayOf } from '../markdown-text.ts';
import { DAY_MS } from '../time-words.ts';
import type { SiteVerdict } from './uptime-site.ts';

export const UPTIME_STATE = 'knowledge/state/uptime_check.json';

const Time = z.iso.datetime();

export const Incident = z.object({
  url: z.string(),
  /** The first check that failed. */
  from: Time,
  /** The first check that was fine again; null while it lasts. */
  to: Time.nullable(),
  /** What the check that opened it saw. */
  reason: z.string(),
  /** Its end was that nobody watches the address any more. */
  is_dropped: z.boolean().default(false),
  /** Whether GitHub has been told as it is now. */
  is_told: z.boolean(),
});
export type Incident = z.infer<typeof Incident>;

const WatchedSite = z.object({
  since: Time,
  /** Failed checks in a row that are no incident yet. */
  failing: z.object({ since: Time, last: Time, count: z.int().min(1), reason: z.string() }).optional(),
  /** Failures of this day that passed before they were an incident. */
  blips: z.int().min(0),
});

/** All that a check knows of the checks before. It changes when a site does, and once a day. */
export const UptimeState = z.object({
  v: z.literal(1),
  /** The day that is counted now, in UTC. */
  day: z.iso.date(),
  sites: z.record(z.string(), WatchedSite),
  /** Newest first. */
  incidents: z.array(Incident),
});
export type UptimeState = z.infer<typeof UptimeState>;

/** Finished incidents that are kept for the page. */
const KEPT_INCIDENTS = 50;
/** Two checks at once are one. */
const APART_MS = 60_000;

export const openIncident = ({ incidents }: UptimeState, url: string): Incident | undefined =>
  incidents.find((incident) => incident.url === url && incident.to === null);

/**
 * The state after a check. Sites that have no verdict are no longer watched, unless the file is not whole: a slip in it
 * must not end an incident.
 */
export function afterCheck(
  before: UptimeState | undefined,
  verdicts: ReadonlyMap<string, SiteVerdict>,
  { now, failures, isWhole }: { now: Date; failures: number; isWhole: boolean },
): UptimeState {
  const at = now.toISOString();
  const state: UptimeState = {
    v: 1,
    day: dayOf(now),
    incidents: [],
    ...before,
    sites: isWhole ? {} : { ...before?.sites },
  };
  for (const [url, verdict] of verdicts) {
    const site = before?.sites[url] ?? { since: at, blips: 0 };
    if (verdict.kind === 'up') recover(state, { url, site, at });
    else if (verdict.kind === 'down') fail(state, { url, site, now, reason: verdict.reason, failures });
    else state.sites[url] = site;
  }
  state.incidents = state.incidents
    .map((each) => (isWhole && each.to === null && !verdicts.has(each.url) ? ended(each, at, true) : each))
    .filter(({ to }, index) => to === null || index < KEPT_INCIDENTS || to >= state.day);
  return state;
}

type Site = z.infer<typeof WatchedSite>;

const ended = (incident: Incident, at: string, is_dropped: boolean): Incident => ({
  ...incident,
  to: at,
  is_dropped,
  is_told: false,
});

function recover(state: UptimeState, { url, site, at }: { url: string; site: Site; at: string }): void {
  const { failing, ...rest } = site;
  state.sites[url] = failing ? { ...rest, blips: site.blips + 1 } : rest;
  state.incidents = state.incidents.map((each) =>
    each.url === url && each.to === null ? ended(each, at, false) : each,
  );
}

function fail(
  state: UptimeState,
  { url, site, now, reason, failures }: { url: string; site: Site; now: Date; reason: string; failures: number },
): void {
  state.sites[url] = site;
  if (openIncident(state, url)) return;
  const at = now.toISOString();
  const sinceLast = site.failing ? now.getTime() - Date.parse(site.failing.last) : 0;
  if (site.failing && sinceLast >= 0 && sinceLast < APART_MS) return;
  // A failure of long ago is not the one before: nobody looked in between.
  const streak = site.failing && sinceLast < DAY_MS ? site.failing : { since: at, count: 0 };
  const failing = { since: streak.since, last: at, count: streak.count + 1, reason };
  if (failing.count < failures) {
    state.sites[url] = { ...site, failing };
    return;
  }
  const { failing: _, ...rest } = site;
  state.sites[url] = rest;
  state.incidents = [
    { url, from: failing.since, to: null, reason, is_dropped: false, is_told: false },
    ...state.incidents,
  ];
}
