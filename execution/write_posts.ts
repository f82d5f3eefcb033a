import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { dayOf } from './lib/markdown-text.ts';
import { readReportBody, writeReport } from './lib/report-file.ts';
import { duePosts } from './lib/social/due-posts.ts';
import { committedIds, queuePost, readPosted, readQueue } from './lib/social/post-queue.ts';
import { wordsFor } from './lib/social/post-words.ts';
import { NETWORKS } from './lib/social/queue-file.ts';
import { everQueued, type News, readNews } from './lib/social/social-news.ts';
import { socialPage, stuckFiles } from './lib/social/social-page.ts';

const Address = z.url({ protocol: /^https?$/ });

const input = z.strictObject({
  folder: z
    .string()
    .regex(/^[\w-]+(\/[\w-]+)*$/, 'a folder such as site/posts')
    .default('site/posts')
    .describe('Where the posts of the site are'),
  address: Address.optional().describe('What stands before the name of a post in its address'),
  releases: Address.optional().describe('What stands before a tag in the address of its release; default: on GitHub'),
  project: z.string().trim().max(60).default('').describe('Name of the project, for posts about releases'),
  days: z.int().min(1).max(60).default(14).describe('How many days a page or a release is new'),
  max: z.int().min(0).max(10).default(3).describe('How many posts are drafted in one run at most'),
  house: z
    .array(z.enum(NETWORKS))
    .min(1)
    .default([...NETWORKS])
    .describe('Networks that the house posts to'),
  path: z.string().default('knowledge/reports/social.md').describe('The page about what can not go out'),
});
type Input = z.infer<typeof input>;

/** What was queued this long ago is remembered by git, so that a draft that a person deleted does not come back. */
const REMEMBERED_DAYS = 90;

export default defineScript({
  summary: 'Drafts posts about new pages and releases into social/queue/, and names what is stuck there.',
  input,
  output: z.object({
    drafted: z.array(z.object({ id: z.string(), by: z.string() })),
    /** Posts that wait, and of these the ones that may go out now; drafts of this run go out with the next. */
    waiting: z.int(),
    due: z.int(),
    stuck: z.int(),
    path: z.string(),
    changed: z.boolean(),
  }),
  async run(context, input) {
    const drafted = await draft(context, input);
    const done = new Set((await readPosted(context)).posts.map(({ id }) => id));
    const { posts, problems } = await readQueue(context);
    const stuck = stuckFiles({ posts, problems, done }, input.house);
    const waiting = posts.filter(({ id }) => !done.has(id));
    for (const { file, found, expected } of stuck) context.log(`${file}: found ${found}; expected ${expected}`);
    const changed = await report(context, input.path, socialPage(stuck), stuck.length > 0);
    const today = dayOf(context.clock.now());
    const committed = await committedIds(context);
    const mayGo = input.house.flatMap((network) => duePosts(waiting, network, today)).map(({ id }) => id);
    const due = new Set(mayGo.filter((id) => committed.has(id)));
    // The steps behind this one have nothing to do then.
    if (drafted.length === 0 && due.size === 0 && !changed) return context.skip('nothing is new, and nothing is due');
    const { path } = input;
    return { drafted, waiting: waiting.length, due: due.size, stuck: stuck.length, path, changed };
  },
  /** What it writes are files, and those of a run that died are gone with it, or found by the next. */
  async find() {
    return { absent: true };
  },
});

async function draft(context: ScriptContext, input: Input): Promise<{ id: string; by: string }[]> {
  const releases = input.releases ?? (await releasesOnGitHub(context));
  const news = await readNews(context, { ...input, releases });
  const fresh = await notYetQueued(context, news);
  const drafted: { id: string; by: string }[] = [];
  for (const item of fresh.slice(0, input.max)) {
    const { text, by } = await wordsFor(context, item, input.project);
    const { id, url, source } = item;
    if (await queuePost(context, { id, text, url, source })) drafted.push({ id, by });
  }
  return drafted;
}

/** By id, address and source: whoever queued it, and whatever became of it. */
async function notYetQueued(context: ScriptContext, news: readonly News[]): Promise<News[]> {
  if (news.length === 0) return [];
  const known = [...(await readQueue(context)).posts, ...(await readPosted(context)).posts];
  const names = new Set(known.flatMap(({ id, url, source }) => [id, url, source]));
  const ever = await everQueued(context, REMEMBERED_DAYS);
  return news.filter(({ id, url, source }) => ![id, url, source].some((name) => names.has(name)) && !ever.has(id));
}

async function releasesOnGitHub(context: ScriptContext): Promise<string | undefined> {
  // Where GitHub says no, the post goes without an address.
  const repository = await context.forge.repo.get({}).catch((error: Error) => ({ unavailable: error.message }));
  if ('unavailable' in repository || repository.value.is_private) return undefined;
  return `${repository.value.url}/releases/tag/`;
}

/** There is no page until something is wrong. */
async function report(context: ScriptContext, path: string, body: string, isStuck: boolean): Promise<boolean> {
  if (!isStuck && (await readReportBody(context, path)) === undefined) return false;
  return writeReport(context, { path, body, footer: `Unchanged since ${dayOf(context.clock.now())}.` });
}
