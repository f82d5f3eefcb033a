import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/domain/config.ts';
import { STEWARD_LABELS } from '../../../src/domain/forge.ts';
import { init } from '../../../src/flows/init.ts';
import { loadLedger } from '../../../src/flows/ledger-reader.ts';
import { type ForgeStage, forgeStage, ledgerOf, type StageOptions, withoutForge } from '../../support/forge-context.ts';
import { entry, genesis } from '../../support/ledger-samples.ts';

const CONFIG = '# Mine.\nbudget:\n  day: 0.50 # a little\n';
const begin = ({ context }: Pick<ForgeStage, 'context'>, budget: { day?: number; month?: number } = {}) =>
  init(context, context.setting, { budget });
const committed = ({ deeds }: ForgeStage) => deeds.commits.flat().flatMap(({ files }) => files.map(({ path }) => path));

/** A copy of forge/house, with its records. */
async function copied(options: StageOptions = {}): Promise<ForgeStage> {
  const stage = forgeStage(options);
  await ledgerOf(stage.documents, [genesis, entry()]);
  return stage;
}

describe('books of one’s own', () => {
  it('begin with the repository’s name, in one pushed commit', async () => {
    const stage = forgeStage();
    expect(await begin(stage)).toMatchObject({
      ledger: 'begun',
      repository: 'octo/house',
      moved: 0,
      pushed: true,
      budget: {},
    });
    const { state } = await loadLedger(stage.documents);
    expect(state).toMatchObject({ repository: 'octo/house', head: { seq: 0 } });
    expect(committed(stage).sort()).toEqual(['ledger/2026/03/04.jsonl', 'ledger/state.json']);
    expect(stage.deeds.commits[0]?.[0]?.message).toMatch(/^init: books of octo\/house\n/);
    expect(stage.deeds.pushes).toBe(1);
  });

  it('put those of the original aside, readable as they were', async () => {
    const stage = await copied();
    const inherited = [...stage.documents.files];
    expect(await begin(stage)).toMatchObject({ ledger: 'archived', archive: 'ledger/archive/forge-house', moved: 3 });
    for (const [path, text] of inherited)
      expect(await stage.documents.read(path.replace('ledger/', 'ledger/archive/forge-house/'))).toBe(text);
    expect((await loadLedger(stage.documents)).state.repository).toBe('octo/house');
    expect(await stage.documents.read('ledger/2026/03/01.jsonl')).toBeUndefined();
    for (const [path] of inherited) expect(committed(stage)).toContain(path);
    expect(stage.deeds.commits[0]?.[0]?.message).toContain('Inherited records are in ledger/archive/forge-house.');
  });

  it('begin without what another house has learned: its lessons and pages lie beside its records', async () => {
    const stage = await copied();
    const pages = ['knowledge/lessons.md', 'knowledge/daily/2026-03-03.md', 'knowledge/weekly/2026-W10.md'];
    for (const path of [...pages, 'ledger/memory.json', 'knowledge/decisions/0001.md'])
      await stage.documents.write(path, 'x');
    expect(await begin(stage)).toMatchObject({ moved: 7 });
    for (const path of pages) {
      expect(await stage.documents.read(path)).toBeUndefined();
      expect(await stage.documents.read(`ledger/archive/forge-house/${path}`)).toBe('x');
      expect(committed(stage)).toContain(path);
    }
    expect(await stage.documents.read('ledger/archive/forge-house/memory.json')).toBe('x');
    expect(await stage.documents.read('knowledge/decisions/0001.md')).toBe('x');
  });

  it('keep what people wrote where there are no books yet', async () => {
    const stage = forgeStage();
    await stage.documents.write('knowledge/lessons.md', 'x');
    expect(await begin(stage)).toMatchObject({ ledger: 'begun', moved: 0 });
    expect(await stage.documents.read('knowledge/lessons.md')).toBe('x');
  });

  it('leave an older archive where it is', async () => {
    const stage = await copied();
    await stage.documents.write('ledger/archive/first-house/2025/01/01.jsonl', 'old\n');
    await begin(stage);
    expect(await stage.documents.read('ledger/archive/first-house/2025/01/01.jsonl')).toBe('old\n');
  });

  it('are begun once', async () => {
    const stage = await copied();
    await begin(stage);
    const before = new Map(stage.documents.files);
    expect(await begin(stage)).toMatchObject({ ledger: 'own', moved: 0, pushed: false });
    expect(stage.documents.files).toEqual(before);
    expect(stage.deeds.commits).toHaveLength(1);
  });
});

