import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { readKeptIssues } from './lib/kept-issues.ts';
import { counted } from './lib/markdown-text.ts';
import { readReportBody } from './lib/report-file.ts';
import { readState } from './lib/state-file.ts';
import { momentOf } from './lib/time-words.ts';
import { uptimeMarker } from './lib/uptime/uptime-issue.ts';
import { siteName, UPTIME_PAGE } from './lib/uptime/uptime-page.ts';
import { type Incident, UPTIME_STATE, UptimeState } from './lib/uptime/uptime-state.ts';

/**
 * Not whether the sites are up, which the next second may change, but whether what is said about them agrees: the page
 * names each incident of the state, and the open issues on GitHub are those of the sites that are down, no more and no less.
 */
export default defineScript({
  summary: 'Checks that the page about uptime and the open issues on GitHub agree with the incidents that are known.',
  input: z.strictObject({
    file: z.string().default(UPTIME_PAGE).describe('The page to check'),
    untold: z
      .int()
      .min(0)
      .default(0)
      .describe('Incidents that GitHub could not be told: then its issues are not compared'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { file, untold }) {
    const page = await readReportBody(context, file);
    if (page === undefined) return { ok: false, reason: `${file} does not exist` };
    const state = await readState(context, UPTIME_STATE, UptimeState);
    if (!state) return { ok: false, reason: `${UPTIME_STATE} can not be read` };
    const open = state.incidents.filter(({ to }) => to === null);
    const unsaid = open.find(({ from, url }) => !isOnPage(page, { from, url }));
    if (unsaid) return { ok: false, reason: `${file} does not say that ${siteName(unsaid.url)} is down` };
    const said = page.match(/\*\*down\*\* since /g)?.length ?? 0;
    if (said !== open.length) return { ok: false, reason: `${file} calls ${said} down where ${open.length} are` };
    const known = `${file} names ${counted(open.length, 'open incident')}`;
    if (untold > 0) return { ok: true, reason: `${known}; GitHub could not be told of ${untold}` };
    return compareIssues(context, open, known);
  },
});

const isOnPage = (page: string, { from, url }: Pick<Incident, 'from' | 'url'>): boolean =>
  page
    .split('\n')
    .some((line) => line.includes(`**down** since ${momentOf(from)}`) && line.includes(uptimeLinkPart(url)));

/** The end of the link in Markdown: unlike the words, it is not escaped. */
const uptimeLinkPart = (url: string): string =>
  url.replace(/^https?:\/\/[^/]*/, '').replace(/[<>|\\`\s]/g, encodeURIComponent);

async function compareIssues(
  context: ScriptContext,
  open: readonly Incident[],
  known: string,
): Promise<{ ok: boolean; reason: string }> {
  const issues = await readKeptIssues(context, 'uptime:');
  if ('unavailable' in issues) return { ok: true, reason: `${known}; ${issues.unavailable}` };
  const markers = new Map(open.map((incident) => [uptimeMarker(incident.url), incident]));
  for (const [marker, { number, state }] of issues.byMarker)
    if (state === 'open' && !markers.has(marker))
      return { ok: false, reason: `issue ${number} is open, and what it is about is not down` };
  for (const [marker, { url, from }] of markers) {
    // A person may have closed it: it is there all the same.
    const issue = issues.byMarker.get(marker);
    if (!issue) return { ok: false, reason: `there is no issue about ${siteName(url)}, which is down` };
    if (!issue.body.includes(momentOf(from)))
      return { ok: false, reason: `issue ${issue.number} is not about the incident of ${momentOf(from)}` };
  }
  return { ok: true, reason: `${known}, and the open issues on GitHub are the same` };
}
