import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNews, newsSection, troublesOf } from '../../../execution/lib/brief/brief-news.ts';
import { waitingIssue } from '../../../execution/lib/brief/brief-page.ts';
import { briefWindow, windowName } from '../../../execution/lib/brief/brief-window.ts';
import { githubWaits } from '../../../execution/lib/brief/github-waits.ts';
import { ledgerWaits } from '../../../execution/lib/brief/ledger-waits.ts';
import { entriesOf, type LedgerDay, ledgerRows } from '../../../execution/lib/ledger-days.ts';
import type { Issue, Pull, Release } from '../../../src/domain/forge-words.ts';
import type { Entry, Unsealed } from '../../../src/domain/record.ts';
import { entry, genesis, sealAll } from '../../support/ledger-samples.ts';

type Parts = Partial<Unsealed<Entry>>;
const dayWith = (day: string, ...entries: Parts[]): LedgerDay => ({
  day,
  rows: ledgerRows(
    sealAll([genesis, ...entries.map(entry)])
      .map(({ line }) => line)
      .join('\n'),
  ),
});
const failure = { kind: 'crash', message: 'It <b>broke</b>', signature: 'aaaaaaaaaaaa', log_tail: '' } as const;
const time = '2026-03-04T09:00:00Z';
const issue = (number: number, labels: string[], parts: Partial<Issue> = {}): Issue => ({
  number,
  title: `Issue ${number}`,
  body: '',
  state: 'open',
  labels: ['steward', ...labels],
  author: 'github-actions[bot]',
  association: 'NONE',
  created: time,
  updated: time,
  comments: 0,
  url: `https://github.com/o/h/issues/${number}`,
  ...parts,
});
const pull = (number: number, head: string, parts: Partial<Pull> = {}): Pull => ({
  ...issue(number, []),
  merged: null,
  head,
  sha: 'a'.repeat(40),
  base: 'main',
  isFork: false,
  url: `https://github.com/o/h/pull/${number}`,
  ...parts,
});
const release = (body: string, is_draft = true): Release => ({
  id: 1,
  tag: 'v1.0.0',
  name: 'v1.0.0',
  body,
  is_draft,
  is_prerelease: false,
  author: 'octo',
  created: time,
  published: null,
  url: 'https://github.com/o/h/releases/tag/v1.0.0',
});

describe('the days of a brief', () => {
  const options = { directive: 'morning_brief', today: '2026-03-09' };
  const brief = { decision: 'morning_brief' };

  it('begin where the last one ended, a week ago at most, and else yesterday', () => {
    expect(briefWindow([], options)).toEqual({ from: '2026-03-08', until: '2026-03-09' });
    expect(briefWindow([dayWith('2026-03-05', brief)], options).from).toBe('2026-03-05');
    expect(briefWindow([dayWith('2026-03-01', brief)], options).from).toBe('2026-03-08');
    // The brief of today changes nothing for the next one of today; one that failed told nobody.
    const days = [
      dayWith('2026-03-06', brief),
      dayWith('2026-03-07', { ...brief, result: 'failure' }),
      dayWith('2026-03-09', brief),
    ];
    expect(briefWindow(days, options).from).toBe('2026-03-06');
    expect(windowName({ from: '2026-03-06', until: '2026-03-09' })).toBe('2026-03-06 to 2026-03-08');
    expect(windowName({ from: '2026-03-08', until: '2026-03-09' })).toBe('2026-03-08');
  });
});

