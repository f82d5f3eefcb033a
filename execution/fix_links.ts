import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { findMoves } from './lib/links/find-move.ts';
import { type LinkPlace, linkPlaces, withAddresses } from './lib/links/link-places.ts';
import { type Move, withFragment } from './lib/links/moved-address.ts';
import { markdownFiles, NO_DOCUMENTATION, readRepositoryFiles } from './lib/repository-files.ts';

/** Larger pages are data. */
const PAGE_LIMIT_BYTES = 1024 * 1024;
/** Addresses that are made to be redirected, and must be cited as they are. */
const LASTING = ['doi.org', 'dx.doi.org', 'hdl.handle.net', 'purl.org', 'w3id.org', 'n2t.net', 'perma.cc'];
/** A pull request is for reading, too. */
const MOST_PAGES = 50;
const WEEK_MS = 7 * 86_400_000;

const input = z.strictObject({
  exclude: z
    .array(z.string().min(1))
    .default(NO_DOCUMENTATION)
    .describe('Folders (with a slash at the end) and files that stay as they are'),
  keep_hosts: z.array(z.string()).default(LASTING).describe('Hosts whose addresses stay, wherever they lead'),
  max_links: z.int().min(1).max(2000).default(200).describe('How many addresses are asked for; the rest has its turn'),
  max_fixes: z.int().min(1).max(50).default(20).describe('How many addresses are replaced at most'),
  hosts: z.int().min(1).max(16).default(4).describe('How many hosts are asked at the same time'),
  pause_ms: z.int().min(0).max(60_000).default(500).describe('Pause between two addresses of one host'),
  timeout_ms: z.int().min(100).max(60_000).default(10_000).describe('How long one answer may take'),
});
type Input = z.infer<typeof input>;

interface Page {
  file: string;
  text: string;
  places: LinkPlace[];
}

/** A redirect for good is the owner's word that the page has a new address; all others are none of our business. */
export default defineScript({
  summary: 'Gives links whose page has moved for good its new address, in the Markdown that the directive may write.',
  input,
  output: z.object({
    fixed_count: z.int(),
    asked: z.int(),
    pages: z.array(z.string()),
    from: z.array(z.string()),
    to: z.array(z.string()),
  }),
  async run(context, input) {
    const pages = await readPages(context, input.exclude);
    if (pages.length === 0) return context.skip('`writes` of the directive covers no Markdown file of the repository');
    const urls = askedFor(pages, input, context.clock.now());
    const politeness = { hosts: input.hosts, pauseMs: input.pause_ms, timeoutMs: input.timeout_ms };
    const moves = await findMoves(context, urls, politeness);
    const addresses = newAddresses(context, moves, input.max_fixes);
    const changed: string[] = [];
    const replaced = new Map<string, string>();
    for (const page of pages) {
      const changes = page.places.flatMap((place) => changeOf(place, addresses));
      if (changes.length === 0 || changed.length === MOST_PAGES) continue;
      const text = withAddresses(page.text, changes);
      if (text === undefined) {
        context.log(`${page.file} stays: with the new addresses it would read otherwise`);
        continue;
      }
      await writeFile(join(context.workspace, page.file), text);
      changed.push(page.file);
      for (const { url, to } of changes) replaced.set(url, to);
    }
    const [from, to] = [[...replaced.keys()], [...replaced.values()]];
    return { fixed_count: from.length, asked: urls.length, pages: changed, from, to };
  },
});

/** Those that may be written and can be put back byte for byte. */
async function readPages(context: ScriptContext, exclude: readonly string[]): Promise<Page[]> {
  const files = markdownFiles(await readRepositoryFiles(context), exclude);
  const pages: Page[] = [];
  for (const file of files) {
    const path = join(context.workspace, file);
    if (!(await mayWrite(path))) continue;
    const bytes = await readFile(path);
    const text = bytes.toString('utf8');
    if (bytes.byteLength > PAGE_LIMIT_BYTES || !Buffer.from(text).equals(bytes)) continue;
    pages.push({ file, text, places: placesOf(text) });
  }
  return pages;
}

/** Only to open a file for writing tells whether the directive grants it. */
async function mayWrite(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r+')).close();
    return true;
  } catch {
    return false;
  }
}

/** Thousands of nested quotes or lists exhaust the parser's stack. */
function placesOf(text: string): LinkPlace[] {
  try {
    return linkPlaces(text);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** Where there are more than one run asks for, each week begins where the week before ended. */
function askedFor(pages: readonly Page[], input: Input, now: Date): string[] {
  const all = pages.flatMap(({ places }) => places.map(({ url }) => withoutFragment(url)));
  const urls = [...new Set(all)].filter((url) => !input.keep_hosts.includes(new URL(url).hostname)).sort();
  if (urls.length <= input.max_links) return urls;
  const start = (Math.floor(now.getTime() / WEEK_MS) * input.max_links) % urls.length;
  return [...urls.slice(start), ...urls.slice(0, start)].slice(0, input.max_links);
}

function newAddresses(context: ScriptContext, moves: ReadonlyMap<string, Move>, most: number): Map<string, string> {
  const addresses = new Map<string, string>();
  for (const [url, move] of moves) {
    if ('unclear' in move) context.log(`stays: ${url} ${move.unclear}`);
    else if (addresses.size < most) addresses.set(url, move.to);
  }
  return addresses;
}

function changeOf(place: LinkPlace, addresses: ReadonlyMap<string, string>): (LinkPlace & { to: string })[] {
  const target = addresses.get(withoutFragment(place.url));
  const to = target === undefined ? undefined : withFragment(target, place.url);
  return to === undefined || to === place.url ? [] : [{ ...place, to }];
}

const withoutFragment = (url: string): string => url.replace(/#.*$/s, '');
