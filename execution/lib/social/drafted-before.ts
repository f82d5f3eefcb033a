import { createHash } from 'node:crypto';
import type { ScriptContext } from '../../../src/script.ts';
import { readPosted, readQueue } from './post-queue.ts';
import { everQueued } from './social-news.ts';

/** Id of the answer to a mention: one for each, whatever becomes of it. */
export const replyId = (mention: string): string =>
  `reply-${createHash('sha256').update(mention).digest('hex').slice(0, 16)}`;

const REMEMBERED_DAYS = 90;
/** What the agent calls the branches of this directive. */
const BRANCHES = 'steward/engagement/';

/** Far more than are made while a mention is young; other people's come in between. */
const LOOKED_AT = 300;

/**
 * Answers that were drafted once: those in the queue and those posted, those a person deleted, and those in proposals
 * that wait or were declined, which name their files. Undefined words where GitHub does not answer.
 */
export async function draftedBefore(context: ScriptContext): Promise<{ ids: Set<string> } | { unavailable: string }> {
  const pulls = await context.forge.pulls.list({ state: 'all', limit: LOOKED_AT });
  if ('unavailable' in pulls) return pulls;
  // Where the agent may open no pull request, an issue asks for it.
  const issues = await context.forge.issues.list({ state: 'all', labels: ['steward'], limit: LOOKED_AT });
  if ('unavailable' in issues) return issues;
  const texts = [
    ...pulls.value.filter(({ head, isFork }) => head.startsWith(BRANCHES) && !isFork),
    ...issues.value.filter(({ body }) => proposalOf(body)?.startsWith(BRANCHES)),
  ].map(({ body }) => body);
  const proposed = texts.flatMap((body) =>
    [...body.matchAll(/social\/queue\/(reply-[0-9a-f]{16})\.md/g)].map(([, id = '']) => id),
  );
  const files = [...(await readQueue(context)).posts, ...(await readPosted(context)).posts].map(({ id }) => id);
  return { ids: new Set([...proposed, ...files, ...(await everQueued(context, REMEMBERED_DAYS))]) };
}

/** The branch that an issue asks for a pull request from. */
const proposalOf = (body: string): string | undefined => /<!-- steward:proposal:(\S+) -->/.exec(body)?.[1];
