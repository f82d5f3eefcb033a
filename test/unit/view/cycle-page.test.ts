import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/domain/record.ts';
import type { CycleReport } from '../../../src/flows/cycle.ts';
import { cyclePage } from '../../../src/view/cycle-page.ts';
import { placed } from '../../support/ledger-samples.ts';

const FACTS = { budget: { day: 0.5, month: 10 }, repositoryUrl: 'https://github.com/octo/house' };
const COMMIT = 'a1b2c3d4e5'.padEnd(40, 'f');
const failure = (message: string): NonNullable<Entry['failure']> => ({
  kind: 'crash',
  message,
  signature: 'abc123',
  log_tail: '',
  script: 'execution/sweep.ts',
});
const report = (entry: Entry | null, parts: Partial<CycleReport> = {}): CycleReport => ({
  idle: entry === null,
  entry,
  commit: entry ? COMMIT : null,
  pushed: entry !== null,
  nextWake: new Date('2026-03-05T00:00:00Z'),
  problems: [],
  spend: { today: 0.0131, month: 1.5 },
  ...parts,
});
const done = placed({
  id: 'e9',
  reason: 'the only option',
  model: 'gemini-2.5-flash-lite',
  decided_by: 'model',
  steps: [
    { script: 'execution/sweep.ts', status: 'success', duration_s: 0.4 },
    { script: 'execution/post.ts', status: 'skipped', duration_s: 0.1, reason: 'nothing | new' },
    { script: 'execution/find.ts', status: 'success', duration_s: 0.2, adopted: true },
  ],
  criteria: [
    { script: 'execution/check.ts', holds: true, reason: 'all clean', duration_s: 0.3 },
    { script: 'execution/other.ts', holds: null, duration_s: 0.3 },
  ],
  metrics: { cost: 0.0031, duration_s: 1.5, tokens_in: 0, tokens_out: 0, calls: [] },
});

