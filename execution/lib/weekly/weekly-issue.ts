import { counted } from '../markdown-text.ts';
import { quoted } from '../outside-text.ts';
import { numberLink } from '../threshold/number-link.ts';
import { addDays } from '../utc-days.ts';
import type { WeekOnGithub } from './week-on-github.ts';
import type { Week } from './weekly-numbers.ts';
import { headline } from './weekly-page.ts';

/** The rolling issue of the digest: one for all weeks, with the newest in it. */
export function weeklyIssue({
  week,
  github,
  path,
  chart,
}: {
  week: Week;
  github: WeekOnGithub;
  path: string;
  chart: string;
}): { marker: string; title: string; body: string; labels: string[] } {
  const blob = `${github.url}/blob/${github.branch}`;
  const { merged, openedIssues, closedIssues, ci } = github;
  const failing = ci.filter(({ isGreen }) => !isGreen).length;
  const body = [
    `Week of ${week.monday} to ${addDays(week.monday, 6)}: ${headline(week)}`,
    '',
    // By its full address: an issue knows no files. The week in it keeps last week's picture out of the browser's cache.
    `![Commits, runs and costs by week](${blob}/${chart}?raw=true&week=${week.monday})`,
    '',
    `- ${counted(merged.length, 'pull request')} merged`,
    ...merged.slice(0, 10).map((pull) => `  - ${numberLink(pull)} ${quoted(pull.title, 100)}`),
    `- ${counted(openedIssues.length, 'issue')} opened, ${closedIssues.length} closed`,
    `- ${failing === 0 ? 'no workflow' : counted(failing, 'workflow')} failing at the end of the week`,
    '',
    `[The whole digest](${blob}/${path})`,
  ].join('\n');
  return { marker: 'digest:weekly', title: `Weekly digest: week of ${week.monday}`, body, labels: ['steward'] };
}
