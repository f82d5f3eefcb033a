import { counted, cut, paragraphs, table } from '../markdown-text.ts';
import { outsideLink, quoted } from '../outside-text.ts';
import { durationWords, momentOf } from '../time-words.ts';
import { type DayRow, upShare } from './uptime-days.ts';
import { type SiteVerdict, UPTIME_FILE } from './uptime-site.ts';
import { type Incident, openIncident, type UptimeState } from './uptime-state.ts';

export const UPTIME_PAGE = 'knowledge/reports/uptime.md';

/** Everything the page says. */
export interface UptimeFacts {
  state: UptimeState;
  rows: readonly DayRow[];
  /** Of the sites that are watched, in the order of the file. */
  verdicts: ReadonlyMap<string, SiteVerdict>;
  /** Of the file, as Markdown. */
  problems: readonly string[];
  now: Date;
}

const LISTED_INCIDENTS = 20;

/** The body of the page. It changes with an event and once a day, not with each check. */
export function uptimePage(facts: UptimeFacts): string {
  const { state } = facts;
  const urls = shownUrls(facts);
  const down = urls.filter((url) => openIncident(state, url)).length;
  const headline =
    urls.length === 0
      ? 'Nothing is watched.'
      : down === 0
        ? `**${counted(urls.length, 'address', 'addresses')}** watched. None is down.`
        : `**${down} of ${counted(urls.length, 'address', 'addresses')}** ${down === 1 ? 'is' : 'are'} down.`;
  return `${paragraphs('# Uptime', headline, siteTable(facts), EXPLAINED, incidentTable(state), toMend(facts))}\n`;
}

const EXPLAINED =
  'Shares are of finished days, by the minutes of known incidents: what happens between two checks is not seen, and a day without a check does not count.';

/** Those of the file, and those that are down and not in what could be read of it. */
const shownUrls = ({ state, verdicts }: UptimeFacts): string[] => [
  ...new Set([...verdicts.keys(), ...state.incidents.filter(({ to }) => to === null).map(({ url }) => url)]),
];

function siteTable(facts: UptimeFacts): string {
  const { state, rows, now } = facts;
  const cells = shownUrls(facts).map((url) => [
    siteLink(url),
    siteWords(facts, url),
    ...[7, 30, 90].map((days) => upShare(rows, url, { days, now }) ?? 'not known yet'),
    state.sites[url]?.since.slice(0, 10) ?? '',
  ]);
  return table(['Address', 'State', '7 days', '30 days', '90 days', 'Watched since'], cells);
}

function siteWords({ state, verdicts }: UptimeFacts, url: string): string {
  const open = openIncident(state, url);
  if (open) return `**down** since ${momentOf(open.from)}: ${quoted(open.reason, 200)}`;
  const failing = state.sites[url]?.failing;
  if (failing) return `failed at ${momentOf(failing.since)}: ${quoted(failing.reason, 200)}`;
  return verdicts.get(url)?.kind === 'unusable' ? 'can not be asked, see below' : 'up';
}

function incidentTable({ incidents }: UptimeState): string {
  const ended = incidents.filter(({ to }) => to !== null);
  const rows = ended
    .slice(0, LISTED_INCIDENTS)
    .map((incident) => [
      siteLink(incident.url),
      momentOf(incident.from),
      durationOf(incident),
      quoted(incident.reason, 200),
    ]);
  return rows.length === 0 ? '' : paragraphs('## Last incidents', table(['Address', 'From', 'Lasted', 'Seen'], rows));
}

function toMend({ verdicts, problems }: UptimeFacts): string {
  const unusable = [...verdicts].flatMap(([url, verdict]) =>
    verdict.kind === 'unusable' ? [`- ${siteLink(url)}: ${quoted(verdict.reason, 300)}`] : [],
  );
  const lines = [...problems.map((problem) => `- ${problem}`), ...unusable];
  return lines.length === 0 ? '' : paragraphs(`## To mend in ${UPTIME_FILE.path}`, lines.join('\n'));
}

/** How long a finished incident lasted, in words. */
export const durationOf = ({ from, to }: Incident): string =>
  to === null ? 'not over' : durationWords(Date.parse(to) - Date.parse(from));

/** The address as people say it, without the scheme. */
export const siteName = (url: string): string => cut(url.replace(/^https?:\/\//, '').replace(/\/$/, ''), 80);

const siteLink = (url: string): string => outsideLink(quoted(siteName(url), 80), url);