describe('the page of a cycle', () => {
  it('tells decision, reason, steps with times, verification, cost against the budget, next wake and commit', () => {
    expect(cyclePage(report(done), FACTS).markdown).toBe(`## sweep -> success, verified

- **why**: the only option
- **decided by**: model (gemini-2.5-flash-lite)
- **ledger**: \`e9\`, commit [a1b2c3d4e5](https://github.com/octo/house/commit/${COMMIT})
- **next wake**: 2026-03-05 00:00 UTC

| step | outcome | time |
|---|---|---|
| \`execution/sweep.ts\` | success | 0.4 s |
| \`execution/post.ts\` | skipped: nothing \\| new | 0.1 s |
| \`execution/find.ts\` | success (found) | 0.2 s |
| verify \`execution/check.ts\` | holds: all clean | 0.3 s |
| verify \`execution/other.ts\` | could not tell | 0.3 s |

| cost | spent | budget |
|---|---|---|
| this cycle | $0.0031 | |
| today | $0.0131 | $0.50 |
| this month | $1.5000 | $10.00 |
`);
  });

  it('tells of a failure, with a remark at its script', () => {
    const failed = { ...done, result: 'failure' as const, failure: failure('it broke\nat line 3') };
    const { markdown, notices } = cyclePage(report(failed), FACTS);
    expect(markdown).toContain('## sweep -> failure\n');
    expect(markdown).toContain('- **failure**: crash `abc123`: it broke\n');
    expect(notices).toEqual([
      { level: 'error', title: 'sweep: crash abc123', message: 'it broke\nat line 3', file: 'execution/sweep.ts' },
    ]);
  });

  it('warns where a success was refuted', () => {
    const refuted = {
      ...done,
      verification: 'refuted' as const,
      failure: { ...failure('not clean'), kind: 'refuted' as const },
    };
    expect(cyclePage(report(refuted), FACTS).notices).toMatchObject([
      { level: 'warning', title: 'sweep: refuted abc123' },
    ]);
  });

  it('says what a person must do: decide, review, push', () => {
    const text = (parts: Partial<Entry>, more: Partial<CycleReport> = {}) =>
      cyclePage(report({ ...done, ...parts }, more), FACTS).markdown;
    expect(text({ result: 'interrupted' })).toContain('- **decide**: `npm run steward -- resolve e9 done` or `retry`');
    expect(text({ proposal: 'steward/sweep/1' })).toContain('- **for review**: `steward/sweep/1`');
    expect(text({ proposal: 'steward/sweep/1', proposal_url: 'https://github.com/octo/house/pull/3' })).toContain(
      '- **for review**: https://github.com/octo/house/pull/3',
    );
    expect(text({}, { pushed: false, pushReason: 'one of *yours*' })).toContain(', kept here (one of \\*yours\\*)');
    expect(text({ degraded: 'no model key (A_KEY)' })).toContain('degraded: no model key (A\\_KEY)');
  });

  it('of nothing to do says why, and what is spent', () => {
    const { markdown, notices } = cyclePage(report(null, { reason: 'post: its proposal #2 waits' }), FACTS);
    expect(markdown).toMatch(/^## Nothing to do\n\npost: its proposal \\#2 waits\n/);
    expect(markdown).toContain('| today | $0.0131 | $0.50 |');
    expect(markdown).not.toContain('this cycle');
    expect(notices).toEqual([]);
  });

  it('of a pause says the reason, and nothing of money that was not looked at', () => {
    const { spend: _, ...paused } = report(null, { reason: 'paused: holiday until May' });
    expect(cyclePage(paused, FACTS).markdown.trim()).toBe('## Nothing to do\n\npaused: holiday until May');
  });

  it('lists findings, each at its line', () => {
    const problem = {
      file: 'directives/a.md',
      line: 3,
      severity: 'error' as const,
      found: '`evry`',
      expected: '`every`',
    };
    const { markdown, notices } = cyclePage(report(null, { problems: [problem] }), FACTS);
    expect(markdown).toContain('### Findings\n\n- directives/a.md:3: found \\`evry\\`, expected \\`every\\`');
    expect(notices).toEqual([
      {
        level: 'error',
        message: 'directives/a.md:3: found `evry`, expected `every`',
        file: 'directives/a.md',
        line: 3,
      },
    ]);
  });

  it('links no commit outside the forge', () => {
    expect(cyclePage(report(done), { budget: FACTS.budget }).markdown).toContain('commit a1b2c3d4e5\n');
  });

  it('shows foreign text as text, wherever it stands', () => {
    const hostile = fc.string({ unit: fc.constantFrom(...'`@<>|[]()!#*_~\\&\n\r a:-'), minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(hostile, (text) => {
        const entry: Entry = {
          ...done,
          reason: text,
          degraded: text,
          failure: failure(text),
          steps: [{ script: 'execution/a.ts', status: 'failure', duration_s: 0, reason: text }],
          criteria: [{ script: 'execution/b.ts', holds: false, reason: text, duration_s: 0 }],
        };
        const problem = { file: 'a.md', line: 1, severity: 'warning' as const, found: text, expected: text };
        const { markdown } = cyclePage(report(entry, { pushed: false, pushReason: text, problems: [problem] }), FACTS);
        expect(markdown).not.toMatch(/@(?!\u200b)/);
        // Our own markup, and nothing more: as many lines, cells and spans as with a harmless text.
        const bare = markdown.replaceAll(/\\./g, '');
        const harmless = cyclePage(
          report(
            {
              ...entry,
              reason: 'x',
              degraded: 'x',
              failure: failure('x'),
              steps: [{ script: 'execution/a.ts', status: 'failure', duration_s: 0, reason: 'x' }],
              criteria: [{ script: 'execution/b.ts', holds: false, reason: 'x', duration_s: 0 }],
            },
            { pushed: false, pushReason: 'x', problems: [{ ...problem, found: 'x', expected: 'x' }] },
          ),
          FACTS,
        ).markdown;
        const marks = (shown: string) => shown.replaceAll(/[^`|[\]<>#*\n]/g, '');
        expect(marks(bare)).toBe(marks(harmless));
      }),
    );
  });
});

describe('what later steps of the job are told', () => {
  it('is the outcome', () => {
    expect(cyclePage(report(done), FACTS).outputs).toEqual({
      idle: 'false',
      directive: 'sweep',
      result: 'success',
      verification: 'verified',
      entry: 'e9',
      entries: 'e9',
      commit: COMMIT,
      pushed: 'true',
      cost: '0.00310000',
      crashed: 'false',
      next_wake: '2026-03-05T00:00:00.000Z',
    });
  });

  it('is that nothing was done', () => {
    expect(cyclePage(report(null), FACTS).outputs).toMatchObject({
      idle: 'true',
      directive: '',
      entry: '',
      commit: '',
      cost: '0',
    });
  });

  it('is what came of every cycle of the run, a crash of an earlier one included', () => {
    const crashed = { ...done, id: 'e8', failure: failure('x') };
    expect(cyclePage(report(done), FACTS, [crashed, done]).outputs).toMatchObject({
      entries: 'e8 e9',
      crashed: 'true',
    });
    expect(cyclePage(report(null), FACTS, [crashed]).outputs).toMatchObject({
      entries: 'e8',
      entry: '',
      crashed: 'true',
    });
  });

  it('is that a script crashed', () => {
    expect(cyclePage(report({ ...done, failure: failure('x') }), FACTS).outputs.crashed).toBe('true');
  });
});
