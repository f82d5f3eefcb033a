import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TableRow } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString as textOf } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { counted } from './lib/markdown-text.ts';
import { readReportBody } from './lib/report-file.ts';
import { NO_DOCUMENTATION } from './lib/repository-files.ts';

const MARKDOWN = ['*.md', '*.markdown', '*.mdown', '*.mkd', '*.mkdn'];

/**
 * Whether the report is complete and true, not whether all links work: it must cover as many pages as git lists, and
 * every line that it blames must be in the page it names.
 */
export default defineScript({
  summary: 'Checks that the page about links covers every Markdown file, and blames only lines that are there.',
  input: z.strictObject({
    file: z.string().default('knowledge/reports/links.md').describe('The page to check'),
    exclude: z
      .array(z.string().min(1))
      .default(NO_DOCUMENTATION)
      .describe('Folders and files that the page leaves out'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { file, exclude }) {
    const page = await readReportBody(context, file);
    if (page === undefined) return { ok: false, reason: `${file} does not exist` };
    const pages = await countPages(context, exclude);
    const claim = `**${counted(pages, 'Markdown file')}**`;
    if (!page.includes(claim)) return { ok: false, reason: `${file} does not speak of ${claim}, which git lists` };
    const rows = blamedLines(page);
    for (const row of rows) {
      if (!(await isThere(context, row)))
        return { ok: false, reason: `${row.file} has no line ${row.line}, and ${file} names it` };
    }
    return { ok: true, reason: `covers ${counted(pages, 'Markdown file')}; ${counted(rows.length, 'row')} checked` };
  },
});

async function countPages(context: ScriptContext, exclude: readonly string[]): Promise<number> {
  const without = [...exclude, '**/node_modules/**'].map((path) => `:(exclude,glob)${path.replace(/\/$/, '')}`);
  const inside = exclude.map((path) => `:(exclude)${path.replace(/\/$/, '')}`);
  const globs = MARKDOWN.map((pattern) => `:(icase)${pattern}`);
  const listed = await context.git(['ls-files', '-z', '-s', '--', ...globs, ...without, ...inside]);
  return listed.split('\0').filter((entry) => /^100/.test(entry)).length;
}

function blamedLines(page: string): { file: string; line: number }[] {
  const tree = fromMarkdown(page, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const rows: TableRow[] = [];
  visit(tree, 'tableRow', (row) => {
    rows.push(row);
  });
  return rows.slice(1).map((row) => {
    const cells = row.children.map((cell) => textOf(cell, { includeHtml: false }));
    return { file: cells[0] ?? '', line: Number(cells[1]) };
  });
}

async function isThere(context: ScriptContext, { file, line }: { file: string; line: number }): Promise<boolean> {
  const text = await readFile(join(context.workspace, file), 'utf8').catch(() => '');
  return line >= 1 && line <= text.split('\n').length;
}
