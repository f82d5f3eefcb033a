import { visibleLine } from '../outside-text.ts';
import { byTime, type Mention } from './social-account.ts';

/** What is left of mentions when those are gone that nobody answers; the newest first. */
export interface Sorted {
  open: Mention[];
  /** How many were left out, by reason. */
  left: Record<string, number>;
}

export interface MentionRules {
  /** Texts that mark a mention as nothing to answer, whatever their case. */
  blocked: readonly string[];
  /** Mentions of one author that are answered in the days looked at. */
  perAuthor: number;
}

/** Followers, money and attention, in the words of those who sell them. */
export const FOLLOW_BAIT =
  /\b(follow (me|back|4 ?follow|for follow)|f4f|follow\s*train|buy followers|dm me|check my (bio|profile|page)|link in bio|promo(te)? (it|this|your|my)|air ?drop|give ?away|free (nft|crypto|money)|(crypto|forex|trading) (signal|investment|expert)s?|seo (service|expert|agency)|guest post|backlinks?|onlyfans|whats ?app|telegram)\b/i;
const HANDLES = 4;
const LINKS = 1;

/** Rules first, and no model for what they settle. */
export function sortMentions(mentions: readonly Mention[], { blocked, perAuthor }: MentionRules): Sorted {
  const left = new Map<string, number>();
  const open: Mention[] = [];
  const ofAuthor = new Map<string, number>();
  for (const mention of mentions) {
    const reason = notAnswered(mention, blocked) ?? tooMany(mention, { ofAuthor, perAuthor });
    if (reason === undefined) open.push(mention);
    else left.set(reason, (left.get(reason) ?? 0) + 1);
  }
  return { open: open.sort((a, b) => byTime(b, a)), left: Object.fromEntries(left) };
}

/** Why nobody answers it; undefined where a person might. */
export function notAnswered({ text }: Mention, blocked: readonly string[]): string | undefined {
  // What is hidden between letters hides nothing.
  const line = visibleLine(text.normalize('NFKC'), 2000);
  const words = line.replace(/@[\w.-]+(@[\w.-]+)?/g, '').replace(/https?:\/\/\S+/gi, '');
  if (!/\p{L}{2}/u.test(words)) return 'no words';
  if (FOLLOW_BAIT.test(line)) return 'follow-bait';
  if (blocked.some((each) => line.toLowerCase().includes(each.toLowerCase()))) return 'blocked word';
  if ((line.match(/https?:\/\//gi) ?? []).length > LINKS) return 'links';
  if ((line.match(/(^|\s)@[\w.-]{2,}/g) ?? []).length > HANDLES) return 'crowd';
  return undefined;
}

/** The oldest of an author come first. */
function tooMany(
  { network, author }: Mention,
  { ofAuthor, perAuthor }: { ofAuthor: Map<string, number>; perAuthor: number },
): string | undefined {
  const name = `${network} ${author.toLowerCase()}`;
  const count = (ofAuthor.get(name) ?? 0) + 1;
  ofAuthor.set(name, count);
  return count > perAuthor ? 'many by one author' : undefined;
}
