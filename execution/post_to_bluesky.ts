import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { openBluesky } from './lib/social/bluesky.ts';
import { findDue, SENDING, SENT, type Sending, sendDue } from './lib/social/send-due.ts';

const input = z.strictObject({
  ...SENDING,
  handle: z.string().min(1).max(253).describe('The account, such as ada.example'),
  service: z
    .url({ protocol: /^https?$/ })
    .default('https://bsky.social')
    .describe('The server of the account, where it is not one of Bluesky’s'),
});
type Input = z.infer<typeof input>;

const SECRET = 'BLUESKY_APP_PASSWORD';

/** A post's record key is made of its id, so that a second attempt can only find the record of the first. */
export default defineScript({
  summary: 'Posts what is due in social/queue/ to Bluesky.',
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

function toSending(context: ScriptContext, { handle, service, language, ...sending }: Input): Sending {
  const password = context.secrets[SECRET] ?? '';
  const login = { service, handle: handle.replace(/^@/, ''), password, language };
  return { ...sending, network: 'bluesky', service, open: () => openBluesky(context, login) };
}
