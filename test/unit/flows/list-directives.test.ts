import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/domain/config.ts';
import type { ListedDirective } from '../../../src/flows/directive-standing.ts';
import { listDirectives } from '../../../src/flows/list-directives.ts';
import { directiveText } from '../../support/domain-samples.ts';
import { forgeStage, ledgerOf, type StageOptions, withoutForge } from '../../support/forge-context.ts';
import { entry, genesis } from '../../support/ledger-samples.ts';

const SCRIPT = { 'execution/sweep.ts': 'x' };
const sweep = (front: string) => ({ 'directives/sweep.md': directiveText({ front }), ...SCRIPT });

async function list(
  files: Record<string, string>,
  options: StageOptions = {},
  records: readonly ReturnType<typeof entry>[] = [],
) {
  const stage = forgeStage({ ...options, files: { ...files, ...options.files } });
  if (records.length > 0) await ledgerOf(stage.documents, [genesis, ...records]);
  const before = new Map(stage.documents.files);
  const context = withoutForge(stage);
  const found = await listDirectives(context, context.setting);
  expect(stage.documents.files).toEqual(before);
  expect(stage.deeds.commits).toEqual([]);
  return found;
}

async function one(
  front: string,
  options: StageOptions = {},
  ...records: ReturnType<typeof entry>[]
): Promise<ListedDirective> {
  const { directives } = await list(sweep(front), options, records);
  const [first] = directives;
  if (!first) throw new Error('there is no directive');
  return first;
}

const CYCLE = (more: string, env = '') =>
  `on:\n  schedule: [{ cron: '0 * * * *' }]\n${more}jobs:\n  cycle:\n    permissions:\n      contents: write\n    steps:\n      - run: node src/steward.js cycle\n        env:\n          A: b\n${env}`;

