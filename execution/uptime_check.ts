import { join } from 'node:path';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { boundedMap } from './lib/bounded-map.ts';
import { closeForgotten } from './lib/kept-issues.ts';
import { readOwnerFile } from './lib/owner-file.ts';
import { readIfThere, writeReport } from './lib/report-file.ts';
import { tellIssue } from './lib/rolling-issue.ts';
import { readState, writeIfChanged, writeState } from './lib/state-file.ts';
import { closeDay, daysCsv, parseDays, UPTIME_DAYS } from './lib/uptime/uptime-days.ts';
import { uptimeIssue, uptimeMarker } from './lib/uptime/uptime-issue.ts';
import { UPTIME_PAGE, uptimePage } from './lib/uptime/uptime-page.ts';
import { askSite, type Site, type SiteVerdict, UPTIME_FILE } from './lib/uptime/uptime-site.ts';
import { afterCheck, type Incident, openIncident, UPTIME_STATE, UptimeState } from './lib/uptime/uptime-state.ts';
import { askWeb } from './lib/web-request.ts';

const AT_ONCE = 5;
/** A run may write 20 times to GitHub; what is left over is told by the next. */
const TOLD_PER_RUN = 18;
const NOTHING = `there is no ${UPTIME_FILE.path}: write \`sites:\` and a line such as \`- https://example.com/\` into it`;

/** Addresses come from a file that people review, so nothing a model or an issue says can choose where to ask. */
export default defineScript({
  summary: 'Asks each address of knowledge/uptime.yml, keeps its incidents, and opens and closes an issue for each.',
  input: z.strictObject({
    timeout_ms: z.int().min(100).max(30_000).default(10_000).describe('How long one answer may take'),
    reference: z
      .url({ protocol: /^https?$/ })
      .default('https://github.com/robots.txt')
      .describe('Asked when no address answers at all: without its answer it is the own network that is down'),
  }),
  output: z.object({
    path: z.string(),
    changed: z.boolean(),
    watched: z.int(),
    down: z.int(),
    opened: z.int(),
    ended: z.int(),
    problems: z.int(),
    untold: z.int(),
  }),
  async run(context, input) {
    const file = await readOwnerFile(context, UPTIME_FILE);
    if (!file) return context.skip(NOTHING);
    const sites = new Map(file.entries.map((site) => [site.url, site]));
    const verdicts = await askSites(context, [...sites.values()], input.timeout_ms);
    if (await isOffline(context, verdicts, input)) return context.skip('no address answers, and neither does another');
    const now = context.clock.now();
    const before = await readState(context, UPTIME_STATE, UptimeState);
    const days = parseDays((await readIfThere(join(context.workspace, UPTIME_DAYS))) ?? '');
    const closed = before ? closeDay(before, days, now) : { state: undefined, rows: days };
    const checked = afterCheck(closed.state, verdicts, {
      now,
      failures: file.settings.failures,
      isWhole: file.problems.length === 0,
    });
    const state = { ...checked, incidents: await tellAll(context, checked.incidents, sites) };
    if (file.problems.length === 0 && mayHaveForgotten(before, state))
      await closeForgotten(context, 'uptime:', isFine(state));
    const facts = { state, rows: closed.rows, verdicts, problems: file.problems, now };
    const footer = `Kept by the directive uptime_check; what is watched stands in ${UPTIME_FILE.path}.`;
    const isNew = ({ url, from }: Incident) => !before?.incidents.some((old) => old.url === url && old.from === from);
    const written = [
      await writeState(context, UPTIME_STATE, UptimeState, state),
      closed.rows.length > 0 && (await writeIfChanged(context, UPTIME_DAYS, daysCsv(closed.rows))),
      await writeReport(context, { path: UPTIME_PAGE, body: uptimePage(facts), footer }),
    ];
    return {
      path: UPTIME_PAGE,
      changed: written.includes(true),
      ...counts(state, [...sites.keys()]),
      opened: state.incidents.filter(isNew).length,
      ended: before ? before.incidents.filter(({ to }) => to === null).length - stillOpen(before, state) : 0,
      problems: file.problems.length + [...verdicts.values()].filter(({ kind }) => kind === 'unusable').length,
      untold: state.incidents.filter(({ is_told }) => !is_told).length,
    };
  },
});

/** Where there was no state, and for a site that failed and is fine again without an incident: it may have had one. */
const mayHaveForgotten = (before: UptimeState | undefined, after: UptimeState): boolean =>
  before === undefined ||
  Object.entries(before.sites).some(([url, { failing }]) => failing && isFine(after)(uptimeMarker(url)));

/** Whether a marker is of no site that is down, or may be about to be. */
const isFine = ({ sites, incidents }: UptimeState): ((marker: string) => boolean) => {
  const failing = Object.entries(sites).flatMap(([url, site]) => (site.failing ? [url] : []));
  const open = incidents.filter(({ to }) => to === null).map(({ url }) => url);
  const markers = [...failing, ...open].map(uptimeMarker);
  return (marker) => !markers.includes(marker);
};

const counts = (state: UptimeState, urls: readonly string[]) => ({
  watched: urls.length,
  down: urls.filter((url) => openIncident(state, url)).length,
});

const stillOpen = (before: UptimeState, after: UptimeState): number =>
  before.incidents.filter(({ url, from, to }) => to === null && openIncident(after, url)?.from === from).length;

async function askSites(
  context: ScriptContext,
  sites: readonly Site[],
  timeoutMs: number,
): Promise<Map<string, SiteVerdict>> {
  const verdicts = await boundedMap(sites, AT_ONCE, (site) => askSite(context, site, timeoutMs));
  for (const [index, verdict] of verdicts.entries())
    if (verdict.kind !== 'up') context.log(`${sites[index]?.url}: ${verdict.kind}: ${verdict.reason}`);
  return new Map(sites.map(({ url }, index) => [url, verdicts[index] ?? { kind: 'unknown', reason: 'not asked' }]));
}

/** Nobody answers: all of them may be down, or the agent has no network. Somebody else's answer tells them apart. */
async function isOffline(
  context: ScriptContext,
  verdicts: ReadonlyMap<string, SiteVerdict>,
  { reference, timeout_ms }: { reference: string; timeout_ms: number },
): Promise<boolean> {
  const asked = [...verdicts.values()].filter(({ kind }) => kind !== 'unusable');
  if (asked.length === 0 || asked.some((verdict) => verdict.kind !== 'down' || !verdict.isSilent)) return false;
  const answer = await askWeb(context, { url: reference, timeoutMs: timeout_ms });
  return answer.kind === 'busy' && answer.status === 0;
}

/** Open incidents each time, so that an issue that got lost comes back; ended ones until GitHub has heard of it. */
async function tellAll(
  context: ScriptContext,
  incidents: readonly Incident[],
  sites: ReadonlyMap<string, Site>,
): Promise<Incident[]> {
  const isNewest = ({ url }: Incident, index: number) => incidents.findIndex((each) => each.url === url) === index;
  // An address has one issue: its newest incident speaks, and those before it have nothing more to say.
  const speaking = incidents.filter((each, index) => isNewest(each, index) && (each.to === null || !each.is_told));
  const queue = speaking.sort((a, b) => Number(a.is_told) - Number(b.is_told)).slice(0, TOLD_PER_RUN);
  const told = new Set<Incident>();
  for (const incident of queue) {
    const answer = await tellIssue(context, uptimeIssue(incident, sites.get(incident.url)));
    if (!('untold' in answer)) told.add(incident);
  }
  return incidents.map((each, index) => ({
    ...each,
    is_told: each.is_told || told.has(each) || !isNewest(each, index),
  }));
}
