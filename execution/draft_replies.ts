import { join } from 'node:path';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { visibleLine } from './lib/outside-text.ts';
import { readIfThere } from './lib/report-file.ts';
import { tellIssue } from './lib/rolling-issue.ts';
import { openBluesky } from './lib/social/bluesky.ts';
import { draftedBefore, replyId } from './lib/social/drafted-before.ts';
import { openMastodon } from './lib/social/mastodon.ts';
import { sortMentions } from './lib/social/mention-rules.ts';
import { mentionsIssue } from './lib/social/mentions-issue.ts';
import { queuePost } from './lib/social/post-queue.ts';
import { NETWORKS, type Network } from './lib/social/queue-file.ts';
import { draftReply } from './lib/social/reply-words.ts';
import type { Mention, Said, SocialAccount } from './lib/social/social-account.ts';

const input = z.strictObject({
  house: z
    .array(z.enum(NETWORKS))
    .min(1)
    .default([...NETWORKS])
    .describe('Networks that are read'),
  handle: z.string().min(1).max(253).optional().describe('The account on Bluesky, such as ada.example'),
  service: z
    .url({ protocol: /^https?$/ })
    .default('https://bsky.social')
    .describe('Its server, where it is not one of Bluesky’s'),
  mastodon_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('The server of the account on Mastodon'),
  days: z.int().min(1).max(30).default(7).describe('How old a mention may be'),
  max: z.int().min(1).max(15).default(10).describe('How many mentions a model is shown in one run at most'),
  per_author: z.int().min(1).max(10).default(2).describe('How many mentions of one author are answered in these days'),
  blocked: z.array(z.string().trim().min(2)).default([]).describe('Words of mentions that are not answered'),
  about: z.string().default('README.md').describe('The file that tells a model what the project is'),
});
type Input = z.infer<typeof input>;

const DAY_MS = 24 * 3_600_000;
const ABOUT_LENGTH = 6000;

/** What people write is shown to a model as data and is hostile; what the model writes is a proposal, held to rules. */
export default defineScript({
  summary: 'Drafts answers to mentions on Bluesky and Mastodon into social/queue/, for a person to approve.',
  input,
  output: z.object({
    /** Ids of the files in social/queue/. */
    drafted: z.array(z.string()),
    mentions: z.int(),
    /** Without an answer after this run, those not counted that rules left out. */
    open: z.int(),
    left: z.record(z.string(), z.int()),
    by: z.string(),
    trouble: z.string(),
  }),
  async run(context, input) {
    const before = await draftedBefore(context);
    // Without knowing what was declined it would be proposed again.
    if ('unavailable' in before) return context.skip(`what was proposed before is not known: ${before.unavailable}`);
    const read = await readMentions(context, input);
    for (const trouble of read.troubles) context.log(trouble);
    if (read.troubles.length === input.house.length) return context.skip(read.troubles.join('; '));
    const sorted = sortMentions(read.mentions, { blocked: input.blocked, perAuthor: input.per_author });
    const { left } = sorted;
    const open = sorted.open.filter(({ id }) => !before.ids.has(replyId(id)));
    const { drafted, by, noModel, none } = await draftAll(context, open.slice(0, input.max), input.about);
    for (const reason of none) left[reason] = (left[reason] ?? 0) + 1;
    const waiting = open.length - drafted.length - none.length;
    // The pull request tells of drafts; without a model somebody has to.
    if (read.troubles.length === 0) await tellIssue(context, mentionsIssue(noModel === undefined ? [] : open));
    if (noModel !== undefined && open.length > 0 && drafted.length === 0)
      return context.skip(`${open.length} mentions wait, and nothing can draft answers: ${noModel}`);
    return { drafted, mentions: read.mentions.length, open: waiting, left, by, trouble: read.troubles.join('; ') };
  },
});

async function draftAll(
  context: ScriptContext,
  mentions: readonly Mention[],
  about: string,
): Promise<{ drafted: string[]; none: string[]; by: string; noModel?: string }> {
  const readme = mentions.length === 0 ? '' : await readAbout(context, about);
  const [drafted, none]: [string[], string[]] = [[], []];
  let by = '';
  for (const mention of mentions) {
    const draft = await draftReply(context, mention, readme);
    if ('unavailable' in draft) return { drafted, none, by, noModel: draft.unavailable };
    if ('none' in draft) none.push(draft.none);
    else {
      const id = replyId(mention.id);
      const note = `${visibleLine(mention.author, 80)}: ${visibleLine(mention.text, 300)}`;
      const source = URL.canParse(mention.url) ? mention.url : undefined;
      const post = { id, text: draft.text, networks: [mention.network], replyTo: mention.id, source, note };
      if (await queuePost(context, post)) drafted.push(id);
      by = draft.by;
    }
  }
  return { drafted, none, by };
}

async function readAbout({ workspace }: ScriptContext, about: string): Promise<string> {
  return ((await readIfThere(join(workspace, about))) ?? '').slice(0, ABOUT_LENGTH);
}

async function readMentions(
  context: ScriptContext,
  input: Input,
): Promise<{ mentions: Mention[]; troubles: string[] }> {
  const since = new Date(context.clock.now().getTime() - input.days * DAY_MS);
  const [mentions, troubles]: [Mention[], string[]] = [[], []];
  for (const network of input.house) {
    const opened = await openAccount(context, network, input);
    const read = 'trouble' in opened ? opened : await opened.value.mentions(since);
    if ('value' in opened) await opened.value.close();
    if ('trouble' in read) troubles.push(`${network}: ${read.trouble.reason}`);
    else mentions.push(...read.value);
  }
  return { mentions, troubles };
}

async function openAccount(context: ScriptContext, network: Network, input: Input): Promise<Said<SocialAccount>> {
  const language = 'en';
  const missing = (what: string) => ({ trouble: { kind: 'denied' as const, reason: `${what} is missing` } });
  if (network === 'bluesky') {
    const password = context.secrets.BLUESKY_APP_PASSWORD ?? '';
    if (password === '') return missing('the secret BLUESKY_APP_PASSWORD');
    if (input.handle === undefined) return missing('--handle');
    return openBluesky(context, { service: input.service, handle: input.handle.replace(/^@/, ''), password, language });
  }
  const token = context.secrets.MASTODON_TOKEN ?? '';
  if (token === '') return missing('the secret MASTODON_TOKEN');
  if (input.mastodon_url === undefined) return missing('--mastodon_url');
  const url = new URL(input.mastodon_url).origin;
  return openMastodon(context, { url, token, visibility: 'public', language, taken: new Set() });
}
