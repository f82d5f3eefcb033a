import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { DirectiveList } from '../../src/flows/list-directives.ts';
import { type AgentFixture, agentFixture, COUNT_DIRECTIVE, COUNT_TREE } from '../support/agent-fixture.ts';
import { closedAddress } from '../support/answering-server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SECONDS_60 = 60_000;

/** A copy of this project as a newcomer has it: the template needs its lib, the tests their support. */
async function copyOfTheProject(): Promise<AgentFixture> {
  const agent = await agentFixture({ 'README.md': '# Mine\n', 'src/a.ts': '// TODO: more\n' });
  for (const path of ['execution/lib', 'test/support', '.github/lint.json', '.github/vitest.config.ts', 'src'])
    await cp(join(root, path), join(agent.path, path), { recursive: true });
  for (const path of ['package.json', 'tsconfig.json', '.gitignore'])
    await cp(join(root, path), join(agent.path, path));
  // Scripts may read what their own checkout has installed; behind a link it would be somebody else's.
  await execa('cp', ['-al', join(root, 'node_modules'), agent.path]).catch(() =>
    execa('cp', ['-R', join(root, 'node_modules'), agent.path]),
  );
  await agent.git('add', '--all');
  await agent.git('commit', '--quiet', '--message', 'Copy');
  return agent;
}

const FILES = [
  'directives/my_thing.md',
  'execution/check_my_thing.ts',
  'execution/my_thing.ts',
  'test/execution/my_thing.test.ts',
];

const SCRIPTS = FILES.filter((path) => path.endsWith('.ts'));

/** A tool of this project, in the copy. */
const runTool = (agent: AgentFixture, tool: string, args: readonly string[]) =>
  execa(process.execPath, [join(root, 'node_modules', tool), ...args], {
    cwd: agent.path,
    reject: false,
    all: true,
    timeout: SECONDS_60,
  });

async function expectLintAndTypes(agent: AgentFixture): Promise<void> {
  const strict = ['check', '--config-path=.github/lint.json', '--error-on-warnings'];
  const lint = await runTool(agent, '@biomejs/biome/bin/biome', [...strict, ...SCRIPTS]);
  expect(lint.all).toContain('Checked 3 files');
  expect(lint.exitCode).toBe(0);
  const config = { extends: './tsconfig.json', include: SCRIPTS };
  await writeFile(join(agent.path, 'tsconfig.new.json'), JSON.stringify(config));
  const types = await runTool(agent, 'typescript/bin/tsc', ['--noEmit', '--project', 'tsconfig.new.json']);
  expect(types).toMatchObject({ all: '', exitCode: 0 });
}

describe('steward new', () => {
  test('makes a directive that passes lint, types, check and its tests, and whose first cycle is verified', async () => {
    const agent = await copyOfTheProject();
    const { exitCode, stdout } = await agent.steward(['new', 'my_thing', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'my_thing', every: '1d', files: { length: 4 } });
    expect((await agent.git('status', '--porcelain', '--untracked-files=all')).split('\n').sort()).toEqual(
      FILES.map((path) => `?? ${path}`),
    );
    await expectLintAndTypes(agent);
    const project = ['--config', '.github/vitest.config.ts', '--project', 'execution'];
    const tests = await runTool(agent, 'vitest/vitest.mjs', ['run', ...project, 'test/execution/my_thing.test.ts']);
    expect(tests.all).toMatch(/Tests .*3 passed/);
    expect((await agent.steward(['check'])).stdout).toContain(
      '1 usable directives, 2 scripts, 0 ledger records, 0 tapes: all is well',
    );

    const { entry } = await agent.cycle(['--directive', 'my_thing']);
    expect(entry).toMatchObject({
      result: 'success',
      verification: 'verified',
      steps: [{ output: { changed: true } }],
    });
    expect(await agent.git('show', 'HEAD:knowledge/reports/my_thing.md')).toContain('`// TODO: more`');
  });

  test('writes over nothing, takes no name that a directive can not have, and says both', async () => {
    const agent = await agentFixture({ 'README.md': '# Mine\n', 'execution/my_thing.ts': 'mine\n' });
    const there = await agent.steward(['new', 'my_thing']);
    expect(there).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('found execution/my_thing.ts, expected'),
    });
    const named = await agent.steward(['new', 'My Thing']);
    expect(named).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('such as `my_thing`') });
    expect(await agent.git('status', '--porcelain')).toBe('');
    const told = await agent.steward(['new', 'other', '--every', '2h']);
    expect(told.stdout).toContain('npm run steward -- cycle --directive other');
    expect(await readFile(join(agent.path, 'directives/other.md'), 'utf8')).toContain('every: 2h');
  });
});

describe('steward list', () => {
  const TREE = {
    ...COUNT_TREE,
    'directives/off.md': COUNT_DIRECTIVE.replace('every: 1d', 'enabled: false\nevery: 1d\nsecrets: [TOKEN]').replace(
      ': count',
      ': off',
    ),
    'directives/bad.md': 'nothing\n',
  };
  const list = async (agent: AgentFixture, environment = {}): Promise<DirectiveList> =>
    JSON.parse((await agent.steward(['list', '--json'], environment)).stdout);

  test('says of each when it is due, how it went, and what it lacks; and changes nothing', async () => {
    const agent = await agentFixture(TREE);
    const before = await list(agent);
    expect(before).toMatchObject({
      has_github: false,
      directives: [
        { name: 'bad', state: 'unusable', reasons: [expect.stringMatching(/^directives\/bad\.md:1: found /)] },
        { name: 'count', state: 'due', last: null },
        { name: 'off', state: 'off', missing: ['the secret TOKEN, not set here'] },
      ],
    });
    const { entry } = await agent.cycle();
    expect((await list(agent)).directives[1]).toMatchObject({
      state: 'ready',
      last: { result: 'success', verification: 'verified', entry: entry.id },
    });
    const head = await agent.git('rev-parse', 'HEAD');
    const { stdout, exitCode } = await agent.steward(['list'], { TOKEN: 'x' });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^count +1d +\d\d-\d\d 00:00 +verified \d\d-\d\d +ready$/m);
    expect(stdout).not.toContain('TOKEN, not set');
    expect([await agent.git('rev-parse', 'HEAD'), await agent.git('status', '--porcelain')]).toEqual([head, '']);
  });

  test('works where GitHub does not answer', async () => {
    const agent = await agentFixture(COUNT_TREE);
    const environment = {
      GITHUB_REPOSITORY: 'octo/house',
      GITHUB_TOKEN: 'x',
      GITHUB_API_URL: await closedAddress(),
    };
    const found = await list(agent, environment);
    expect(found).toMatchObject({ has_github: true, directives: [{ name: 'count', state: 'due' }] });
  });
});
