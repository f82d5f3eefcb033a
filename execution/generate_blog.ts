import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { askForDraft, auditOf, type Brief, type Draft, findingsOf } from './lib/blog/blog-draft.ts';
import { BLOG_PLACE } from './lib/blog/blog-place.ts';
import { type Post, postText, readPosts, takenNames } from './lib/blog/blog-post.ts';
import { uniqueSlug } from './lib/blog/post-slug.ts';
import { seoPage } from './lib/blog/seo-page.ts';
import { cut, dayOf } from './lib/markdown-text.ts';
import { writeReport } from './lib/report-file.ts';

/** A text of fewer words is no post, whatever else is right about it. */
const FEWEST_WORDS = 150;

const input = z.strictObject({
  topic: z.string().trim().min(3).max(300).describe('What the post is about'),
  keywords: z
    .array(z.string().trim().min(1).max(80))
    .max(10)
    .default([])
    .describe('What people search for; the first is the main keyword'),
  site_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the site'),
  ...BLOG_PLACE,
  min_score: z.int().min(0).max(100).default(70).describe('Under this score of the audit it is written a second time'),
  report: z.string().default('knowledge/reports/seo.md').describe('The page with the audit'),
});
type Input = z.infer<typeof input>;

/**
 * At most two texts are paid for. The better one is delivered even where it stays under `min_score`: it goes to a person
 * for review, with the audit beside it, and throwing away what was paid for helps nobody.
 */
export default defineScript({
  summary: 'Writes a blog post with a model, audits it by code, and saves it as Markdown with front matter.',
  input,
  output: z.object({
    path: z.string(),
    slug: z.string(),
    title: z.string(),
    description: z.string(),
    score: z.int(),
    words: z.int(),
    attempts: z.int(),
    adopted: z.boolean(),
    findings: z.array(z.string()),
  }),
  async run(context, input) {
    const posts = await readPosts(context, input.folder);
    const mine = posts.find(({ key }) => key === context.key);
    const brief: Brief = {
      topic: input.topic,
      keywords: input.keywords,
      site: input.site_url?.replace(/\/+$/, ''),
      others: posts.filter((post) => post !== mine && !post.isDraft),
      prefix: input.prefix,
    };
    // An earlier run of this very occurrence wrote it: the text is paid for.
    if (mine) return deliver(context, input, { post: mine, audit: auditOf(mine, brief), attempts: 0 });
    const best = await write(context, brief, input.min_score);
    if ('none' in best) return context.skip(best.none);
    const { draft, attempts } = best;
    const slug = await freeSlug(context, draft.title, { posts, folder: input.folder });
    const text = postText({ ...draft, slug, day: dayOf(context.clock.now()), key: context.key });
    const file = `${slug}.md`;
    await mkdir(join(context.workspace, input.folder), { recursive: true });
    await writeFile(join(context.workspace, input.folder, file), text, { flag: 'wx' });
    return deliver(context, input, { post: { ...draft, slug, file }, audit: draft.audit, attempts });
  },
});

type Found = { draft: Draft; attempts: number } | { none: string };

/** The better of two drafts, where the first one is not good enough. */
async function write(context: ScriptContext, brief: Brief, wanted: number): Promise<Found> {
  const first = await askForDraft(context, brief);
  if ('none' in first)
    return { none: `only a model can write a post: ${first.none}. Set a model key, or wait for the next budget` };
  if (first.draft.audit.score >= wanted) return usable(first.draft, 1);
  context.log(`the first draft has ${first.draft.audit.score} of 100: ${findingsOf(first.draft.audit).join('; ')}`);
  const second = await askForDraft(context, brief, first.draft);
  if ('none' in second) {
    context.log(`no second draft: ${second.none}`);
    return usable(first.draft, 1);
  }
  const isBetter = second.draft.audit.score > first.draft.audit.score;
  return usable(isBetter ? second.draft : first.draft, 2);
}

function usable(draft: Draft, attempts: number): Found {
  const { score, words } = draft.audit;
  if (score === 0) return { none: `the model's text can not be published: ${findingsOf(draft.audit).join('; ')}` };
  if (words < FEWEST_WORDS) return { none: `the model's text has only ${words} words; ${FEWEST_WORDS} make a post` };
  return { draft, attempts };
}

/** A name that no post has, in its file or in its front matter. */
async function freeSlug(
  context: ScriptContext,
  title: string,
  { posts, folder }: { posts: readonly Post[]; folder: string },
): Promise<string> {
  const taken = [...(await takenNames(context, folder)), ...posts.map(({ slug }) => slug)];
  return uniqueSlug(
    title,
    `post-${context.key
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .slice(0, 8)}`,
    taken,
  );
}

async function deliver(
  context: ScriptContext,
  input: Input,
  {
    post,
    audit,
    attempts,
  }: { post: Pick<Post, 'slug' | 'title' | 'description' | 'file'>; audit: Draft['audit']; attempts: number },
) {
  const path = `${input.folder}/${post.file}`;
  const body = seoPage({ path, title: post.title, audit, wanted: input.min_score });
  await writeReport(context, { path: input.report, body, footer: `Written on ${dayOf(context.clock.now())}.` });
  return {
    path,
    slug: post.slug,
    title: post.title,
    description: post.description,
    score: audit.score,
    words: audit.words,
    attempts,
    adopted: attempts === 0,
    findings: findingsOf(audit)
      .map((finding) => cut(finding, 200))
      .slice(0, 12),
  };
}
