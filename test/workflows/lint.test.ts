import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-fixture.ts';
import { judgeByGitHub } from '../support/workflows/language-service.ts';
import { findTool } from '../support/workflows/tools.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = '.github/workflows';
const files = readdirSync(join(root, FOLDER)).filter((file) => file.endsWith('.yml'));
const scripts = readdirSync(join(root, '.github/scripts')).filter((file) => file.endsWith('.sh'));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const cycle = textOf(`${FOLDER}/cycle.yml`);
/** Says that somebody's title is run as shell. */
const INJECTED = cycle.replace('run: npm ci', `run: echo "\${{ github.event.issue.title }}"; npm ci`);
const MISSPELLED = cycle.replaceAll('github.event_name', 'github.evnt_name');

test('the workflows are all there', () => {
  expect(files).toEqual(
    expect.arrayContaining(['ci.yml', 'consolidate.yml', 'cycle.yml', 'doctor.yml', 'heal.yml', 'watchdog.yml']),
  );
  expect(scripts).toEqual(expect.arrayContaining(['facts.sh', 'gate.sh', 'watchdog.sh']));
  expect(INJECTED).not.toBe(cycle);
  expect(MISSPELLED).not.toBe(cycle);
});

describe('actionlint', () => {
  const CONFIG = join(root, '.github/actionlint.yaml');

  test('finds nothing', async () => {
    const { stdout, exitCode } = await actionlint(
      files.map((file) => `${FOLDER}/${file}`),
      { config: CONFIG },
    );
    expect(stdout).toBe('');
    expect(exitCode).toBe(0);
  });

  test.each([
    ['a context that there is not', MISSPELLED, '[expression]'],
    ['a title in shell', INJECTED, 'potentially untrusted'],
    ['a runner that there is not', cycle.replace('ubuntu-26.04', 'ubuntu-99.04'), '[runner-label]'],
    // What stands in a run is read by shellcheck.
    ['a word that is split', cycle.replace('run: npm ci', 'run: npm ci $EXTRA'), 'SC2086'],
  ])('finds %s', async (_, text, finding) => {
    const named = ['-stdin-filename', `${FOLDER}/cycle.yml`, '-'];
    const { stdout, exitCode } = await actionlint(named, { config: CONFIG, input: text });
    expect(exitCode).toBe(1);
    expect(stdout).toContain(finding);
  });

  test('needs what .github/actionlint.yaml excuses', async () => {
    const config = join(await temporaryFolder(), 'empty.yaml');
    await writeFile(config, '');
    const { stdout } = await actionlint(
      files.map((file) => `${FOLDER}/${file}`),
      { config },
    );
    const excused = [...textOf('.github/actionlint.yaml').matchAll(/labels: \[(.*)\]|- '(unexpected key .*)'/g)];
    const words = excused.flatMap(([, labels, message]) => labels?.split(', ') ?? message ?? []);
    expect(words.length).toBeGreaterThan(1);
    for (const word of words) expect(stdout).toContain(word);
  });
});

describe('GitHub’s language service', () => {
  test.each(files)('finds nothing in %s', async (file) => {
    expect(await judgeByGitHub(file, textOf(`${FOLDER}/${file}`))).toEqual([]);
  });

  test.each([
    ['a context that there is not', MISSPELLED, /evnt_name/],
    ['a key that there is not', cycle.replace('timeout-minutes', 'timeout-minuts'), /timeout-minuts/],
    ['a permission that there is not', cycle.replace('issues: write', 'issue: write'), /issue/],
    ['a schedule that is none', cycle.replace("'23 * * * *'", "'23 * * *'"), /cron/i],
  ])('finds %s', async (_, text, finding) => {
    expect((await judgeByGitHub('cycle.yml', text)).join('\n')).toMatch(finding);
  });
});

describe('zizmor', () => {
  test('finds nothing, pedantic as it is asked to be', async () => {
    const { exitCode, all } = await zizmor(FOLDER);
    expect(all).toContain('No findings to report');
    expect(exitCode).toBe(0);
    for (const file of files) expect(all).toContain(`completed ${FOLDER}/${file}`);
  });

  test.each([
    ['a title in shell', INJECTED, 'template-injection'],
    ['an action by its tag', cycle.replace(/checkout@[0-9a-f]{40} # v7.0.1/, 'checkout@v7'), 'unpinned-uses'],
    [
      'a permission without a word',
      cycle.replace('issues: write # answers', 'issues: write\n      # answers'),
      'undocumented-permissions',
    ],
    ['a dangerous trigger', cycle.replace(/# zizmor: ignore\[dangerous-triggers\].*/, ''), 'dangerous-triggers'],
  ])('finds %s', async (_, text, finding) => {
    const path = join(await temporaryFolder(), 'cycle.yml');
    await writeFile(path, text);
    const { exitCode, all } = await zizmor(path);
    expect(exitCode).toBeGreaterThan(0);
    expect(all).toContain(`[${finding}]`);
  });

  /** Comments that silence it without a word on why. */
  const unexplained = (text: string) =>
    text
      .split('\n')
      .filter((line) => /zizmor:\s*ignore/.test(line) && !/zizmor: ignore\[[\w-]+\] \w+(\W+\w+){3,}/.test(line));

  test('is silenced only with a reason', () => {
    expect(files.flatMap((file) => unexplained(textOf(`${FOLDER}/${file}`)))).toEqual([]);
    expect(cycle).toContain('zizmor: ignore[');
    expect(unexplained(cycle.replace(/(zizmor: ignore\[[\w-]+\]).*/, '$1'))).toHaveLength(1);
    expect(unexplained(cycle.replace(/(zizmor: ignore\[[\w-]+\]).*/, '$1 false alarm'))).toHaveLength(1);
  });
});

describe('shellcheck', () => {
  test('finds nothing in the scripts', async () => {
    const { stdout, exitCode } = await shellcheck(scripts.map((script) => `.github/scripts/${script}`));
    expect(stdout).toBe('');
    expect(exitCode).toBe(0);
  });

  test.each(scripts)('finds a word that is split in %s', async (script) => {
    const bad = `${textOf(`.github/scripts/${script}`)}\nrm -rf $RUNNER_TEMP/x\n`;
    const { stdout, exitCode } = await shellcheck(['-'], bad);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('SC2086');
  });
});

async function actionlint(args: readonly string[], { config, input }: { config: string; input?: string }) {
  const options = { cwd: root, reject: false, ...(input === undefined ? {} : { input }) } as const;
  // Named, since without a name it looks in PATH and silently goes without.
  const shellcheckPath = await findTool('shellcheck');
  return execa(
    await findTool('actionlint'),
    ['-no-color', '-oneline', '-config-file', config, '-shellcheck', shellcheckPath, ...args],
    options,
  );
}

const zizmor = async (path: string) =>
  execa(await findTool('zizmor'), ['--offline', '--no-config', '--persona=pedantic', '--color=never', path], {
    cwd: root,
    reject: false,
    all: true,
  });

const shellcheck = async (args: readonly string[], input = '') =>
  execa(await findTool('shellcheck'), ['--color=never', ...args], { cwd: root, reject: false, input });
