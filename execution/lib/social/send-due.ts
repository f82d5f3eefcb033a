import { z } from 'zod';
import type { Found, ScriptContext } from '../../../src/script.ts';
import { dayOf } from '../markdown-text.ts';
import { duePosts, isMissing, sentOn } from './due-posts.ts';
import { committedIds, notePosted, noteRefused, readPosted, readQueue, trimPosted } from './post-queue.ts';
import { NETWORKS, type Network, type QueuedPost } from './queue-file.ts';
import type { Said, SocialAccount, Trouble } from './social-account.ts';

/** What both posting scripts take. */
export const SENDING = {
  house: z
    .array(z.enum(NETWORKS))
    .min(1)
    .default([...NETWORKS])
    .describe('Networks that the house posts to: a post is done when all of these have it'),
  max: z.int().min(0).max(20).default(2).describe('How many posts go out in one run at most'),
  per_day: z.int().min(0).max(100).default(4).describe('How many posts go out on one day (UTC) at most'),
  keep: z.int().min(50).max(900).default(400).describe('How many files of posts that went out are kept'),
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
    .default('en')
    .describe('Language of the posts'),
};

export const SENT = z.object({
  /** Addresses of what the network has now and had not in our books. */
  posted: z.array(z.string()),
  /** Of these, found there already: an earlier run made them and could not note it. */
  found: z.int(),
  /** Posts that still wait for this network. */
  waiting: z.int(),
  /** What kept posts from going out; empty where nothing did. */
  trouble: z.string(),
  /** The network does not let the account in: somebody must act. */
  is_denied: z.boolean(),
  /** Where the account's posts can be asked for. */
  service: z.string(),
});
export type Sent = z.infer<typeof SENT>;

export interface Sending {
  network: Network;
  house: readonly Network[];
  max: number;
  per_day: number;
  keep: number;
  service: string;
  open(taken: ReadonlySet<string>): Promise<Said<SocialAccount & { service?: string }>>;
}

/**
 * Sends what is due and committed, oldest first. The network is asked first what it has of it, and each post is noted as soon as it is
 * out: a run that died in between is taken up where it ended, and nothing goes out twice.
 */
export async function sendDue(context: ScriptContext, sending: Sending): Promise<Sent> {
  const { network, service } = sending;
  const { due, taken, posts } = await readDue(context, sending);
  const sent: Sent = { posted: [], found: 0, waiting: 0, trouble: '', is_denied: false, service };
  const trouble = due.length === 0 ? undefined : await sendAll(context, { due, taken, sending, sent });
  if (trouble) context.log(`${network}: ${trouble.reason}`);
  await trimPosted(context, sending.keep);
  return {
    ...sent,
    waiting: posts.filter((post) => isMissing(post, network)).length - sent.posted.length,
    trouble: trouble ? `${network}: ${trouble.reason}` : '',
    is_denied: trouble?.kind === 'denied',
  };
}

/** For find(): the effect of an interrupted run, if any of what is due is out already. */
export async function findDue(context: ScriptContext, sending: Sending): Promise<Found<Sent>> {
  const { due, taken, posts } = await readDue(context, { ...sending, max: Number.POSITIVE_INFINITY });
  if (due.length === 0) return { absent: true };
  const opened = await sending.open(taken);
  if ('trouble' in opened) return { unknown: `${sending.network}: ${opened.trouble.reason}` };
  const found = await opened.value.find(due);
  await opened.value.close();
  if ('trouble' in found) return { unknown: `${sending.network}: ${found.trouble.reason}` };
  const posted = [...found.value.values()].slice(0, 20);
  if (posted.length === 0) return { absent: true };
  // Their files are moved by the next run, which finds them, too.
  const waiting = posts.filter((post) => isMissing(post, sending.network)).length;
  const { service = sending.service } = opened.value;
  return { found: { posted, found: posted.length, waiting, trouble: '', is_denied: false, service } };
}

async function readDue(
  context: ScriptContext,
  { network, max, per_day }: Pick<Sending, 'network' | 'max' | 'per_day'>,
): Promise<{ posts: QueuedPost[]; due: QueuedPost[]; taken: Set<string> }> {
  const [{ posts: queued }, { posts: done }] = [await readQueue(context), await readPosted(context)];
  // A run may have died between the two files.
  const isDone = new Set(done.map(({ id }) => id));
  const posts = queued.filter(({ id }) => !isDone.has(id));
  const committed = await committedIds(context);
  const day = dayOf(context.clock.now());
  const all = [...posts, ...done];
  const room = Math.max(Math.min(max, per_day - sentOn(all, network, day)), 0);
  const taken = new Set(all.flatMap(({ posted }) => posted[network] ?? []));
  const due = duePosts(posts, network, day).filter(({ id }) => committed.has(id));
  return { posts, due: due.slice(0, room), taken };
}

async function sendAll(
  context: ScriptContext,
  at: { due: readonly QueuedPost[]; taken: ReadonlySet<string>; sending: Sending; sent: Sent },
): Promise<Trouble | undefined> {
  const { due, taken, sending, sent } = at;
  const opened = await sending.open(taken);
  if ('trouble' in opened) return opened.trouble;
  const account = opened.value;
  sent.service = account.service ?? sending.service;
  const there = await account.find(due);
  const trouble = 'trouble' in there ? there.trouble : await sendEach(context, { ...at, account, there: there.value });
  await account.close();
  return trouble;
}

async function sendEach(
  context: ScriptContext,
  at: {
    due: readonly QueuedPost[];
    sending: Sending;
    sent: Sent;
    account: SocialAccount;
    there: ReadonlyMap<string, string>;
  },
): Promise<Trouble | undefined> {
  const { due, sending, sent, account, there } = at;
  const { network, house } = sending;
  let rejected: Trouble | undefined;
  for (const post of due) {
    const known = there.get(post.id);
    const answer = known === undefined ? await account.send(post) : { value: known };
    if ('value' in answer) {
      await notePosted(context, post, { network, address: answer.value, house });
      sent.posted.push(answer.value);
      if (known !== undefined) sent.found += 1;
    } else if (answer.trouble.kind === 'rejected') {
      // This one must not keep the others back.
      await noteRefused(context, post, { network, reason: answer.trouble.reason });
      rejected = { kind: 'rejected', reason: `${post.id}: ${answer.trouble.reason}` };
    } else return answer.trouble;
  }
  return rejected;
}
