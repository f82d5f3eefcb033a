import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DayInput, dailyPage, dailyPath } from '../../../../../src/domain/memory/days/daily-page.ts';
import type { Lesson } from '../../../../../src/domain/memory/lesson.ts';
import { EMPTY_MEMORY } from '../../../../../src/domain/memory/memory.ts';
import type { CallRecord, Entry, Failure } from '../../../../../src/domain/record.ts';
import { placed } from '../../../../support/ledger-samples.ts';
import { sweepLesson } from '../../../../support/lesson-samples.ts';
import { readPage, rowWidths } from '../../../../support/page-markdown.ts';

const SHA = 'c'.repeat(40);
const HEAD = 'b'.repeat(40);
const ADDRESS = { serverUrl: 'https://github.com', repository: 'octo/house' };

const call: CallRecord = {
  task: 'ceo_analysis',
  model_asked: 'flash',
  model: 'gemini-flash',
  outcome: 'ok',
  tokens_in: 100,
  tokens_cached: 0,
  tokens_out: 10,
  tokens_thinking: 0,
  cost: 0.0012,
  duration_s: 1,
};
const failure = (parts: Partial<Failure> = {}): Failure => ({
  kind: 'crash',
  message: 'connect ECONNREFUSED\nat fetch',
  signature: '0123456789ab',
  log_tail: '',
  ...parts,
});
const lesson = (parts: Partial<Lesson> = {}) => sweepLesson({ evidence: ['a'], ...parts });
const at = (time: string) => `2026-03-04T${time}:00.000Z`;

const input = (parts: Partial<DayInput> = {}): DayInput => ({
  day: '2026-03-04',
  entries: [placed({ id: 'a' })],
  unreadable: 0,
  before: EMPTY_MEMORY,
  after: EMPTY_MEMORY,
  person: [],
  night: [],
  refused: [],
  notes: [],
  commits: new Map(),
  address: ADDRESS,
  ...parts,
});
const section = (page: string, heading: string): string =>
  page.split(`## ${heading}\n\n`)[1]?.split('\n\n## ')[0]?.trimEnd() ?? 'no such section';

const FAILED = { result: 'failure', verification: 'unverified', failure: failure() } as const;
const heal = (outcome: 'proposed' | 'escalated' | 'none'): Pick<Entry, 'flow' | 'heal'> => ({
  flow: 'heal',
  heal: {
    script: 'execution/sweep.ts',
    signature: '0123456789ab',
    entry: 'b',
    failed_at: at('15:00'),
    cause: 'script',
    outcome,
    attempts: 1,
    before: null,
  },
});

