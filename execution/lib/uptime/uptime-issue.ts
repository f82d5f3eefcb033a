import { createHash } from 'node:crypto';
import { outsideLink, quoted } from '../outside-text.ts';
import { momentOf } from '../time-words.ts';
import { durationOf, siteName } from './uptime-page.ts';
import type { Site } from './uptime-site.ts';
import type { Incident } from './uptime-state.ts';

/** One issue for each address, whatever its incidents: readable, and never that of another address. */
export function uptimeMarker(url: string): string {
  const words = siteName(url)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  return `uptime:${words}-${createHash('sha256').update(url).digest('hex').slice(0, 8)}`;
}

/**
 * The issue of an incident. Its text is the same as long as the incident is; its beginning stands in it, so that the next
 * incident is another text and opens the issue again.
 */
export function uptimeIssue(
  incident: Incident,
  site?: Site,
): {
  marker: string;
  title: string;
  body: string;
  state: 'open' | 'closed';
} {
  const { url, from, to, reason, is_dropped } = incident;
  const isOver = to !== null;
  const expected = [
    site?.status === undefined ? 'a status below 400' : `the status ${site.status}`,
    ...(site?.text === undefined ? [] : [`“${quoted(site.text, 200)}” in the text`]),
  ].join(' and ');
  const lines = [
    `- Since: ${momentOf(from)}`,
    `- Seen: ${quoted(reason, 300)}`,
    site ? `- Expected: ${expected}` : '',
    isOver ? `- Until: ${momentOf(to)}, after ${durationOf(incident)}` : '',
  ].filter((line) => line !== '');
  const end = is_dropped
    ? 'It is no longer watched.'
    : isOver
      ? 'It answers as expected again.'
      : 'This issue is closed when it answers as expected again.';
  const first = `${outsideLink(quoted(siteName(url), 80), url)} ${isOver ? 'did' : 'does'} not answer as expected.`;
  return {
    marker: uptimeMarker(url),
    title: isOver && !is_dropped ? `${siteName(url)} was down for ${durationOf(incident)}` : `${siteName(url)} is down`,
    body: [first, '', ...lines, '', end].join('\n'),
    state: isOver ? 'closed' : 'open',
  };
}
