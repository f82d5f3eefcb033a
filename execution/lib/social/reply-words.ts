import { z } from 'zod';
import type { ScriptContext } from '../../../src/script.ts';
import { maskSecrets } from '../ci/secret-mask.ts';
import { visibleLine } from '../outside-text.ts';
import { cleanText, POST_LIMITS, postLength } from './post-length.ts';
import type { Mention } from './social-account.ts';

const MENTION_LENGTH = 1000;

const Answer = z.object({
  needs_answer: z.boolean().describe('whether a person of the project would answer this at all'),
  reply: z.string().max(600).describe('the answer as plain text of at most 240 characters; empty where none is needed'),
});

const PROMPT = `Somebody wrote to the account of the project on a social network: see mention in the material. Draft the
answer that a friendly person of the project would give, for that person to review: at most 240 characters of plain text,
in the language of the mention. State only what about_the_project says; where it does not help, say that somebody will
look into it. Promise nothing else. No address, no @, no hashtag. Where it is an insult, an advertisement or thanks that need
no answer, set needs_answer to false.`;

export type Drafted = { text: string; by: string } | { none: string } | { unavailable: string };

/** A draft by a model, held to the rules by code; `none` where the mention gets no answer. */
export async function draftReply(context: ScriptContext, mention: Mention, about: string): Promise<Drafted> {
  const material = {
    mention: visibleLine(mention.text, MENTION_LENGTH),
    author: visibleLine(mention.author, 100),
    about_the_project: about,
  };
  const draft = await context.generate({ task: 'engagement', prompt: PROMPT, material, schema: Answer });
  if ('unavailable' in draft) return draft;
  if (!draft.generated.needs_answer) return { none: 'the model sees nothing to answer' };
  const text = replyText(draft.generated.reply, mention);
  const problem = replyProblem(text, mention, Object.values(context.secrets));
  return problem === undefined ? { text, by: draft.model } : { none: problem };
}

/** On Mastodon an answer is only heard by those it names; on Bluesky the thread does it. */
export function replyText(reply: string, { network, author }: Pick<Mention, 'network' | 'author'>): string {
  const text = cleanText(reply)
    .replace(/\s+/g, ' ')
    .replace(/^(@[\w.-]+(@[\w.-]+)?[,:]? )+/, '')
    .trim();
  return network === 'mastodon' ? `@${author} ${text}` : text;
}

const TOP_LEVEL =
  'com|org|net|io|dev|app|co|ai|me|xyz|info|biz|site|online|shop|store|link|click|top|club|live|pro|tech|ru|cn|tk|ly|gg|to|cc|finance|money|crypto|' +
  'at|au|be|br|ca|ch|de|dk|es|eu|fi|fr|icu|ir|it|jp|kr|nl|no|nz|page|pl|pw|se|space|su|tv|uk|us|vip|web|website|ws|xn--[a-z0-9-]+';
const LINK = new RegExp(
  `://|\\bmagnet:|\\bwww\\.|\\b[a-z0-9-]+(\\.[a-z0-9-]+)*\\.(${TOP_LEVEL})\\b|\\b[a-z0-9-]+\\.[a-z]{2,}/\\S|\\bmailto:|\\]\\(`,
  'i',
);

/** Why the text may not even be proposed; undefined where it may. */
export function replyProblem(
  text: string,
  { network, author }: Pick<Mention, 'network' | 'author'>,
  secrets: readonly string[],
): string | undefined {
  const ownText = network === 'mastodon' && text.startsWith(`@${author} `) ? text.slice(author.length + 2) : text;
  // Full stops and signs of other widths are read as what they look like.
  const own = ownText.normalize('NFKC').replace(/[\u3002\u2024]/g, '.');
  if ((own.match(/\p{L}/gu) ?? []).length < 2) return 'the draft says nothing';
  if (/[@＠]/.test(own)) return 'the draft names somebody';
  if (/[#＃]\p{L}/u.test(own)) return 'the draft has a hashtag';
  if (LINK.test(own) || LINK.test(ownText)) return 'the draft has an address';
  if (postLength(text, network) > POST_LIMITS[network]) return 'the draft is too long';
  if (secrets.some((secret) => secret !== '' && own.includes(secret)) || maskSecrets([own])[0] !== own)
    return 'the draft has what looks like a secret';
  return undefined;
}
