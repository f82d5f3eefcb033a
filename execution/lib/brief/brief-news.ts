import type { ScriptContext } from '../../../src/script.ts';
import { AGENT_AUTHOR, type Commit, readHistory, records, shortId } from '../commit-history.ts';
import { dollars, type MicroCents, microCents } from '../cost/ledger-spending.ts';
import { entriesOf, isGood, isRun, type LedgerDay, type LedgerEntry } from '../ledger-days.ts';
import { code, counted, cut, dayOf, paragraphs, table } from '../markdown-text.ts';
import { quoted } from '../outside-text.ts';
import { timeOfDay, timeOfSeconds } from '../utc-days.ts';
import type { Span } from '../weekly/week-on-github.ts';

/** Runs of one directive that went wrong in the same way. */
export interface Trouble {
  directive: string;
  what: 'failed' | 'was refuted' | 'was interrupted';
  why: string;
  times: number;
}

/** What happened in a span of days, as git and the ledger tell it. */
export interface News {
  span: Span;
  /** By people, newest first. */
  commits: Commit[];
  tags: { name: string; day: string }[];
  runs: number;
  troubles: Trouble[];
  cost: MicroCents;
}

export async function readNews(context: ScriptContext, span: Span, days: readonly LedgerDay[]): Promise<News> {
  const { commits } = await readHistory(context, timeOfDay(span.from));
  const entries = entriesOf(days.filter(({ day }) => day >= span.from && day < span.until));
  return {
    span,
    commits: commits.filter(
      ({ author, at }) => author !== AGENT_AUTHOR && dayOf(at) >= span.from && dayOf(at) < span.until,
    ),
    tags: await readTags(context, span),
    runs: entries.filter(isRun).length,
    troubles: troublesOf(entries),
    cost: entries.reduce((sum, { metrics }) => sum + microCents(metrics.cost), 0),
  };
}

async function readTags(context: ScriptContext, { from, until }: Span): Promise<News['tags']> {
  const format = '--format=%(refname)%00%(creatordate:unix)';
  const rows = records(await context.git(['for-each-ref', '--sort=-creatordate', '--count=50', format, 'refs/tags']));
  return rows
    .map(([refname = '', seconds = '']) => ({
      name: refname.replace('refs/tags/', ''),
      day: dayOf(timeOfSeconds(seconds)),
    }))
    .filter(({ day }) => day >= from && day < until);
}

/** The runs that went wrong, the most frequent first; an interrupted run that a person settled is no trouble. */
export function troublesOf(entries: readonly LedgerEntry[]): Trouble[] {
  const settled = new Set(entries.map(({ resolves }) => resolves));
  const bad = entries.filter((entry) => isRun(entry) && !isGood(entry) && !settled.has(entry.id));
  const groups = Map.groupBy(bad, (entry) => JSON.stringify([entry.decision, whatOf(entry), entry.failure?.signature]));
  return [...groups.values()]
    .flatMap(([first, ...rest]) =>
      first ? [{ directive: first.decision, what: whatOf(first), why: whyOf(first), times: rest.length + 1 }] : [],
    )
    .sort((a, b) => b.times - a.times || (a.directive < b.directive ? -1 : 1));
}

function whatOf({ result }: LedgerEntry): Trouble['what'] {
  if (result === 'interrupted') return 'was interrupted';
  return result === 'failure' ? 'failed' : 'was refuted';
}

function whyOf({ failure, criteria }: LedgerEntry): string {
  return failure?.message ?? criteria.find(({ holds }) => holds === false)?.reason ?? '';
}

/** Whether a person would want to know: a day on which the agent did its usual work is none. */
export const isNews = ({ commits, tags, troubles }: News): boolean =>
  commits.length > 0 || tags.length > 0 || troubles.length > 0;

/** The section about what happened. */
export function newsSection(news: News, { title, top }: { title: string; top: number }): string {
  const { commits, tags, runs, troubles, cost } = news;
  if (!isNews(news)) return 'Nothing happened in git or in the ledger that a person must know.';
  return paragraphs(
    `## ${title}`,
    `${`**${counted(commits.length, 'commit')}**`.replace('**no', '**No')} by people; ${runsText(runs, troubles)}; ${dollars(cost)} for models.`,
    tags.length === 0 ? '' : `New tags: ${tags.map(({ name }) => code(cut(name, 60))).join(', ')}.`,
    table(
      ['Directive', 'What', 'Times', 'Why'],
      troubles.slice(0, top).map(({ directive, what, why, times }) => [code(directive), what, times, quoted(why, 200)]),
    ),
    table(
      ['Commit', 'Author', 'Subject'],
      commits
        .slice(0, top)
        .map(({ id, author, subject }) => [code(shortId(id)), quoted(author, 40), quoted(subject, 100)]),
    ),
    commits.length > top ? `and ${counted(commits.length - top, 'earlier commit')}` : '',
  );
}

function runsText(runs: number, troubles: readonly Trouble[]): string {
  const wrong = troubles.reduce((sum, { times }) => sum + times, 0);
  if (wrong > 0) return `${wrong} of ${counted(runs, 'run')} of the agent went wrong`;
  return runs === 0 ? 'no runs of the agent' : `${counted(runs, 'run')} of the agent, none of which went wrong`;
}