describe('what went wrong', () => {
  const entries = entriesOf([
    dayWith(
      '2026-03-08',
      {},
      { decision: 'a', result: 'failure', failure },
      { decision: 'a', result: 'failure', failure },
      {
        decision: 'b',
        verification: 'refuted',
        criteria: [{ script: 'c', holds: false, reason: 'not | there', duration_s: 1 }],
      },
      { id: 'r1', decision: 'c', result: 'interrupted' },
      { id: 'r2', decision: 'd', result: 'interrupted' },
      { decision: 'd', resolves: 'r2' },
    ),
  ]);

  it('is told by directive and kind, and not when a person has settled it', () => {
    expect(troublesOf(entries)).toEqual([
      { directive: 'a', what: 'failed', why: 'It <b>broke</b>', times: 2 },
      { directive: 'b', what: 'was refuted', why: 'not | there', times: 1 },
      { directive: 'c', what: 'was interrupted', why: '', times: 1 },
    ]);
  });

  it('is shown as text, and a day without is not named', () => {
    const span = { from: '2026-03-08', until: '2026-03-09' };
    const quiet = { span, commits: [], tags: [], runs: 9, troubles: [], cost: 5_000_000 };
    expect(isNews(quiet)).toBe(false);
    expect(newsSection(quiet, { title: '2026-03-08', top: 5 })).not.toContain('2026');
    const tagged = { ...quiet, tags: [{ name: 'v1', day: '2026-03-08' }] };
    expect(newsSection(tagged, { title: 't', top: 5 })).toContain('9 runs of the agent, none of which went wrong;');
    expect(newsSection({ ...tagged, runs: 0 }, { title: 't', top: 5 })).toContain('people; no runs of the agent;');
    const text = newsSection({ ...quiet, troubles: troublesOf(entries) }, { title: '2026-03-08', top: 5 });
    expect(text).toContain('**No commits** by people; 4 of 9 runs of the agent went wrong; $0.0500 for models.');
    expect(text).toContain('| `a` | failed | 2 | It \\<b\\>broke\\</b\\> |\n| `b` | was refuted | 1 | not \\| there |');
  });
});

describe('what waits for a person', () => {
  it('in the ledger are runs to settle and directives that keep failing', () => {
    const healthy = { blocked: null, breaker: null, runs: 3 };
    const state = {
      v: 3,
      directives: {
        post: { ...healthy, blocked: 'run-7' },
        fine: healthy,
        check: { ...healthy, breaker: { signature: 'x', until: 't', opened: 1 } },
      },
    };
    const lines = ledgerWaits(JSON.stringify(state));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('`check` fails in the same way');
    expect(lines[1]).toContain('`npm run steward -- resolve run-7 done`');
    for (const text of ['', '{', 'null', '[]', '{"directives":{"a":{"blocked":3}}}'])
      expect(ledgerWaits(text)).toEqual([]);
    fc.assert(fc.property(fc.json(), (text) => Array.isArray(ledgerWaits(text))));
  });

  it('on GitHub is what only a person can do, in order', () => {
    const marker = (name: string) => `text\n\n<!-- steward:${name} -->\n`;
    const lines = githubWaits({
      issues: [
        issue(9, ['steward:approval']),
        issue(8, ['steward:approval', 'steward:approved']),
        issue(2, ['steward:heal'], { title: '@octo closes #1 <b>' }),
        issue(3, [], { body: marker('proposal:steward/x/1') }),
        issue(4, [], { body: marker('brief:waiting') }),
        issue(5, ['steward:watchdog']),
      ],
      pulls: [
        pull(1, 'steward/heal/a-b'),
        pull(6, 'steward/post/x'),
        pull(7, 'feature'),
        pull(10, 'steward/heal/a-b', { isFork: true }),
      ],
      releases: [release(marker('release:v1')), release('by hand'), release(marker('release:v1'), false)],
    });
    expect(lines.map((line) => line.replace(/\]\(.*?\)/, ']'))).toEqual([
      '[#1] Issue 1: a repair waits for a review.',
      '[#2] @\u200bocto closes \\#\u200b1 \\<b\\>: a failure that the agent can not mend alone.',
      '[#3] Issue 3: a change waits for you to open its pull request.',
      '[#5] Issue 5: no cycle ran when one was due.',
      '[#6] Issue 6: a proposal of the agent waits for a review.',
      '[#9] Issue 9: a run waits to be released.',
      'The draft of release [v1.0.0] waits to be published.',
    ]);
  });

  it('is one issue that names nothing which changes by itself, and fits whatever there is', () => {
    const many = Array.from({ length: 400 }, (_, index) => `line ${index} ${'x'.repeat(900)}`);
    const told = waitingIssue(many, 'https://page');
    expect(told).toMatchObject({ state: 'open', title: 'Waiting for you: 400 things', marker: 'brief:waiting' });
    expect(told.body.length).toBeLessThan(60_000);
    expect(told.body).toContain('- and 350 more');
    expect(waitingIssue([], 'https://page')).toMatchObject({ state: 'closed' });
  });
});
