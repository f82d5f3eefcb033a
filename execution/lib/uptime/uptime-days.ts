import Papa from 'papaparse';
import { z } from 'zod';
import { dayOf } from '../markdown-text.ts';
import { DAY_MS } from '../time-words.ts';
import type { UptimeState } from './uptime-state.ts';

export const UPTIME_DAYS = 'knowledge/metrics/uptime.csv';

const count = z.coerce.number().pipe(z.int().min(0));
const DayRow = z.object({
  day: z.iso.date(),
  url: z.string().regex(/^https?:\/\//),
  watched_minutes: count,
  /** Minutes of it that lie inside incidents. */
  down_minutes: count,
  /** Incidents that began on it. */
  incidents: count,
  blips: count,
});
export type DayRow = z.infer<typeof DayRow>;

const COLUMNS = Object.keys(DayRow.shape);
const KEPT_DAYS = 90;
const MINUTE_MS = 60_000;

/** Rows that are none, such as the marks of a merge, are left out. */
export function parseDays(text: string): DayRow[] {
  const { data } = Papa.parse<unknown>(text, { header: true, skipEmptyLines: true });
  return data.flatMap((row) => DayRow.safeParse(row).data ?? []);
}

/** Every field is a number, a day, or an address that begins with http: none can be a formula. */
export const daysCsv = (rows: readonly DayRow[]): string =>
  `${Papa.unparse([...rows], { columns: COLUMNS, newline: '\n', header: true })}\n`;

/**
 * Closes the day that the state counts, when it is over: one row for each site. Days on which nobody looked get no row:
 * nothing is known about them.
 */
export function closeDay(
  state: UptimeState,
  rows: readonly DayRow[],
  now: Date,
): { state: UptimeState; rows: readonly DayRow[] } {
  const { day } = state;
  const today = dayOf(now);
  if (day >= today) return { state, rows };
  const closed = Object.keys(state.sites).flatMap((url) => dayRow(state, url));
  const oldest = dayOf(new Date(now.getTime() - KEPT_DAYS * DAY_MS));
  const others = rows.filter(
    (row) => row.day >= oldest && !closed.some(({ url }) => row.day === day && row.url === url),
  );
  const sites = Object.fromEntries(Object.entries(state.sites).map(([url, site]) => [url, { ...site, blips: 0 }]));
  return { state: { ...state, day: today, sites }, rows: day >= oldest ? [...others, ...closed] : others };
}

function dayRow({ day, sites, incidents }: UptimeState, url: string): DayRow[] {
  const site = sites[url];
  const start = Date.parse(day);
  const end = start + DAY_MS;
  const watchedFrom = Math.max(start, site ? Date.parse(site.since) : end);
  if (!site || watchedFrom >= end) return [];
  const own = incidents.filter((incident) => incident.url === url);
  const downMs = own
    .map(({ from, to }) => Math.min(end, to === null ? end : Date.parse(to)) - Math.max(start, Date.parse(from)))
    .filter((ms) => ms > 0)
    .reduce((sum, ms) => sum + ms, 0);
  return [
    {
      day,
      url,
      watched_minutes: Math.ceil((end - watchedFrom) / MINUTE_MS),
      // An incident of seconds is one, too.
      down_minutes: Math.min(Math.ceil(downMs / MINUTE_MS), Math.ceil((end - watchedFrom) / MINUTE_MS)),
      incidents: own.filter(({ from }) => from.startsWith(day)).length,
      blips: site.blips,
    },
  ];
}

/** `99.98 %` over the last finished days, never rounded up; undefined where no day is known. */
export function upShare(
  rows: readonly DayRow[],
  url: string,
  { days, now }: { days: number; now: Date },
): string | undefined {
  const oldest = dayOf(new Date(now.getTime() - days * DAY_MS));
  const own = rows.filter((row) => row.url === url && row.day >= oldest);
  const watched = own.reduce((sum, row) => sum + row.watched_minutes, 0);
  if (watched === 0) return undefined;
  const down = own.reduce((sum, row) => sum + row.down_minutes, 0);
  return `${(Math.floor(((watched - down) / watched) * 10_000) / 100).toFixed(2)} %`;
}
