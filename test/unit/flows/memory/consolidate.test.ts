import { describe, expect, it } from 'vitest';
import { LESSONS_FILE } from '../../../../src/domain/memory/lesson.ts';
import { EMPTY_MEMORY, MEMORY_FILE, memoryText } from '../../../../src/domain/memory/memory.ts';
import type { Entry, Unsealed } from '../../../../src/domain/record.ts';
import { rebuildMemory } from '../../../../src/flows/memory/load-memory.ts';
import { entry } from '../../../support/ledger-samples.ts';
import { type NightStage, nightStage } from '../../../support/night-stage.ts';

const SLOW = 'aaaaaaaaaaaa';
const DIRECTIVE = {
  'directives/sweep.md': '# Directive: sweep\n## Goal\nSweep.\n## Tools\n- execution/sweep.ts\n',
  'execution/sweep.ts': '',
};

/** An entry of sweep at a time of day; the id says which. */
function run(day: string, time: string, parts: Partial<Unsealed<Entry>> = {}): Unsealed<Entry> {
  const id = `${day.replaceAll('-', '')}t${time.replace(':', '')}00-0000000${time.at(-1)}`;
  return entry({ id, timestamp: `${day}T${time}:00.000Z`, occurrence: `sweep@${day}T${time}Z`, ...parts });
}
const failed = (day: string, time: string, message = 'the shop is slow') =>
  run(day, time, {
    result: 'failure',
    verification: 'unverified',
    failure: { kind: 'crash', message, signature: SLOW, log_tail: '', script: 'execution/sweep.ts' },
  });

const commits = ({ deeds }: NightStage) =>
  deeds.commits.map((plans) => plans.map(({ message }) => message.split('\n')[0]));
const page = async (stage: NightStage, path: string) => (await stage.documents.read(path)) ?? '';

