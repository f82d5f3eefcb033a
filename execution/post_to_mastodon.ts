import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { openMastodon } from './lib/social/mastodon.ts';
import { findDue, SENDING, SENT, type Sending, sendDue } from './lib/social/send-due.ts';

const input = z.strictObject({
  ...SENDING,
  url: z.url({ protocol: /^https?$/ }).describe('The server of the account, such as https://mastodon.social'),
  visibility: z.enum(['public', 'unlisted']).default('public').describe('Who sees the posts in timelines'),
});
type Input = z.infer<typeof input>;

const SECRET = 'MASTODON_TOKEN';

/** The account's own statuses are looked through before anything is posted; each post has a key of its own besides. */
export default defineScript({
  summary: 'Posts what is due in social/queue/ to Mastodon.',
  input,
  output: SENT,
  async run(context, input) {
    if (!context.secrets[SECRET]) return context.skip(`the secret ${SECRET} is not granted`);
    return sendDue(context, toSending(context, input));
  },
  async find(context, input) {
    if (!context.secrets[SECRET]) return { unknown: `the secret ${SECRET} is not granted` };
    return findDue(context, toSending(context, input));
  },
});

function toSending(context: ScriptContext, { url, visibility, language, ...sending }: Input): Sending {
  const token = context.secrets[SECRET] ?? '';
  const open = (taken: ReadonlySet<string>) =>
    openMastodon(context, { url: new URL(url).origin, token, visibility, language, taken });
  return { ...sending, network: 'mastodon', service: new URL(url).origin, open };
}
