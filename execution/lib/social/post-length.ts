import { NETWORKS, type Network } from './queue-file.ts';

/** Characters as a reader counts them; Mastodon counts any address as 23. */
export const POST_LIMITS: Readonly<Record<Network, number>> = { bluesky: 300, mastodon: 500 };
const MASTODON_ADDRESS_LENGTH = 23;
/** Bluesky refuses more, however few characters they are. */
const BLUESKY_LIMIT_BYTES = 3000;
const ADDRESS = /https?:\/\/[^\s<>"')\]]+/g;

/** How long the text is for the network. */
export function postLength(text: string, network: Network): number {
  if (network === 'mastodon') return graphemes(text.replace(ADDRESS, 'x'.repeat(MASTODON_ADDRESS_LENGTH)));
  return Buffer.byteLength(text) > BLUESKY_LIMIT_BYTES ? Number.POSITIVE_INFINITY : graphemes(text);
}

/** What is sent: the text, and behind it the address it does not hold yet. */
export function postedText({ text, url }: { text: string; url?: string | undefined }): string {
  return url === undefined || text.includes(url) ? text.trim() : `${text.trim()}\n\n${url}`;
}

/** The text, cut between words so that it goes with its address to all of these networks. */
export function fittedText(
  { text, url }: { text: string; url?: string | undefined },
  networks: readonly Network[] = NETWORKS,
): string {
  const fits = (candidate: string) =>
    networks.every((network) => postLength(postedText({ text: candidate, url }), network) <= POST_LIMITS[network]);
  const clean = cleanText(text);
  if (fits(clean)) return clean;
  const parts = clean.split(/(?<=\s)/);
  for (let count = parts.length - 1; count > 0; count--) {
    const shorter = `${parts.slice(0, count).join('').trimEnd()}…`;
    if (fits(shorter)) return shorter;
  }
  // One word that is too long.
  let letters = [...segmenter().segment(clean)].map(({ segment }) => segment).slice(0, POST_LIMITS.mastodon);
  while (letters.length > 0 && !fits(`${letters.join('')}…`)) letters = letters.slice(0, -1);
  return letters.length === 0 ? '' : `${letters.join('')}…`;
}

/** Without what is not seen, or turns the direction of text. Joiners stay: emoji are made with them. */
export const cleanText = (text: string): string =>
  text
    .normalize('NFC')
    .replaceAll('\r\n', '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/g, ' ')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

const segmenter = () => new Intl.Segmenter('en', { granularity: 'grapheme' });
const graphemes = (text: string): number => [...segmenter().segment(text)].length;