describe('a night', () => {
  it('is one commit of record, memory and pages, and its subject says what changed', async () => {
    const stage = nightStage({ files: DIRECTIVE });
    await stage.record([failed('2026-03-03', '01:00'), failed('2026-03-03', '02:00'), run('2026-03-04', '01:00')]);
    const { nights } = await stage.night('2026-03-04T03:41:00Z');
    expect(nights).toMatchObject([{ day: '2026-03-03', entries: 2, cost: 0, added: [{ id: 'L1', status: 'active' }] }]);
    expect(commits(stage)).toEqual([['consolidate 2026-03-03: +1 ~0 -0 lessons']]);
    expect(stage.deeds.commits[0]?.[0]?.files.map(({ path }) => path).sort()).toEqual([
      'knowledge/daily/2026-03-03.md',
      LESSONS_FILE,
      'knowledge/weekly/2026-W10.md',
      'ledger/2026/03/04.jsonl',
      MEMORY_FILE,
      expect.stringMatching(/^ledger\/nights\/[0-9a-f]{64}\.json$/),
      'ledger/state.json',
    ]);
    expect(await page(stage, LESSONS_FILE)).toContain(`directive \`sweep\`, signature \`${SLOW}\``);
  });

  it('is made once: the same call again finds nothing', async () => {
    const stage = nightStage({ files: DIRECTIVE });
    await stage.record([run('2026-03-03', '01:00')]);
    await stage.night('2026-03-04T03:41:00Z');
    const files = new Map(stage.documents.files);
    const again = await stage.night('2026-03-04T03:42:00Z');
    expect(again).toEqual({
      nights: [],
      idle: 'every day before today is consolidated; `--date 2026-03-04` takes today in as well',
    });
    expect(stage.documents.files).toEqual(files);
    expect(stage.deeds.commits).toHaveLength(1);
  });

  it('makes up for those that were missed, each by itself, and passes over days without work', async () => {
    const stage = nightStage({ files: DIRECTIVE });
    await stage.record([failed('2026-03-01', '01:00')]);
    await stage.night('2026-03-02T03:41:00Z');
    // The night of the first is an entry of the second, and no work.
    await stage.record([run('2026-03-04', '01:00'), failed('2026-03-05', '01:00'), run('2026-03-07', '01:00')]);
    const { nights } = await stage.night('2026-03-07T03:41:00Z');
    expect(nights.map(({ day, added }) => [day, added.length])).toEqual([
      ['2026-03-04', 0],
      ['2026-03-05', 1],
    ]);
    expect(commits(stage).flat()).toEqual([
      'consolidate 2026-03-01: the lessons stay as they were',
      'consolidate 2026-03-04: the lessons stay as they were',
      'consolidate 2026-03-05: +1 ~0 -0 lessons',
    ]);
    expect(await page(stage, 'knowledge/daily/2026-03-02.md')).toBe('');
  });

  it('goes by number and not by date: what came after a night of the same day is told of by the next', async () => {
    const stage = nightStage({ files: DIRECTIVE });
    await stage.record([failed('2026-03-03', '01:00'), failed('2026-03-03', '02:00')]);
    await stage.night('2026-03-03T02:30:00Z', { until: '2026-03-03' });
    await stage.record([failed('2026-03-03', '04:00')]);
    const { nights } = await stage.night('2026-03-04T03:41:00Z');
    expect(nights).toMatchObject([{ day: '2026-03-03', entries: 1, added: [] }]);
    // The page is of the whole day, with what both nights made of it.
    const text = await page(stage, 'knowledge/daily/2026-03-03.md');
    expect(text).toContain('3 failed');
    expect(text).toMatch(/\[L1\]\(\.\.\/lessons\.md\) is new.*seen again/);
  });

  it('shows beforehand what it would do, and writes nothing', async () => {
    const stage = nightStage({ files: DIRECTIVE });
    await stage.record([failed('2026-03-02', '01:00'), failed('2026-03-03', '02:00')]);
    const files = new Map(stage.documents.files);
    const { nights } = await stage.night('2026-03-04T03:41:00Z', { isDry: true });
    expect(nights.map(({ day, added, commit }) => [day, added.length, commit])).toEqual([
      ['2026-03-02', 0, null],
      ['2026-03-03', 1, null],
    ]);
    expect(stage.documents.files).toEqual(files);
    expect(stage.deeds.commits).toEqual([]);
  });

  it('rests while the agent is paused', async () => {
    const stage = nightStage({ files: DIRECTIVE, setting: { paused: 'holiday' } });
    await stage.record([run('2026-03-03', '01:00')]);
    expect(await stage.night('2026-03-04T03:41:00Z')).toEqual({ nights: [], idle: 'paused: holiday' });
  });
});

describe('the memory', () => {
  it('is made again to the byte from the ledger and the nights, also when its file is gone or somebody else’s', async () => {
    const stage = nightStage({ files: DIRECTIVE });
    for (const day of ['01', '02', '03'])
      await stage.record([failed(`2026-03-${day}`, '01:00'), run(`2026-03-${day}`, '02:00')]);
    await stage.night('2026-03-03T03:41:00Z');
    const saved = await page(stage, MEMORY_FILE);
    expect(memoryText(await rebuildMemory(stage.documents))).toBe(saved);
    for (const broken of [undefined, '{', '{"v":1}', memoryText({ ...EMPTY_MEMORY, seq: 9999 })]) {
      if (broken === undefined) stage.documents.files.delete(MEMORY_FILE);
      else stage.documents.files.set(MEMORY_FILE, broken);
      const { nights } = await stage.night('2026-03-04T03:41:00Z', { isDry: true });
      expect(nights.map(({ day }) => day)).toEqual(['2026-03-03']);
    }
  });

  it('is not made up where a night’s operations are gone', async () => {
    const stage = nightStage({ files: DIRECTIVE });
    await stage.record([failed('2026-03-02', '01:00'), failed('2026-03-02', '02:00')]);
    await stage.night('2026-03-03T03:41:00Z');
    const [path = ''] = [...stage.documents.files.keys()].filter((name) => name.startsWith('ledger/nights/'));
    stage.documents.files.delete(MEMORY_FILE);
    stage.documents.files.set(path, '{}');
    await expect(stage.night('2026-03-04T03:41:00Z')).rejects.toMatchObject({ code: 'NIGHT_BROKEN' });
  });
});

