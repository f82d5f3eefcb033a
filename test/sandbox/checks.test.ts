import { existsSync } from 'node:fs';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentRoot, type SandboxLab, sandboxLab, type Way, waysHere } from '../support/sandbox-lab.ts';

/** The project's own checks, run in the sandbox on trees that hold little, and once on the project itself. */

const ways = await waysHere();

const CONFIG = `export default { test: { projects: [{ test: { name: 'execution', include: ['test/execution/**/*.test.ts'] } }] } };`;

/** A tree in the lab's workspace: a script, and a package.json whose \`npm test\` is \`suite\`. */
async function treeLab(way: Way, { tests = {}, suite = 'true' }: { tests?: Record<string, string>; suite?: string }) {
  const lab = await sandboxLab(way);
  await lab.write('package.json', JSON.stringify({ type: 'module', scripts: { test: suite } }));
  await lab.write('.github/vitest.config.ts', CONFIG);
  await lab.write('execution/greet.ts', "export const greet = (name: string): string => 'hello ' + name;\n");
  for (const [name, body] of Object.entries(tests)) await lab.write(`test/execution/${name}`, testText(body));
  return lab;
}

const testText = (body: string) =>
  `import fs from 'node:fs';\nimport { expect, it } from 'vitest';\nimport { greet } from '../../execution/greet.ts';\n${body}\n`;

const PASSING = "it('greets', () => { expect(greet('you')).toBe('hello you'); });";
const FAILING = "it('greets in French', () => { expect(greet('you')).toBe('bonjour you'); });";
const checkTests = ({ sandbox, workspace }: SandboxLab) =>
  sandbox.check(workspace, { kind: 'script-tests', script: 'execution/greet.ts' });

