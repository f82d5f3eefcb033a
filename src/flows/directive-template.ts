/** What `steward new` begins with: a directive that works, and says in one line each what to change. */

export interface TemplateFile {
  path: string;
  /** What it is for, for people. */
  what: string;
  text: string;
}

/** The files of a new directive; the one that makes it run comes last. Lines stay short with the longest name there may be. */
export function directiveFiles(name: string, every: string): TemplateFile[] {
  const filled = (text: string) => text.replaceAll('{{name}}', name).replaceAll('{{every}}', every);
  return [
    { path: `test/execution/${name}.test.ts`, what: 'tests of both scripts', text: filled(TEST) },
    { path: `execution/check_${name}.ts`, what: 'how its success is checked', text: filled(CHECK) },
    { path: `execution/${name}.ts`, what: 'what it does', text: filled(SCRIPT) },
    {
      path: `directives/${name}.md`,
      what: 'when it runs, what it may write, what counts as success',
      text: filled(DIRECTIVE),
    },
  ];
}

const DIRECTIVE = `---
every: {{every}}
effects: repo
writes: ["knowledge/reports/{{name}}.md"]
spawn: [git]
---
# Directive: {{name}}

## Goal
One page lists the TODO comments of the repository.

## Tools
- execution/{{name}}.ts --page knowledge/reports/{{name}}.md

## Success Criteria
- execution/check_{{name}}.ts --page {steps.1.page}

## Known Failure Modes
- Files over 1 MiB are not read.
`;

const SCRIPT = `import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { code, counted, cut, dayOf, fileLink, paragraphs, table } from './lib/markdown-text.ts';
import { writeReport } from './lib/report-file.ts';
import { NO_DOCUMENTATION } from './lib/repository-files.ts';

/** What is looked for: change it, and the page lists something else. */
const WANTED = /(?:\\/\\/|\\/\\*|#|<!--)\\s*TODO\\b.*/;
/** A page is for reading: what is more than this is only counted. */
const ROWS = 100;
const LARGEST_BYTES = 1024 * 1024;

interface Todo {
  file: string;
  /** 1-based */
  line: number;
  text: string;
}

export default defineScript({
  // One sentence; \`npm run steward -- run {{name}} --help\` shows it.
  summary: 'Keeps a page with the TODO comments of the repository.',
  // The flags of the line under "Tools" of the directive, checked before the script runs.
  input: z.strictObject({ page: z.string().describe('The page to write') }),
  // Goes into the ledger, and to later steps as {steps.1.count}: keep it small.
  output: z.object({ page: z.string(), changed: z.boolean(), count: z.int() }),
  async run(context, { page }) {
    const todos = await findTodos(context);
    // The same facts give the same text, and then nothing is written: no noise in the history.
    const footer = \`Unchanged since \${dayOf(context.clock.now())}.\`;
    const changed = await writeReport(context, { path: page, body: todoPage(todos, page), footer });
    return { page, changed, count: todos.length };
  },
});

async function findTodos(context: ScriptContext): Promise<Todo[]> {
  // Reading git commands, \`context.fetch\` and \`context.forge\` are the only ways out, as far as the directive grants them.
  const listed = (await context.git(['ls-files', '-z'])).split('\\0').filter((file) => file !== '');
  const files = listed.filter((file) => !NO_DOCUMENTATION.some((folder) => file.startsWith(folder)));
  const todos: Todo[] = [];
  for (const file of files) {
    // What can not be read, such as a link that leads out, has no comments.
    const bytes = await readFile(join(context.workspace, file)).catch(() => Buffer.alloc(0));
    if (bytes.byteLength > LARGEST_BYTES) continue;
    for (const [index, text] of bytes.toString('utf8').split('\\n').entries()) {
      const found = WANTED.exec(text)?.[0];
      if (found !== undefined) todos.push({ file, line: index + 1, text: found });
    }
  }
  return todos;
}

function todoPage(todos: readonly Todo[], page: string): string {
  // code() and fileLink() show foreign text as text, whatever stands in it.
  const rows = todos
    .slice(0, ROWS)
    .map(({ file, line, text }) => [fileLink(page, file, line), line, code(cut(text, 120))]);
  return paragraphs(
    '# TODO',
    \`**\${counted(todos.length, 'TODO comment')}** in this repository.\`,
    table(['File', 'Line', 'Comment'], rows),
    todos.length > ROWS ? \`and \${todos.length - ROWS} more\` : '',
  );
}
`;

const CHECK = `import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { counted } from './lib/markdown-text.ts';
import { readReportBody } from './lib/report-file.ts';

/** A row of the page: a link to a file, and a line of it. */
const ROW = /^\\| \\[\`([^\`]+)\`\\]\\(\\S+\\) \\| (\\d+) \\|/gm;

/** Looks at what was made, and not at what the script says it made: each line that the page names must have a TODO. */
export default defineScript({
  summary: 'Checks that the page about TODO comments names only lines that have one.',
  input: z.strictObject({ page: z.string().describe('The page to check') }),
  // \`ok: true\` makes the run verified, \`ok: false\` refuted; the reason is for people.
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { page }) {
    const text = await readReportBody(context, page);
    if (text === undefined) return { ok: false, reason: \`\${page} does not exist\` };
    const rows = [...text.matchAll(ROW)];
    for (const [, file = '', line = ''] of rows) {
      const lines = (await readFile(join(context.workspace, file), 'utf8').catch(() => '')).split('\\n');
      if (!lines[Number(line) - 1]?.includes('TODO'))
        return { ok: false, reason: \`\${file}:\${line} has no TODO, and \${page} says so\` };
    }
    return { ok: true, reason: \`\${counted(rows.length, 'row')} checked\` };
  },
});
`;

const TEST = `import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';

const SCRIPT = '{{name}}';
const CHECK = 'check_{{name}}';
const PAGE = 'knowledge/reports/{{name}}.md';

// A real repository, made of the files a test names; the script runs in it just as the agent runs it.
const inRepository = async (files: Record<string, string>) => {
  const repo = await gitFixture(files);
  const call = { workspace: repo.path, spawn: ['git' as const], input: { page: PAGE } };
  return {
    repo,
    make: async () => outputOf(await runScript({ ...call, script: SCRIPT, writes: [PAGE] })),
    check: async () => outputOf(await runScript({ ...call, script: CHECK })),
    page: () => readFile(join(repo.path, PAGE), 'utf8'),
  };
};

it('lists each comment with its line, and says nothing new of the same facts', async () => {
  const { make, check, page } = await inRepository({ 'a.ts': 'x\\n// TODO: more\\n', 'b.md': 'TODO, in prose\\n' });
  expect(await make()).toEqual({ page: PAGE, changed: true, count: 1 });
  expect(await page()).toContain('| [\`a.ts\`](../../a.ts#L2) | 2 | \`// TODO: more\` |');
  expect(await make()).toMatchObject({ changed: false });
  expect(await check()).toEqual({ ok: true, reason: '1 row checked' });
});

it('writes a page where there is none', async () => {
  const { make, page } = await inRepository({ 'a.ts': 'x\\n' });
  expect(await make()).toMatchObject({ count: 0 });
  expect(await page()).toContain('**no TODO comments**');
});

it('is refuted by a page that names a line without one', async () => {
  const { repo, make, check } = await inRepository({ 'a.ts': '// TODO: more\\n' });
  expect(await check()).toMatchObject({ ok: false });
  await make();
  await repo.write({ 'a.ts': 'done\\n' });
  expect(await check()).toEqual({ ok: false, reason: \`a.ts:1 has no TODO, and \${PAGE} says so\` });
});
`;