describe('what people wrote', () => {
  const learned = async () => {
    const stage = nightStage({ files: DIRECTIVE });
    await stage.record([failed('2026-03-02', '01:00'), failed('2026-03-02', '02:00')]);
    await stage.night('2026-03-03T03:41:00Z');
    await stage.record([run('2026-03-03', '05:00')]);
    return stage;
  };
  const edit = async (stage: NightStage, change: (text: string) => string) =>
    stage.documents.write(LESSONS_FILE, change(await page(stage, LESSONS_FILE)));

  it('is taken in by the next night, and holds', async () => {
    const stage = await learned();
    await edit(stage, (text) =>
      text
        .replace(/^sweep fails.*$/m, 'The shop is slow on Mondays.')
        .replace(
          '## Candidates',
          '## Candidates\n\n### new\n\nSweep before noon.\n\n- applies when: directive sweep\n',
        ),
    );
    const { nights } = await stage.night('2026-03-04T03:41:00Z');
    expect(nights[0]).toMatchObject({
      added: [{ id: 'L2', origin: 'person' }],
      changed: [{ id: 'L1', origin: 'person' }],
    });
    expect(await page(stage, LESSONS_FILE)).toContain('The shop is slow on Mondays.');
    // The pattern is seen again: the person's words stay.
    await stage.record([failed('2026-03-04', '01:00')]);
    await stage.night('2026-03-05T03:41:00Z');
    expect(await page(stage, LESSONS_FILE)).toContain('The shop is slow on Mondays.');
    expect(memoryText(await rebuildMemory(stage.documents))).toBe(await page(stage, MEMORY_FILE));
  });

  it('is counted by decisions that saw it, and not by those that saw the words before', async () => {
    const stage = await learned();
    const used = (day: string, time: string, seq: number) =>
      run(day, time, { lessons: ['L1'], observed: { ...entry().observed, seq } });
    await edit(stage, (text) => text.replace(/^sweep fails.*$/m, 'The shop is slow on Mondays.'));
    const head = 4;
    // The last day with the old words, and a first decision with the new ones that the next night takes along.
    await stage.record([used('2026-03-03', '06:00', head - 1)]);
    await stage.night('2026-03-04T03:41:00Z');
    await stage.record([used('2026-03-04', '01:00', head), used('2026-03-04', '05:00', 99)]);
    await stage.night('2026-03-05T03:41:00Z');
    expect(await page(stage, LESSONS_FILE)).toMatch(/The shop is slow on Mondays\.[^#]*helpful 1, harmful 0/);
  });

  it('is not taken for a deletion where the page is gone', async () => {
    const stage = await learned();
    stage.documents.files.delete(LESSONS_FILE);
    const { nights } = await stage.night('2026-03-04T03:41:00Z');
    expect(nights[0]?.retired).toEqual([]);
    expect(await page(stage, LESSONS_FILE)).toContain('### L1');
  });

  it.each([
    ['conflict markers', (text: string) => `<<<<<<< HEAD\n${text}=======\n>>>>>>> theirs\n`, /conflict/],
    ['the same lesson twice', (text: string) => text.replace('### L1', '### L1\n\ntwice\n\n### L1'), /a second time/],
    ['counts that are none', (text: string) => text.replace('helpful 0', 'helpful -3'), /`-3`|-3/],
    ['10 MB of junk', (text: string) => `${text}${'junk '.repeat(2_000_000)}`, /KB/],
  ])('stops the night where it can not be read (%s): nothing is written over it', async (_, change, words) => {
    const stage = await learned();
    await edit(stage, change);
    const files = new Map(stage.documents.files);
    const night = stage.night('2026-03-04T03:41:00Z');
    await expect(night).rejects.toMatchObject({ code: 'LESSONS_INVALID', message: expect.stringMatching(words) });
    expect(stage.documents.files).toEqual(files);
  });

  it('is not committed for them while they write', async () => {
    const stage = nightStage({ files: DIRECTIVE, changed: [LESSONS_FILE] });
    await stage.record([run('2026-03-03', '01:00')]);
    await expect(stage.night('2026-03-04T03:41:00Z')).rejects.toMatchObject({ code: 'PAGES_DIRTY' });
  });
});

describe('a ledger with faults', () => {
  const DAY_FILE = 'ledger/2026/03/03.jsonl';

  it('is learned from as far as it can be read: torn, unknown, doubled, out of order', async () => {
    const stage = nightStage({ files: DIRECTIVE });
    await stage.record([failed('2026-03-03', '01:00'), failed('2026-03-03', '02:00'), run('2026-03-04', '00:10')]);
    const [first = '', second = ''] = (await page(stage, DAY_FILE)).trimEnd().split('\n').slice(-2);
    const older = second.replace('"v":1', '"v":0');
    const text = [second, '{"torn', first, older, second, 'x'.repeat(50_000), ''].join('\n');
    stage.documents.files.set(DAY_FILE, text);
    const { nights } = await stage.night('2026-03-04T03:41:00Z');
    expect(nights).toMatchObject([
      { entries: 2, added: [{ evidence: ['20260303t010000-00000000', '20260303t020000-00000000'] }] },
    ]);
    expect(await page(stage, 'knowledge/daily/2026-03-03.md')).toContain('3 lines');
  });

  it('may hold a line that belongs to a later day: no day is passed over, and the memory is made again to the byte', async () => {
    const stage = nightStage({ files: DIRECTIVE });
    const days = ['2026-03-02', '2026-03-03', '2026-03-04'];
    await stage.record(days.map((day) => failed(day, '01:00')));
    const late = await page(stage, 'ledger/2026/03/04.jsonl');
    await stage.documents.append('ledger/2026/03/02.jsonl', late);
    const { nights } = await stage.night('2026-03-05T03:41:00Z');
    expect(nights.map(({ day, entries }) => [day, entries])).toEqual(days.map((day) => [day, 1]));
    expect(memoryText(await rebuildMemory(stage.documents))).toBe(await page(stage, MEMORY_FILE));
  });

  it('of which a clock was wrong by years says why nothing comes', async () => {
    const stage = nightStage({ files: DIRECTIVE });
    await stage.record([run('2026-03-02', '01:00'), run('2999-01-01', '01:00')]);
    await stage.night('2026-03-03T03:41:00Z');
    const { idle } = await stage.night('2026-03-04T03:41:00Z');
    expect(idle).toBe('the newest records are of 2999-01-01, which is still to come: a clock was wrong');
    expect((await nightStage().night('2026-03-04T03:41:00Z')).idle).toBe('the ledger has no records yet');
  });

  it('may lack days, and hold some of a clock that ran ahead', async () => {
    const stage = nightStage({ files: DIRECTIVE });
    await stage.record([failed('2026-03-01', '01:00'), failed('2026-03-05', '01:00')]);
    stage.documents.files.delete('ledger/2026/03/01.jsonl');
    // A slow clock: its entry stands in the newest day's file all the same.
    await stage.record([failed('2026-03-02', '01:00')]);
    const { nights } = await stage.night('2026-03-06T03:41:00Z');
    expect(nights).toMatchObject([{ day: '2026-03-05', entries: 2, added: [{ id: 'L1' }] }]);
  });
});
