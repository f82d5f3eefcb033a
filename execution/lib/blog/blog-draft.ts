import { z } from 'zod';
import type { ScriptContext } from '../../../src/script.ts';
import { cut } from '../markdown-text.ts';
import type { Post } from './blog-post.ts';
import { safeMarkdown, visibleOnly, withoutEmptyEnds } from './safe-markdown.ts';
import { type Audit, auditPost } from './seo-audit.ts';

/** What the model is asked for. The lengths that matter are the audit's; these keep nonsense out. */
const Answer = z.object({
  title: z.string().min(5).max(200).describe('30 to 60 characters, with the main keyword'),
  description: z.string().min(20).max(400).describe('70 to 160 characters, with the main keyword'),
  body: z.string().min(200).max(30_000).describe('Markdown'),
  tags: z.array(z.string().min(1).max(60)).max(10).describe('at most 5 topics in lower case'),
});

/** A post as it may be published, and what the audit says of it. */
export interface Draft {
  title: string;
  description: string;
  body: string;
  tags: string[];
  audit: Audit;
}

/** What a post is to be about, and where it will stand. */
export interface Brief {
  topic: string;
  keywords: readonly string[];
  /** Address of the site, without a slash at the end. */
  site?: string | undefined;
  /** Posts that are there already. */
  others: readonly Post[];
  /** Path of the posts on the site, such as `/blog/`. */
  prefix: string;
}

const PROMPT = `Write a blog post about the material "topic", for the readers of the site.

- Say what somebody can use: explain, show, compare. Invent no numbers, quotes, customers, tests or experiences.
- body: 700 to 1100 words of Markdown. No title in it and no H1; at least three H2 sections, H3 below them where needed.
  Sentences of under 25 words, paragraphs of under 100. No HTML, no pictures, no template marks such as {{ }}.
- keywords: the first is the main one. It stands in the title, the description, the first paragraph and one heading, and
  is about one percent of the words. Each other one occurs once or more. Write for people: nothing is stuffed.
- Links: one or two to pages elsewhere that you are sure of (https), with a text that says where they lead. Where the
  material "posts" has one that fits, link to it by the path given there, exactly as it stands.`;

/** How the second attempt is asked for. */
const AGAIN = `The material "draft" is an earlier attempt, "findings" what an audit missed in it. Write it again, better: mend
the findings and keep what is good.`;

/** As many posts as a model is shown to link to. */
const SHOWN = 20;

/** Asks for one draft, and makes it fit to be published; `none` says why there is none. */
export async function askForDraft(
  context: ScriptContext,
  brief: Brief,
  earlier?: Draft,
): Promise<{ draft: Draft } | { none: string }> {
  const { topic, keywords, others, prefix } = brief;
  const posts = others.slice(-SHOWN).map(({ slug, title }) => `${prefix}${slug}: ${cut(title, 100)}`);
  const answer = await context.generate({
    task: 'blog_generation',
    prompt: earlier ? `${PROMPT}\n\n${AGAIN}` : PROMPT,
    material: {
      topic,
      keywords: keywords.join(', ') || 'none given: choose one main keyword yourself',
      posts: posts.join('\n') || 'none yet',
      ...(earlier ? { draft: earlier.body, findings: findingsOf(earlier.audit).join('\n') } : {}),
    },
    schema: Answer,
  });
  if ('unavailable' in answer) return { none: answer.unavailable };
  return finish(answer.generated, brief);
}

/** What the audit would have mended. */
export const findingsOf = ({ checks }: Audit): string[] => checks.flatMap(({ advice }) => advice ?? []);

export function finish(answer: z.infer<typeof Answer>, brief: Brief): { draft: Draft } | { none: string } {
  const title = cut(plainLine(answer.title), 120);
  const description = cut(plainLine(answer.description), 300);
  const safe = safeMarkdown(answer.body, (url) => leadsSomewhere(url, brief));
  if (title === '' || safe === undefined) return { none: 'the text could not be made safe to publish' };
  const body = withoutTitle(safe, title);
  const tags = [...new Set(answer.tags.map((tag) => plainLine(tag).toLowerCase()).filter((tag) => tag !== ''))];
  const post = { title, description, body, tags: tags.slice(0, 5) };
  return { draft: { ...post, audit: auditOf(post, brief) } };
}

export const auditOf = (
  post: Pick<Draft, 'title' | 'description' | 'body'>,
  { keywords, site, others }: Brief,
): Audit => auditPost({ ...post, keywords, hasOthers: others.length > 0, ...(site === undefined ? {} : { site }) });

/** A model makes up posts to link to: below the path of the posts only those that are there are addresses. */
function leadsSomewhere(url: string, { site = '', others, prefix }: Brief): boolean {
  const path = site !== '' && url.startsWith(`${site}/`) ? url.slice(site.length) : url;
  if (/^https?:/i.test(path) || path.startsWith('#')) return true;
  // Relative addresses depend on where the generator puts the page.
  if (!path.startsWith('/')) return false;
  if (!path.startsWith(prefix)) return true;
  const slug = path.slice(prefix.length).replace(/[/?#].*$/, '');
  return slug === '' || others.some((post) => post.slug === slug);
}

/** Text on one line, without tags and without marks that a template engine would run. */
const plainLine = (text: string): string =>
  visibleOnly(text)
    .replace(/<[^<>]*>/g, '')
    .replace(/\{(?=[{%#])/g, '{ ')
    .replace(/\s+/g, ' ')
    .trim();

/** Generators print the title of the front matter: one at the head of the text would be a second. */
function withoutTitle(body: string, title: string): string {
  const [first = '', ...rest] = body.split('\n');
  const heading = /^#\s+(.*?)\s*#*$/.exec(first)?.[1];
  if (heading === undefined) return body;
  const isSame = heading.toLowerCase() === title.toLowerCase() || !rest.some((line) => /^#\s/.test(line));
  return isSame ? `${withoutEmptyEnds(rest.join('\n'))}\n` : body;
}