describe('a directive is', () => {
  it('due when its slot is not done, and ready when it is', async () => {
    expect(await one('every: 1d\non: [task]')).toEqual({
      name: 'sweep',
      file: 'directives/sweep.md',
      enabled: true,
      every: '1d',
      on: ['task'],
      state: 'due',
      reasons: [],
      missing: [],
      next_due: '2026-03-04T00:00:00.000Z',
      last: null,
    });
    expect(await one('every: 1d', {}, entry())).toMatchObject({
      state: 'ready',
      next_due: '2026-03-05T00:00:00.000Z',
      last: { result: 'success', verification: 'verified', at: '2026-03-04T14:30:00.000Z', entry: 'e1' },
    });
    expect(await one('on: [task]')).toMatchObject({ state: 'ready', every: null, next_due: null });
  });

  it.each(['90s', '5m', '2h', '1d', '1w', '10d', '36h'])(
    'listed with its interval as it says it: %s',
    async (every) => {
      expect((await one(`every: ${every}`)).every).toBe(every);
    },
  );

  it('off when its owner says so, with what it would lack', async () => {
    const files = { '.github/workflows/cycle.yml': CYCLE('') };
    const front =
      'enabled: false\nevery: 1d\non: [dispatch]\nsecrets: [TOKEN]\nforge: [issues.upsert]\nneeds: [github]';
    expect(await one(front, { files })).toMatchObject({
      state: 'off',
      enabled: false,
      next_due: null,
      reasons: ['needs the secret TOKEN'],
      missing: [
        'the secret TOKEN, not set here',
        expect.stringMatching(
          /^the line `TOKEN: \$\{\{ secrets\.TOKEN \}\}` under `env:` of .*, in \.github\/workflows\/cycle\.yml\. Its /,
        ),
        'the line `repository_dispatch: { types: [steward] }` under `on:`, in .github/workflows/cycle.yml',
        'the line `issues: write` under `permissions:` of the job, in .github/workflows/cycle.yml',
      ],
    });
  });

  it('incomplete without its secrets, or without the GitHub that it needs', async () => {
    expect(await one('every: 1d\nsecrets: [A, B]')).toMatchObject({
      state: 'incomplete',
      reasons: ['needs the secret A, B'],
      missing: ['the secret A, not set here', 'the secret B, not set here'],
    });
    const { config } = parseConfig('');
    if (!config) throw new Error('no config');
    expect(await one('every: 1d\nsecrets: [A, B]', { setting: { config, secrets: { A: 'x' } } })).toMatchObject({
      missing: ['the secret B, not set here'],
    });
    expect(await one('every: 1d\nneeds: [github]')).toMatchObject({
      state: 'incomplete',
      reasons: ['needs GitHub: GITHUB_REPOSITORY and a token are not set'],
    });
  });

  it('blocked, broken, or waiting for a person', async () => {
    const interrupted = entry({ result: 'interrupted', verification: 'unverified' });
    expect(await one('every: 1d', {}, interrupted)).toMatchObject({
      state: 'blocked',
      reasons: ['blocked: run e1 was interrupted; settle it with `resolve`'],
      last: { result: 'interrupted' },
    });
    const failed = (id: string) =>
      entry({
        id,
        result: 'failure',
        verification: 'unverified',
        final: false,
        failure: { kind: 'crash', message: 'x', signature: 'a1b2c3d4e5f6', log_tail: '' },
      });
    const broken = await one('every: 1d', {}, failed('e1'), failed('e2'));
    expect(broken).toMatchObject({ state: 'broken', last: { result: 'failure', entry: 'e2' } });
    expect(broken.reasons[0]).toMatch(
      /^broken: 2 failures in a row \(a1b2c3d4e5f6\) \(until 2026-03-\d\d \d\d:\d\d UTC\)$/,
    );
    expect(await one('every: 1d\napproval: required')).toMatchObject({
      state: 'waiting',
      reasons: ['waits for a person: approval is required'],
    });
  });

  it('waiting while its proposal is open, as far as there is a GitHub to ask', async () => {
    const stage = forgeStage({ files: sweep('every: 1d\ndeliver: pull-request') });
    const pull = { marker: 'm', title: 't', body: '', head: 'steward/sweep/2026-03-03', base: 'main' };
    await stage.forge.call('pulls.open', pull);
    const calls = stage.forge.calls.length;
    expect(await listDirectives(stage.context, stage.context.setting)).toMatchObject({
      has_github: true,
      directives: [{ state: 'waiting', reasons: ['its proposal #1 waits for a review'] }],
    });
    const asked = stage.forge.calls.slice(calls).map(({ operation }) => operation);
    expect(asked.filter((operation) => !/\.(list|get)$/.test(operation))).toEqual([]);
  });

  it('unusable when its file or a script of it is wrong, and the others are listed all the same', async () => {
    const { directives } = await list({
      ...sweep('every: 1d'),
      'directives/bad.md': '---\nevry: 1d\n---\n# Directive: bad\n## Tools\n- execution/sweep.ts\n',
      'directives/lost.md': '# Directive: lost\n## Tools\n- execution/lost.ts\n',
      'directives/README.md': '# About\n',
    });
    expect(directives.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'bad unusable',
      'lost unusable',
      'sweep due',
    ]);
    expect(directives[0]?.reasons[0]).toMatch(/^directives\/bad\.md:2: found .*`evry`.*Did you mean `every`\?$/);
    expect(directives[1]?.reasons).toEqual([
      expect.stringMatching(/^directives\/lost\.md:3: found the script execution\/lost\.ts, which is not there/),
    ]);
  });
});

describe('the list', () => {
  it('says what time it is, whether there is a GitHub, and whether the agent rests', async () => {
    const { config } = parseConfig('');
    if (!config) throw new Error('no config');
    expect(await list({}, { setting: { paused: 'holiday' } })).toEqual({
      at: '2026-03-04T14:30:00.000Z',
      paused: 'holiday',
      has_github: false,
      directives: [],
    });
  });

  it('names variables that are missing only where a directive is switched off, once each', async () => {
    const text = (enabled: boolean) =>
      `---\nenabled: ${enabled}\n---\n# Directive: sweep\n## Tools\n- execution/sweep.ts --a {site_url} --b {site_url} --c {steps.9.x}\n`;
    const { directives } = await list({
      ...SCRIPT,
      'directives/sweep.md': text(false).replace(' --c {steps.9.x}', ''),
    });
    expect(directives).toMatchObject([{ state: 'off', missing: ['`site_url` under `vars:` in .github/steward.yml'] }]);
    const wrong = await list({ ...SCRIPT, 'directives/sweep.md': text(true) });
    expect(wrong.directives).toMatchObject([{ state: 'unusable' }]);
  });
});
