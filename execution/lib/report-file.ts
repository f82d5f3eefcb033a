import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScriptContext } from '../../src/script.ts';

/** A page under knowledge/reports/. The body holds facts; the footer may say when and how they were gathered. */
export interface Report {
  /** Relative to the checkout. */
  path: string;
  body: string;
  /** One line of Markdown. A new footer alone is no news: it never rewrites the page. */
  footer: string;
}

const FOOTER_MARK = '\n<!-- as of -->\n';

/**
 * Writes the page when its body is not what the file already says, and tells whether it did. So the date in the footer
 * is the day since when these facts hold, and a repository where nothing happens gets no commits.
 */
export async function writeReport(context: ScriptContext, { path, body, footer }: Report): Promise<boolean> {
  const file = join(context.workspace, path);
  const facts = `${body.trim()}\n`;
  const existing = await readIfThere(file);
  if (existing !== undefined && bodyOf(existing) === facts) return false;
  await writeFile(file, `${facts}${FOOTER_MARK}<sub>${footer}</sub>\n`);
  return true;
}

/** The page without its footer; undefined when there is no such file. */
export async function readReportBody(context: ScriptContext, path: string): Promise<string | undefined> {
  const text = await readIfThere(join(context.workspace, path));
  return text === undefined ? undefined : bodyOf(text);
}

/** What Node says when there is no file; where not even its first folder exists, there is no grant to look either. */
const NOT_THERE = ['ENOENT', 'ERR_ACCESS_DENIED'];

/** The text of a file; undefined when there is none. Other errors, such as a folder in its place, are thrown. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOT_THERE.includes(String(error.code))) return undefined;
    throw error;
  }
}

const bodyOf = (text: string): string => text.split(FOOTER_MARK, 1)[0] ?? '';