describe('the page of a day', () => {
  it('says in a sentence what was done, what it cost and how much failed', () => {
    const metrics = { cost: 0.0012, duration_s: 12.2, tokens_in: 100, tokens_out: 10, calls: [call] };
    const entries = [
      placed({ id: 'a', metrics }),
      placed({ id: 'b', ...FAILED }),
      placed({ id: 'c', result: 'skipped', verification: 'unverified' }),
    ];
    const page = dailyPage(input({ entries, after: { ...EMPTY_MEMORY, lessons: [lesson()] } }));
    expect(page.split('\n').slice(0, 5)).toEqual([
      '# Wednesday, 4 March 2026',
      '',
      '**3 runs: 1 succeeded, 1 failed and 1 was skipped.** It cost $0.0012. 1 lesson is new.',
      '',
      '[Week 2026-W10](../weekly/2026-W10.md) · [all lessons](../lessons.md)',
    ]);
    expect(dailyPath('2026-03-04')).toBe('knowledge/daily/2026-03-04.md');
  });

  it('has a row for each run, with the directive as it was then and the commit', () => {
    const entries = [
      placed({ id: 'a' }),
      placed({
        id: 'b',
        decision: 'post',
        timestamp: at('15:00'),
        ...FAILED,
        proposal_url: 'https://github.com/octo/house/1',
      }),
      placed({ id: 'c', timestamp: at('16:00'), ...heal('proposed') }),
      placed({ id: 'd', timestamp: at('17:00'), flow: 'recover', result: 'interrupted', verification: 'unverified' }),
    ];
    const rows = section(dailyPage(input({ entries, commits: new Map([['a', SHA]]) })), 'What was done').split('\n');
    const link = (name: string) => `[${name}](https://github.com/octo/house/blob/${HEAD}/directives/${name}.md)`;
    expect(rows.slice(2)).toEqual([
      `| 14:30 | ${link('sweep')} | ✔ verified | 1.5 s | $0 | [cccccccccc](https://github.com/octo/house/commit/${SHA}) |`,
      `| 15:00 | ${link('post')} | ✖ failed, [for review](https://github.com/octo/house/1) | 1.5 s | $0 |  |`,
      `| 16:00 | ${link('sweep')} (heal) | ✔ repair proposed | 1.5 s | $0 |  |`,
      `| 17:00 | ${link('sweep')} (recover) | ? interrupted | 1.5 s | $0 |  |`,
    ]);
  });

  it('has ids instead of links where the repository has no address', () => {
    const page = dailyPage(input({ commits: new Map([['a', SHA]]), address: undefined }));
    expect(page).toContain('| 14:30 | sweep | ✔ verified | 1.5 s | $0 | `cccccccccc` |');
  });

  it('shows more than sixty runs by directive, the most frequent first', () => {
    const entries = Array.from({ length: 61 }, (_, index) =>
      placed({ id: `e${index}`, decision: index < 3 ? 'post' : 'sweep', ...(index === 2 ? FAILED : {}) }),
    );
    const [, , first, second] = section(dailyPage(input({ entries })), 'What was done').split('\n');
    expect(first).toMatch(/^\| \[sweep\]\(.*\) \| 58 \| 58 \| 0 \| 14:30 to 14:30 \| 1\.5 min \| \$0 \|$/);
    expect(second).toMatch(/^\| \[post\]\(.*\) \| 3 \| 2 \| 1 \|/);
    expect(section(dailyPage(input({ entries: entries.slice(1) })), 'What was done').split('\n')).toHaveLength(62);
  });

  it('tells of each way of failing once, and what came of it', () => {
    const entries = [
      placed({ id: 'a', ...FAILED, timestamp: at('09:00') }),
      placed({ id: 'b', ...FAILED, timestamp: at('10:00') }),
      placed({ id: 'c', decision: 'post', verification: 'refuted', timestamp: at('11:00') }),
      placed({
        id: 'd',
        ...heal('proposed'),
        proposal_url: 'https://github.com/octo/house/pull/7',
        timestamp: at('12:00'),
      }),
      placed({
        id: 'e',
        timestamp: at('13:00'),
        healed: [{ script: 'execution/sweep.ts', signature: '0123456789ab', entry: 'b', after_s: 9 }],
      }),
    ];
    expect(section(dailyPage(input({ entries })), 'What failed')).toBe(
      [
        '- **`sweep`** crash `0123456789ab`, 2 times, 09:00 to 10:00: `connect ECONNREFUSED`',
        '  - [a repair is up for review](https://github.com/octo/house/pull/7); healed at 13:00; it ran well again at 13:00',
        '- **`post`** refuted `refuted`, at 11:00',
        '  - it has not run well since',
      ].join('\n'),
    );
    expect(section(dailyPage(input()), 'What failed')).toBe('Nothing.');
    const asked = [placed({ id: 'b', ...FAILED }), placed({ id: 'd', ...heal('escalated') }), placed(heal('none'))];
    expect(section(dailyPage(input({ entries: asked })), 'What failed')).toContain(
      '  - a person was asked to look; it has not run well since',
    );
  });

  it('says by directive, task and model what it cost, exactly', () => {
    const of = (decision: string, cost: number, calls: CallRecord[]) =>
      placed({ decision, metrics: { cost, duration_s: 1, tokens_in: 1, tokens_out: 1, calls } });
    const entries = [
      of('sweep', 0.1, [{ ...call, cost: 0.1, count: 2 }]),
      of('sweep', 0.2, [{ ...call, cost: 0.2, task: 'blog_generation', model: 'opus' }]),
      of('post', 0, []),
    ];
    expect(section(dailyPage(input({ entries })), 'What it cost').split('\n')).toEqual([
      '**$0.3000** for 3 model calls.',
      '',
      '| by | | calls | cost |',
      '|---|---|--:|--:|',
      '| directive | `sweep` | 3 | $0.3000 |',
      '| task | `blog_generation` | 1 | $0.2000 |',
      '| task | `ceo_analysis` | 2 | $0.1000 |',
      '| model | `opus` | 1 | $0.2000 |',
      '| model | `gemini-flash` | 2 | $0.1000 |',
    ]);
    expect(section(dailyPage(input()), 'What it cost')).toBe('Nothing: no model was asked.');
  });

  it('says what was learned, with a link to each lesson where it now stands', () => {
    const [kept, old, merged] = [lesson(), lesson({ id: 'L1', claim: 'Old.' }), lesson({ id: 'L2', claim: 'Same.' })];
    const page = dailyPage(
      input({
        before: { ...EMPTY_MEMORY, lessons: [old, merged, lesson({ id: 'L12' })] },
        after: { ...EMPTY_MEMORY, lessons: [kept, lesson({ id: 'L12' })], retired: [old, merged] },
        person: [{ op: 'edit', id: 'L12', claim: 'x', origin: 'person' }],
        night: [
          { op: 'add', lesson: kept },
          { op: 'confirm', id: 'L3', evidence: ['b'] },
          { op: 'activate', id: 'L3' },
          { op: 'confirm', id: 'L12', evidence: ['b'] },
          { op: 'confirm', id: 'L9', evidence: ['b'] },
          { op: 'merge', into: 'L3', from: ['L2'] },
          { op: 'retire', id: 'L1', reason: 'harmful 2 times' },
          { op: 'propose', id: 'L3' },
        ],
        entries: [placed({ lessons: ['L3', 'L1'] }), placed({ lessons: ['L3', 'not an id'] })],
      }),
    );
    expect(section(page, 'What was learned').split('\n')).toEqual([
      '- [L1](../archive.md) was retired (harmful 2 times): Old.',
      '- [L2](../archive.md) was merged into L3: Same.',
      '- [L3](../lessons.md) is new (by a model), was seen again, is active now, took in L2, was proposed for its directive: The shop is closed at night.',
      '- [L12](../lessons.md) was reworded by hand, was seen again: The shop is closed at night.',
      '- seen again: [L9](../lessons.md)',
      '- used in decisions: [L3](../lessons.md) (2 times), [L1](../archive.md)',
    ]);
    expect(page).toContain('1 lesson is new. 2 lessons were retired.');
    expect(section(dailyPage(input()), 'What was learned')).toBe('Nothing new.');
  });

  it('lists what was refused and what people should know, and neither where there is nothing', () => {
    const refused = Array.from({ length: 12 }, (_, index) => ({
      operation: `add ${index}`,
      reason: 'it cites nothing',
    }));
    const degraded = placed({ degraded: 'no key' });
    const page = dailyPage(
      input({ refused, notes: ['no model was asked: no key'], unreadable: 2, entries: [degraded] }),
    );
    expect(page).toContain('- Note: 2 lines of the ledger could not be read: `npm run steward -- check` names them\n');
    expect(page).toContain(
      '- Note: 1 time a model should have decided and did not\n- Note: no model was asked: no key\n',
    );
    expect(section(page, 'Refused').split('\n').slice(2)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => `- \`add ${index}\`: it cites nothing`),
      '- and 2 more',
    ]);
    expect(dailyPage(input())).not.toMatch(/Refused|Note/);
  });

  it('is of a day of nothing but bookkeeping, too', () => {
    const night = {
      day: '2026-03-03',
      from: 1,
      to: 2,
      operations: null,
      lessons: SHA,
      added: 0,
      changed: 0,
      retired: 0,
    };
    const entries = [
      placed({ flow: 'consolidate', decision: 'consolidate', consolidation: { ...night, rejected: 0 } }),
      placed({ decision: 'none', result: 'skipped', verification: 'unverified' }),
    ];
    const page = dailyPage(input({ entries }));
    expect(page).toContain('| 14:30 | the night of 2026-03-03 | ✔ |');
    expect(page).toContain('| 14:30 | no directive | · skipped |');
    expect(dailyPage(input({ entries: entries.slice(0, 1) }))).toContain('**No directive was run.** It cost nothing.');
  });
});

