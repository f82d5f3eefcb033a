import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { RunPage } from '../../src/ports.ts';
import { temporaryFolder } from '../support/git-fixture.ts';
import { commandsIn, outputsIn } from '../support/runner-files.ts';

/** The page of a run on the toolkit itself, in a process of its own: what a runner reads of its files and its output. */

const adapter = fileURLToPath(new URL('../../src/adapters/actions-page.ts', import.meta.url));
type Page = Parameters<RunPage['show']>[0];
interface Shown {
  stdout: string;
  summary: string;
  outputs: Record<string, string>;
}

/** What `show` was given, page after page, as the runner finds it. */
async function show(
  pages: readonly Partial<Page>[],
  options: { secrets?: readonly string[]; isQuiet?: boolean; files?: { summary: boolean; output: boolean } } = {},
): Promise<Shown> {
  const folder = await temporaryFolder('steward-page-');
  const [summary, output] = [join(folder, 'summary.md'), join(folder, 'output.txt')];
  await writeFile(summary, '');
  await writeFile(output, '');
  const has = options.files ?? { summary: true, output: true };
  const given = { secrets: options.secrets ?? [], isQuiet: options.isQuiet ?? false, has };
  const whole = pages.map((page) => ({ markdown: '', outputs: {}, notices: [], ...page }));
  await writeFile(
    join(folder, 'show.mjs'),
    `import { openRunPage } from ${JSON.stringify(adapter)};
const page = openRunPage(${JSON.stringify(given)});
for (const each of ${JSON.stringify(whole)}) await page.show(each);
`,
  );
  const env = {
    PATH: process.env.PATH ?? '',
    ...(has.summary ? { GITHUB_STEP_SUMMARY: summary } : {}),
    ...(has.output ? { GITHUB_OUTPUT: output } : {}),
  };
  const { stdout } = await execa(process.execPath, [join(folder, 'show.mjs')], { env, extendEnv: false });
  return {
    stdout,
    summary: await readFile(summary, 'utf8'),
    outputs: outputsIn(await readFile(output, 'utf8')),
  };
}

describe('the page of a run', () => {
  test('is summary, outputs and annotations, cycle after cycle', async () => {
    const { summary, outputs, stdout } = await show([
      { markdown: '## one\n\n| a |\n|---|', outputs: { result: 'failure', idle: 'false' } },
      {
        markdown: '## two',
        outputs: { result: 'success' },
        notices: [
          { level: 'error', title: 'sweep: crash', message: 'it broke', file: 'execution/sweep.ts', line: 3 },
          { level: 'warning', message: 'careful' },
          { level: 'notice', message: 'by the way', file: 'a.md' },
        ],
      },
    ]);
    expect(summary).toBe('## one\n\n| a |\n|---|\n## two\n');
    expect(outputs).toEqual({ result: 'success', idle: 'false' });
    expect(commandsIn(stdout)).toEqual([
      { name: 'error', properties: { title: 'sweep: crash', file: 'execution/sweep.ts', line: '3' }, data: 'it broke' },
      { name: 'warning', properties: {}, data: 'careful' },
      { name: 'notice', properties: { file: 'a.md' }, data: 'by the way' },
    ]);
  });

  test('forges no output and no command, whatever a value holds', async () => {
    const hostile = [
      'ghadelimiter_x\ncrashed=true',
      'a\nEOF\ncrashed<<EOF\ntrue\nEOF',
      '::set-output name=crashed::true',
      'x\n::stop-commands::never\r::add-mask::a',
      '%0A::error::x',
      '##[set-output name=crashed]true',
    ];
    const { outputs, stdout, summary } = await show([
      {
        markdown: hostile.join('\n'),
        outputs: { reason: hostile.join('\n'), crashed: 'false' },
        notices: hostile.map((text) => ({ level: 'error', title: text, message: text, file: text, line: 1 })),
      },
    ]);
    expect(outputs).toEqual({ reason: hostile.join('\n'), crashed: 'false' });
    const commands = commandsIn(stdout);
    expect(commands.map(({ name }) => name)).toEqual(hostile.map(() => 'error'));
    expect(commands.map(({ data }) => data)).toEqual(hostile);
    expect(commands.map(({ properties }) => properties.title)).toEqual(hostile);
    expect(summary).toBe(`${hostile.join('\n')}\n`);
  });

  test('masks each secret, line by line, before anything is shown, and no word that is everywhere', async () => {
    const secrets = ['hunter2222', 'first-line\r\nsecond-line\n', 'true', '', 'a%b\nc:d,e-f'];
    const { stdout } = await show([{ notices: [{ level: 'notice', message: 'x' }] }], { secrets });
    expect(commandsIn(stdout)).toEqual([
      ...['hunter2222', 'first-line', 'second-line', 'c:d,e-f'].map((data) => ({
        name: 'add-mask',
        properties: {},
        data,
      })),
      { name: 'notice', properties: {}, data: 'x' },
    ]);
  });

  test('leaves standard output to whoever reads JSON there', async () => {
    const { stdout, summary, outputs } = await show(
      [{ markdown: 'm', outputs: { a: 'b' }, notices: [{ level: 'error', message: 'x' }] }],
      { secrets: ['hunter2222'], isQuiet: true },
    );
    expect({ stdout, summary, outputs }).toEqual({ stdout: '', summary: 'm\n', outputs: { a: 'b' } });
  });

  test('does without files that a runner does not have, and says nothing in the old way instead', async () => {
    const { stdout } = await show([{ markdown: 'm', outputs: { a: 'b' } }], {
      files: { summary: false, output: false },
    });
    expect(stdout).toBe('');
  });

  test('is cut where GitHub would refuse it, in whole characters', async () => {
    const { summary } = await show([{ markdown: `x${'é'.repeat(600_000)}` }]);
    expect(Buffer.byteLength(summary)).toBe(1_000_000);
    expect(summary).toMatch(/^xé+\n$/);
  });
});
