import { ciTable } from '../ci-health.ts';
import { code, counted, cut, paragraphs, plain } from '../markdown-text.ts';
import { quoted } from '../outside-text.ts';
import { numberLink } from '../threshold/number-link.ts';
import { isBusy, type WeekOnGithub } from '../weekly/week-on-github.ts';
import { type News, newsSection } from './brief-news.ts';
import { windowName } from './brief-window.ts';

/** Lines of a waiting list that a page or an issue shows. */
const SHOWN = 50;

/** The part of the brief that git and the ledger tell. */
export function briefPage({ waits, news, top }: { waits: readonly string[]; news: News; top: number }): string {
  return paragraphs(
    '# Morning brief',
    waits.length === 0 ? '' : paragraphs('## Waits for you', bullets(waits)),
    newsSection(news, { title: windowName(news.span), top }),
  );
}

/** The part that GitHub tells. `releases`: tags that were published in the span. */
export function briefOnGithub({
  waits,
  week,
  releases,
  news,
  top,
}: {
  waits: readonly string[];
  week: WeekOnGithub;
  releases: readonly string[];
  news: News;
  top: number;
}): string {
  const failing = week.ci.filter(({ isGreen }) => !isGreen);
  const happened =
    isBusy(week) || releases.length > 0
      ? paragraphs(`## On GitHub, ${windowName(news.span)}`, activity(week, releases, top))
      : 'Nothing happened on GitHub that a person must know.';
  return paragraphs(
    waits.length === 0 ? 'Nothing waits for you on GitHub.' : paragraphs('## Waits for you on GitHub', bullets(waits)),
    happened,
    failing.length === 0 ? '' : paragraphs(`## Failing on ${code(week.branch)}`, ciTable(failing, 'Of the same days.')),
  );
}

const bullets = (lines: readonly string[]): string =>
  [
    ...lines.slice(0, SHOWN).map((line) => `- ${line}`),
    ...(lines.length > SHOWN ? [`- and ${lines.length - SHOWN} more`] : []),
  ].join('\n');

function activity(week: WeekOnGithub, releases: readonly string[], top: number): string {
  const list = (verb: string, items: readonly { number: number; url: string; title: string }[], noun: string) =>
    items.length === 0
      ? []
      : [
          `${verb}: ${counted(items.length, noun)}`,
          ...items.slice(0, top).map((item) => `  - ${numberLink(item)} ${quoted(item.title, 100)}`),
        ];
  const lines = [
    ...list('Merged', week.merged, 'pull request'),
    ...list('Opened', week.openedPulls, 'pull request'),
    ...list('Opened', week.openedIssues, 'issue'),
    ...list('Closed', week.closedIssues, 'issue'),
    ...releases.map((tag) => `Released: ${plain(cut(tag, 60))}`),
  ];
  return lines.map((line) => (line.startsWith('  - ') ? line : `- ${line}`)).join('\n');
}

/** The one issue about what waits; its text is the list and nothing that changes by itself. */
export function waitingIssue(
  waits: readonly string[],
  pageUrl: string,
): { marker: string; title: string; body: string; labels: string[]; state: 'open' | 'closed' } {
  const fixed = { marker: 'brief:waiting', labels: ['steward'] };
  const page = `[The morning brief](${pageUrl}) says what else happened.`;
  if (waits.length === 0)
    return { ...fixed, title: 'Nothing waits for you', body: `Nothing waits for you now. ${page}`, state: 'closed' };
  const title = `Waiting for you: ${counted(waits.length, 'thing')}`;
  return {
    ...fixed,
    title,
    body: `${bullets(waits)}\n\n${page} This issue is closed when nothing waits.`,
    state: 'open',
  };
}