const PIECES = ['|', '\\', '\\|', '\n', '\r\n', '`', '``', '#', '# x', '\n## Hacked', '- ', '> ', '<b>', '<!--', '-->'];
const MORE = [
  '[x](https://evil.example)',
  'https://evil.example/x',
  'www.evil.example',
  '_www.evil.example',
  'a@evil.example',
  '![i](//evil.example/a.png)',
  '@octo',
  '\u0000',
  '\u2028',
  '\u202e',
  '\ud800',
  '~~~',
];
const nasty = fc.oneof(
  fc
    .array(fc.constantFrom(...PIECES, ...MORE, 'a', ' ', '漢', '*', '_', '$', '1. '), { maxLength: 25 })
    .map((all) => all.join('')),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('x'.repeat(5000), '漢'.repeat(5000), '|'.repeat(5000), '`\\|'.repeat(2000)),
);
const anyEntry = fc
  .record({
    text: nasty,
    name: fc.oneof(nasty, fc.constantFrom('sweep', 'constructor', '__proto__', 'none')),
    flow: fc.constantFrom('cycle' as const, 'recover' as const, 'resolve' as const, 'init' as const),
    result: fc.constantFrom('success' as const, 'failure' as const, 'skipped' as const),
    signature: nasty,
  })
  .map(({ text, name, flow, result, signature }) =>
    placed({
      id: text,
      decision: name,
      flow,
      result,
      head: text.length % 2 === 0 ? HEAD : text,
      reason: text,
      proposal_url: text,
      lessons: [text],
      metrics: { cost: 1, duration_s: 1, tokens_in: 1, tokens_out: 1, calls: [{ ...call, task: text, model: name }] },
      ...(result === 'failure' ? { failure: failure({ message: text, signature }) } : {}),
    }),
  );

