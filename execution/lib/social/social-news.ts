import type { ScriptContext } from '../../../src/script.ts';
import { type Post, readPosts } from '../blog/blog-post.ts';
import { isShallowClone, records } from '../commit-history.ts';
import { dayOf } from '../markdown-text.ts';
import { POST_ID } from './queue-file.ts';

/** Something that people could hear of. */
export interface News {
  /** Id of the post about it. */
  id: string;
  kind: 'page' | 'release';
  title: string;
  description: string;
  /** A path of the repository, or `tag:v1.2.0`. */
  source: string;
  url?: string;
}

export interface NewsPlaces {
  /** Folder of the site's posts. */
  folder: string;
  /** What stands before a post's name in its address; posts are no news where it is not known. */
  address?: string | undefined;
  /** What stands before a tag in the address of its release. */
  releases?: string | undefined;
  /** How many days something is new. */
  days: number;
}

const DAY_MS = 24 * 3_600_000;
const RELEASE = /^v?\d+\.\d+(\.\d+)?$/;
const TAGS_READ = 50;

/** Pages and releases of the last days, the oldest first. */
export async function readNews(context: ScriptContext, places: NewsPlaces): Promise<News[]> {
  const [pages, releases] = [await newPages(context, places), await newReleases(context, places)];
  return [...pages, ...releases].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0)).map(({ news }) => news);
}

/** Ids of posts that were queued once and are not new any more, or that a person deleted: they are not drafted again. */
export async function everQueued(context: ScriptContext, days: number): Promise<Set<string>> {
  const paths = await addedSince(context, sinceDays(context, days), ['social/queue', 'social/posted']);
  return new Set([...paths].flatMap((path) => /([^/]+)\.md$/.exec(path)?.[1] ?? []));
}

interface Dated {
  day: string;
  news: News;
}

/** A page has the day of its front matter, else the one on which it came into the repository. */
async function newPages(context: ScriptContext, { folder, address, days }: NewsPlaces): Promise<Dated[]> {
  if (address === undefined) return [];
  const [since, today] = [sinceDays(context, days), dayOf(context.clock.now())];
  const posts = (await readPosts(context, folder)).filter(({ isDraft, title }) => !isDraft && title !== '');
  // Where a clone begins everything is new.
  const isKnown = posts.every(({ day }) => day !== undefined) || (await isShallowClone(context));
  const added = isKnown ? new Set<string>() : await addedSince(context, since, [folder]);
  return posts.flatMap((post) => {
    const news = pageNews(post, { folder, address });
    const day = post.day ?? (added.has(news.source) ? today : '');
    return day >= dayOf(since) && day <= today && POST_ID.test(news.id) ? [{ day, news }] : [];
  });
}

function pageNews(
  { slug, file, title, description }: Post,
  { folder, address }: { folder: string; address: string },
): News {
  const url = `${address.replace(/\/*$/, '/')}${encodeURIComponent(slug)}`;
  return { id: `blog-${slug}`.slice(0, 80), kind: 'page', title, description, source: `${folder}/${file}`, url };
}

async function newReleases(context: ScriptContext, { releases, days }: NewsPlaces): Promise<Dated[]> {
  const format = '--format=%(refname:short)%00%(creatordate:iso-strict)%00%(objecttype)%00%(contents:subject)';
  const tags = await context.git(['for-each-ref', '--sort=-creatordate', `--count=${TAGS_READ}`, format, 'refs/tags']);
  return records(tags).flatMap(([tag = '', date = '', type = '', subject = '']) => {
    const at = new Date(date);
    if (!RELEASE.test(tag) || Number.isNaN(at.getTime()) || at < sinceDays(context, days)) return [];
    if (at > context.clock.now()) return [];
    const id = `release-${tag.replaceAll('.', '-')}`.slice(0, 80);
    const url = releases === undefined ? {} : { url: `${releases.replace(/\/*$/, '/')}${tag}` };
    // The subject of a light tag is that of its commit, which nobody wrote for readers.
    const description = type === 'tag' ? subject : '';
    const news: News = { id, kind: 'release', title: tag, description, source: `tag:${tag}`, ...url };
    return [{ day: dayOf(at), news }];
  });
}

/** Paths that commits since then added below the folders. */
async function addedSince(context: ScriptContext, since: Date, folders: readonly string[]): Promise<Set<string>> {
  const range = [
    `--since=${since.toISOString()}`,
    '--diff-filter=A',
    '--no-renames',
    '--name-only',
    '--format=%H',
    '-z',
  ];
  const output = await context.git(['log', ...range, '--', ...folders]);
  // Ids of commits stand between the paths.
  const isBelow = (path: string) => folders.some((folder) => path.startsWith(`${folder}/`));
  return new Set(output.split(/[\0\n]/).filter(isBelow));
}

const sinceDays = (context: ScriptContext, days: number): Date =>
  new Date(context.clock.now().getTime() - days * DAY_MS);