describe('a budget', () => {
  it('is written into the config, its remarks kept, in the same commit', async () => {
    const stage = await copied({ files: { '.github/steward.yml': CONFIG } });
    expect(await begin(stage, { day: 2, month: 20 })).toMatchObject({ budget: { day: 2, month: 20 } });
    const text = (await stage.documents.read('.github/steward.yml')) ?? '';
    expect(text).toBe('# Mine.\nbudget:\n  day: 2.00 # a little\n  month: 20\n');
    expect(parseConfig(text).config?.budget).toEqual({ day: 2, month: 20, run: 0.25 });
    expect(stage.deeds.commits).toHaveLength(1);
    expect(committed(stage)).toContain('.github/steward.yml');
  });

  it('can be changed later, on books that are one’s own', async () => {
    const stage = await copied({ files: { '.github/steward.yml': CONFIG } });
    await begin(stage);
    expect(await begin(stage, { day: 1 })).toMatchObject({ ledger: 'own', budget: { day: 1 }, pushed: true });
    expect(stage.deeds.commits[1]?.[0]?.files).toEqual([{ path: '.github/steward.yml' }]);
  });

  it('that the config says already changes nothing', async () => {
    const stage = await copied({ files: { '.github/steward.yml': CONFIG } });
    await begin(stage);
    expect(await begin(stage, { day: 0.5, month: 10 })).toMatchObject({ budget: {}, pushed: false });
    expect(await stage.documents.read('.github/steward.yml')).toBe(CONFIG);
  });

  it('makes a config where there is none', async () => {
    const stage = forgeStage();
    await begin(stage, { day: 1 });
    expect(await stage.documents.read('.github/steward.yml')).toBe('budget:\n  day: 1\n');
  });

  it.each([
    ['that nobody means', CONFIG, { day: 1e9 }],
    ['for a config that can not be read', 'budget: {day: [\n', { day: 1 }],
    ['for a config whose budget is no block', 'budget: 3\n', { day: 1 }],
  ])('%s is refused before anything is written', async (_, text, budget) => {
    const stage = await copied({ files: { '.github/steward.yml': text } });
    const before = new Map(stage.documents.files);
    await expect(begin(stage, budget)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(stage.documents.files).toEqual(before);
    expect(stage.deeds.commits).toEqual([]);
    expect(stage.forge.calls).toEqual([]);
  });

  it('waits for a config that a person is working on', async () => {
    const stage = await copied({ files: { '.github/steward.yml': CONFIG }, changed: ['.github/steward.yml'] });
    await expect(begin(stage, { day: 1 })).rejects.toMatchObject({ code: 'DIRTY_WORKTREE' });
    expect(stage.deeds.commits).toEqual([]);
    expect(await begin(stage)).toMatchObject({ ledger: 'archived' });
  });
});

describe('labels', () => {
  it('are made where they are missing, each time', async () => {
    const stage = await copied();
    stage.forge.labels.add('steward:task');
    expect((await begin(stage)).labels).toEqual(
      STEWARD_LABELS.map(({ name }) => name).filter((name) => name !== 'steward:task'),
    );
    expect((await begin(stage)).labels).toEqual([]);
  });

  it('are no matter without a forge, and a warning where it refuses', async () => {
    const stage = await copied();
    expect(await begin({ context: withoutForge(stage) })).not.toHaveProperty('labels');
    stage.forge.failures['labels.ensure'] = { kind: 'denied', message: 'no' };
    expect(await begin(stage)).not.toHaveProperty('labels');
    expect(stage.warnings).toEqual(['GitHub, labels.ensure: no']);
  });
});