describe('foreign text on the page of a day', () => {
  it('makes no heading, no HTML, no picture, no link and no cell', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 70 }), nasty, nasty, (entries, claim, note) => {
        const own = lesson({ claim });
        const page = dailyPage(
          input({
            entries,
            after: { ...EMPTY_MEMORY, lessons: [own] },
            night: [
              { op: 'add', lesson: own },
              { op: 'retire', id: 'L1', reason: note },
            ],
            refused: [{ operation: claim, reason: note }],
            notes: [note],
          }),
        );
        const { headings, kinds, links, tables, text } = readPage(page);
        expect(headings).toEqual([
          '1 Wednesday, 4 March 2026',
          ...['What was done', 'What failed', 'What it cost', 'What was learned', 'Refused'].map((each) => `2 ${each}`),
        ]);
        for (const kind of ['html', 'image', 'code', 'blockquote', 'thematicBreak', 'footnoteReference'])
          expect(kinds).not.toContain(kind);
        expect(links.filter((url) => !/^(https:\/\/github\.com\/octo\/|\.\.\/)/.test(url))).toEqual([]);
        expect(tables).toHaveLength(2);
        for (const widths of rowWidths(page)) expect(new Set(widths).size).toBe(1);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
        expect(text).not.toMatch(/@[a-z]/);
        expect(page.isWellFormed()).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a day of ten thousand entries', () => {
  it('has a page that can still be read, however bad they are', () => {
    const bad = ['漢|`\\\n'.repeat(800), '<b>[x]'.repeat(800)];
    const entries = Array.from({ length: 10_000 }, (_, index) =>
      placed({
        id: `e${index}`,
        decision: index % 3 === 0 ? `${'d'.repeat(60)}${index % 97}` : `${bad[index % 2]}${index}`,
        result: index % 2 === 0 ? 'failure' : 'success',
        metrics: {
          cost: 0.00012345,
          duration_s: 1,
          tokens_in: 1,
          tokens_out: 1,
          calls: [{ ...call, model: `${index}${bad[0]}` }],
        },
        failure: failure({ message: bad[0] ?? '', signature: `${index}`.padStart(12, '0') }),
        proposal_url: `https://github.com/octo/house/${'a'.repeat(250)}`,
        lessons: [`L${index + 1}`],
      }),
    );
    const lessons = Array.from({ length: 60 }, (_, index) => lesson({ id: `L${index + 1}`, claim: '漢<'.repeat(150) }));
    const started = performance.now();
    const page = dailyPage(
      input({
        entries,
        after: { ...EMPTY_MEMORY, lessons },
        night: lessons.map((each) => ({ op: 'add', lesson: each })),
        refused: Array.from({ length: 500 }, () => ({ operation: bad[0] ?? '', reason: bad[1] ?? '' })),
        notes: Array.from({ length: 50 }, () => bad[1] ?? ''),
      }),
    );
    expect(Buffer.byteLength(page)).toBeLessThan(64 * 1024);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(page).toContain('**10000 runs: 5000 succeeded and 5000 failed.** It cost $1.2345.');
  });
});
