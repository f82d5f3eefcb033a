import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Document, parse, Scalar } from 'yaml';
import type { ScriptContext } from '../../../src/script.ts';
import { withoutEmptyEnds } from './safe-markdown.ts';

/** A post as site generators read it: YAML front matter and a body in Markdown. */
export interface Post {
  /** Relative to the folder of the posts. */
  file: string;
  /** `slug` of the front matter, else the name of the file or of its folder. */
  slug: string;
  title: string;
  description: string;
  tags: string[];
  /** `updated` or `date`, as `2026-03-01`. */
  day?: string;
  /** Generators leave it out: `draft: true` or `published: false`. */
  isDraft: boolean;
  /** The call that made it; see ScriptContext.key. */
  key?: string;
  body: string;
}

const MAX_BYTES = 1024 * 1024;
const FILE = /\.(md|mdx|markdown)$/i;

/** The posts of a folder, by name: files, and `index` files of its folders. What can not be read as a post is left out. */
export async function readPosts(context: ScriptContext, folder: string): Promise<Post[]> {
  const root = join(context.workspace, folder);
  const files = (await Promise.all((await entriesOf(root)).map((entry) => postFileOf(root, entry)))).flat();
  const posts = await Promise.all(files.sort().map((file) => readPost(root, file)));
  return posts.filter((post) => post !== undefined);
}

/** Names in the folder that a new post must not take: of files and folders, without their endings. */
export async function takenNames(context: ScriptContext, folder: string): Promise<string[]> {
  return (await entriesOf(join(context.workspace, folder))).map(({ name }) => name.replace(/\.[^.]*$/, ''));
}

interface FolderEntry {
  name: string;
  isFolder: boolean;
  isFile: boolean;
}

/** Where not even the first folder exists, there is no grant to look either. */
async function entriesOf(folder: string): Promise<FolderEntry[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory(), isFile: entry.isFile() }));
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ERR_ACCESS_DENIED'].includes(String(error.code)))
      return [];
    throw error;
  }
}

async function postFileOf(root: string, { name, isFolder, isFile }: FolderEntry): Promise<string[]> {
  if (isFile && FILE.test(name)) return [name];
  if (!isFolder) return [];
  const inside = await entriesOf(join(root, name));
  return inside
    .filter((entry) => entry.isFile && /^index\.(md|mdx)$/i.test(entry.name))
    .map((e) => `${name}/${e.name}`);
}

async function readPost(root: string, file: string): Promise<Post | undefined> {
  const path = join(root, file);
  if ((await stat(path)).size > MAX_BYTES) return undefined;
  return parsePost(file, await readFile(path, 'utf8'));
}

/** Undefined where there is no front matter, or none that is a YAML mapping. */
export function parsePost(file: string, text: string): Post | undefined {
  const [whole, yaml] = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text) ?? [];
  const front = yaml === undefined ? undefined : readMapping(yaml);
  if (whole === undefined || !front) return undefined;
  const name = file.replace(/\/index\.\w+$/i, '').replace(FILE, '');
  const day = dayIn(front.updated) ?? dayIn(front.date);
  return {
    file,
    slug: textIn(front.slug) || name,
    title: textIn(front.title),
    description: textIn(front.description),
    tags: Array.isArray(front.tags) ? front.tags.map(textIn).filter((tag) => tag !== '') : [],
    ...(day === undefined ? {} : { day }),
    isDraft: front.draft === true || front.published === false,
    ...(typeof front.steward === 'string' ? { key: front.steward } : {}),
    body: text.slice(whole.length).replace(/^\r?\n/, ''),
  };
}

function readMapping(yaml: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = parse(yaml, { maxAliasCount: 20, logLevel: 'error' });
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const textIn = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';

function dayIn(value: unknown): string | undefined {
  const day = typeof value === 'string' ? /^\d{4}-\d{2}-\d{2}(?=$|[T ])/.exec(value)?.[0] : undefined;
  const time = day === undefined ? Number.NaN : Date.parse(day);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day ? undefined : day;
}

/** What a new post says of itself; `key` is the call that makes it. */
export interface NewPost {
  title: string;
  description: string;
  slug: string;
  day: string;
  tags: readonly string[];
  key: string;
  body: string;
}

/**
 * The text of a new post. Strings are quoted, so that no reader of YAML takes a title for a number, a date or a comment;
 * the date is not, since generators want a date.
 */
export function postText({ title, description, slug, day, tags, key, body }: NewPost): string {
  const date = new Scalar(day);
  date.type = Scalar.PLAIN;
  const front = new Document({ title, description, date, slug, tags, steward: key });
  const yaml = front.toString({ lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' });
  return `---\n${yaml}---\n\n${withoutEmptyEnds(body)}\n`;
}
