import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScriptContext } from '../../../src/script.ts';
import { cut } from '../markdown-text.ts';
import { readIfThere } from '../report-file.ts';
import { fittedText } from './post-length.ts';
import {
  NETWORKS,
  type Network,
  POST_ID,
  parseQueueFile,
  printQueueFile,
  type QueuedPost,
  type QueueProblem,
} from './queue-file.ts';

/**
 * Posts that wait, one file each: social/queue/<id>.md. A person can write, edit, hold back or delete one by hand, or
 * review it in a pull request. What went out lies in social/posted/<id>.md with its addresses.
 */
export const QUEUE_FOLDER = 'social/queue';
export const POSTED_FOLDER = 'social/posted';
/** Far more than people queue; the rest is read when these went out. */
const FILES_READ = 1000;
const FILE_LIMIT_BYTES = 16 * 1024;

export interface NewPost {
  /** Lower case letters, digits and hyphens, at most 80: the same for the same news. */
  id: string;
  /** Cut between words where it is too long for one of its networks. */
  text: string;
  url?: string | undefined;
  source?: string | undefined;
  /** Default: all. */
  networks?: readonly Network[] | undefined;
  /** A day: `2026-03-05`. */
  notBefore?: string | undefined;
  replyTo?: string | undefined;
  /** One line for whoever reviews it; never posted. */
  note?: string | undefined;
}

/**
 * Queues a post; false when one of that id is queued or posted already. The directive's `writes` must cover
 * `social/queue/**`. Throws for a post that could not be read back.
 */
export async function queuePost(context: ScriptContext, post: NewPost): Promise<boolean> {
  const { id, url, source, networks = NETWORKS, notBefore, replyTo, note } = post;
  if (!POST_ID.test(id)) throw new TypeError(`\`${id.slice(0, 100)}\` is no id of a post`);
  const file = `${QUEUE_FOLDER}/${id}.md`;
  const places = [file, `${POSTED_FOLDER}/${id}.md`].map((path) => join(context.workspace, path));
  const there = await Promise.all(places.map(readIfThere));
  if (there.some((text) => text !== undefined)) return false;
  const text = printQueueFile({
    id,
    text: fittedText({ text: post.text, url }, networks),
    networks: NETWORKS.filter((network) => networks.includes(network)),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(url === undefined ? {} : { url }),
    ...(source === undefined ? {} : { source }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(note === undefined ? {} : { note }),
    queued: context.clock.now().toISOString(),
    posted: {},
  });
  const parsed = parseQueueFile(file, text);
  if ('problem' in parsed)
    throw new TypeError(`no post: ${parsed.problem.found}; expected: ${parsed.problem.expected}`);
  await mkdir(join(context.workspace, QUEUE_FOLDER), { recursive: true });
  await writeFile(join(context.workspace, file), text);
  return true;
}

/** Every post that waits, the longest waiting first, and the files that are none. */
export const readQueue = (context: ScriptContext): Promise<{ posts: QueuedPost[]; problems: QueueProblem[] }> =>
  readFolder(context, QUEUE_FOLDER, ({ notBefore, queued }) => notBefore ?? queued ?? '');

/**
 * Ids of the queue's files as they are committed. Only these may go out: a draft of a run that dies is gone with it, and
 * nobody could tell later what had been posted. Needs `spawn: [git]`.
 */
export async function committedIds(context: ScriptContext): Promise<Set<string>> {
  const paths = await context.git(['ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', QUEUE_FOLDER]);
  return new Set(paths.split('\0').map((path) => path.slice(QUEUE_FOLDER.length + 1).replace(/\.md$/, '')));
}

/** What went out and is still kept, the oldest first. */
export const readPosted = (context: ScriptContext): Promise<{ posts: QueuedPost[]; problems: QueueProblem[] }> =>
  readFolder(context, POSTED_FOLDER, ({ postedAt = '' }) => postedAt);

/**
 * Notes that a network has the post. When all of its networks have it (of those that the house uses), its file moves to
 * social/posted/. Gives the post as it now is.
 */
export async function notePosted(
  context: ScriptContext,
  post: QueuedPost,
  { network, address, house }: { network: Network; address: string; house: readonly Network[] },
): Promise<QueuedPost> {
  const postedAt = context.clock.now().toISOString();
  const noted = { ...post, posted: { ...post.posted, [network]: address }, postedAt };
  const isDone = noted.networks.every((each) => noted.posted[each] !== undefined || !house.includes(each));
  const from = join(context.workspace, QUEUE_FOLDER, `${post.id}.md`);
  if (!isDone) await writeFile(from, printQueueFile(noted));
  else {
    await mkdir(join(context.workspace, POSTED_FOLDER), { recursive: true });
    await writeFile(join(context.workspace, POSTED_FOLDER, `${post.id}.md`), printQueueFile(noted));
    await rm(from, { force: true });
  }
  return noted;
}

/** Notes in the post's file that a network will not take it as it is. */
export async function noteRefused(
  context: ScriptContext,
  post: QueuedPost,
  { network, reason }: { network: Network; reason: string },
): Promise<void> {
  const line = cut(reason.replace(/\s+/g, ' ').trim(), 300) || 'no reason was given';
  const noted = { ...post, refused: { ...post.refused, [network]: line } };
  await writeFile(join(context.workspace, QUEUE_FOLDER, `${post.id}.md`), printQueueFile(noted));
}

/** Deletes the oldest of what went out, so that no more than `keep` files stay. Gives how many went. */
export async function trimPosted(context: ScriptContext, keep: number): Promise<number> {
  const { posts } = await readPosted(context);
  const old = posts.slice(0, Math.max(posts.length - keep, 0));
  for (const { id } of old) await rm(join(context.workspace, POSTED_FOLDER, `${id}.md`), { force: true });
  return old.length;
}

async function readFolder(
  context: ScriptContext,
  folder: string,
  timeOf: (post: QueuedPost) => string,
): Promise<{ posts: QueuedPost[]; problems: QueueProblem[] }> {
  const names = (await namesIn(join(context.workspace, folder))).filter((name) => name.endsWith('.md')).sort();
  const read = await Promise.all(names.slice(0, FILES_READ).map((name) => readPost(context, `${folder}/${name}`)));
  const posts = read.flatMap((each) => ('post' in each ? [each.post] : []));
  const orderOf = (post: QueuedPost) => `${timeOf(post)} ${post.id}`;
  return {
    posts: posts.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
    problems: read.flatMap((each) => ('problem' in each ? [each.problem] : [])),
  };
}

async function readPost(
  context: ScriptContext,
  file: string,
): Promise<{ post: QueuedPost } | { problem: QueueProblem }> {
  const path = join(context.workspace, file);
  const found = await lstat(path);
  // A link could show any other file of the checkout to the world.
  if (!found.isFile()) return { problem: { file, found: 'no file of its own', expected: 'a plain file' } };
  if (found.size > FILE_LIMIT_BYTES)
    return { problem: { file, found: `${found.size} bytes`, expected: `at most ${FILE_LIMIT_BYTES}` } };
  return parseQueueFile(file, await readFile(path, 'utf8'));
}

/** Names of a folder's entries; none where it is not there. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // Where not even `social` exists, there is nothing that may be looked at.
    if (['ENOENT', 'ERR_ACCESS_DENIED'].includes(code)) return [];
    throw error;
  }
}