describe.each(ways)('$name', (way) => {
  describe('the tests of a script', () => {
    it('pass: all that are named after it are run, and no others', async () => {
      const lab = await treeLab(way, {
        tests: { 'greet.test.ts': PASSING, 'greet.more.test.ts': PASSING, 'greet_all.test.ts': FAILING },
      });
      const run = await checkTests(lab);
      expect(run).toMatchObject({ passed: true, detail: '2 tests passed' });
      expect(run.log).toContain('greet.more.test.ts');
      expect(run.durationMs).toBeGreaterThan(0);
    });

    it('fail', async () => {
      const lab = await treeLab(way, { tests: { 'greet.test.ts': `${PASSING}\n${FAILING}` } });
      const run = await checkTests(lab);
      expect(run).toMatchObject({ passed: false, detail: '1 of 2 tests failed' });
      expect(run.log).toContain('greets in French');
      expect(Buffer.byteLength(run.log)).toBeLessThanOrEqual(4096);
    });

    it.each([
      ['are all left out', `${PASSING.replace('it(', 'it.skip(')}`],
      ['can not be loaded', "import './nothing.ts';"],
      ['end the process', `${PASSING}\nprocess.exit(0);`],
      ['are none', ''],
    ])('%s: do not pass', async (_, body) => {
      const lab = await treeLab(way, { tests: { 'greet.test.ts': body } });
      expect(await checkTests(lab)).toMatchObject({ passed: false });
    });

    it('are missing: there is nothing to fail', async () => {
      const lab = await treeLab(way, { tests: { 'other.test.ts': FAILING } });
      expect(await checkTests(lab)).toMatchObject({ passed: true, detail: 'it has no tests' });
    });

    it('reach their own servers, and not the internet', async () => {
      const lab = await treeLab(way, {
        tests: {
          'greet.test.ts': `
import { once } from 'node:events';
import { createServer } from 'node:http';
it('serves itself', async () => {
  const server = createServer((_, response) => response.end(greet('net'))).listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  expect(await (await fetch('http://localhost:' + port)).text()).toBe('hello net');
  server.close();
});
it('asks the internet', async () => { await fetch('https://registry.npmjs.org/'); });`,
        },
      });
      const run = await checkTests(lab);
      expect(run).toMatchObject({ passed: false, detail: '1 of 2 tests failed' });
      expect(run.log).toContain('asks the internet');
    });

    it('may change their tree, of which nobody sees anything', async () => {
      const lab = await treeLab(way, {
        tests: {
          'greet.test.ts': `${PASSING}
it('tampers', () => {
  fs.writeFileSync('execution/greet.ts', 'tampered');
  fs.rmSync('package.json');
  fs.writeFileSync('mark', 'mark');
  expect(() => fs.writeFileSync('node_modules/vitest/vitest.mjs', '')).toThrow(/EROFS/);
  expect(() => fs.readFileSync('.env')).toThrow(/ENOENT/);
  expect(() => fs.readFileSync('.git/config')).toThrow(/ENOENT/);
});`,
        },
      });
      await lab.write('.env', 'KEY=1');
      await lab.write('.git/config', '[user]');
      expect(await checkTests(lab)).toMatchObject({ passed: true, detail: '2 tests passed' });
      expect((await readdir(lab.workspace)).sort()).toEqual([
        '.env',
        '.git',
        '.github',
        'execution',
        'package.json',
        'test',
      ]);
      expect(await readFile(join(lab.workspace, 'execution/greet.ts'), 'utf8')).toContain('hello');
      expect(await readFile(join(agentRoot, 'node_modules/vitest/vitest.mjs'), 'utf8')).not.toBe('');
    });
  });

  it('the types fit, or do not', async () => {
    const lab = await treeLab(way, {});
    await lab.write(
      'tsconfig.json',
      JSON.stringify({ compilerOptions: { strict: true, types: [] }, include: ['execution'] }),
    );
    const good = await lab.sandbox.check(lab.workspace, { kind: 'types' });
    expect(good).toMatchObject({ passed: true });
    await lab.write('execution/greet.ts', 'export const greet: number = "hello";\n');
    const bad = await lab.sandbox.check(lab.workspace, { kind: 'types' });
    expect(bad).toMatchObject({ passed: false, detail: 'the compiler ended with code 1' });
    expect(bad.log).toContain('execution/greet.ts');
  });

  it('the suite is what package.json says, with git, node, the tools of the project and no variable of ours', async () => {
    const suite = [
      'node -e "console.log(\'vars:\', Object.keys(process.env).filter((name) => !/^npm_|^(INIT_CWD|COLOR|EDITOR|NODE)$/.test(name)).sort().join())"',
      'git init --quiet $HOME/repo && git -C $HOME/repo status --short --branch',
      'tsc --version',
      'echo "in $(pwd), CI=[$CI], home: $(ls -A $HOME | grep -v ^.npm)"',
    ].join(' && ');
    const lab = await treeLab(way, { suite });
    const run = await lab.sandbox.check(lab.workspace, { kind: 'suite' });
    expect(run.log).toContain('vars: HOME,PATH,PWD');
    expect(run.log).toContain('No commits yet on');
    expect(run.log).toContain('Version ');
    expect(run.log).toContain(`in ${lab.workspace}, CI=[], home: repo`);
    expect(run).toMatchObject({ passed: true });
  });

  it('a suite that fails does not pass', async () => {
    const lab = await treeLab(way, { suite: 'echo last words; exit 7' });
    const run = await lab.sandbox.check(lab.workspace, { kind: 'suite' });
    expect(run).toMatchObject({ passed: false, detail: 'npm test ended with code 7' });
    expect(run.log).toContain('last words');
  });
});

it('the project’s own tests pass, with the children, servers and repositories that they start', async () => {
  const [way] = ways;
  if (!way) throw new Error('this machine has no sandbox');
  const lab = await sandboxLab(way);
  const parts = ['.github', 'execution', 'knowledge', 'src', 'test', 'package.json', 'tsconfig.json'];
  for (const part of parts.filter((each) => existsSync(join(agentRoot, each))))
    await cp(join(agentRoot, part), join(lab.workspace, part), { recursive: true });
  for (const script of ['execution/check_status_report.ts', 'execution/dependency_report.ts']) {
    const run = await lab.sandbox.check(lab.workspace, { kind: 'script-tests', script });
    expect(run.passed, run.log).toBe(true);
  }
});
