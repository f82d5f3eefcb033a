/**
 * How many tokens a text may count as, from above: what is reserved before a call must cover what it is billed.
 * No tokenizer is shipped (the smallest is 30 MB, and none is the vendors' current one). The rules follow how byte-pair
 * tokenizers cut a text, and are held against one of them (o200k) on prose, code, JSON, CJK and random text in the tests.
 */
export function estimateTokens(text: string): number {
  let total = 0;
  for (const [piece] of text.matchAll(PIECES)) total += pieceTokens(piece);
  // Every token stands for at least one byte.
  return Math.min(Math.ceil(total), Buffer.byteLength(text));
}

/** Words as tokenizers see them (a capital begins a new one), digits, equal white space, punctuation, and all the rest. */
const PIECES = /[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+| (?=[^\s0-9])| +|\n+|\t+|[!-/:-@[-`{-~]+|[\s\S]/gu;

const TOKENS_PER_PUNCTUATION = 0.8;
const DIGITS_PER_TOKEN = 3;

function pieceTokens(piece: string): number {
  const first = piece.charCodeAt(0);
  if (first >= 0x80) return foreignTokens(piece);
  if (/[a-z]/.test(piece)) return wordTokens(piece.toLowerCase());
  if (/[A-Z]/.test(piece)) return Math.max(Math.ceil(piece.length / 2), wordTokens(piece.toLowerCase()));
  if (/[0-9]/.test(piece)) return Math.ceil(piece.length / DIGITS_PER_TOKEN);
  // One space is part of the word that follows.
  if (piece === ' ') return 0.1;
  if (/\s/.test(piece)) return 1 + Math.floor(piece.length / 16);
  return Math.max(1, piece.length * TOKENS_PER_PUNCTUATION);
}

/** A usual word of up to four letters is one token, then about three letters each; letters that no language strings together cost more. */
function wordTokens(word: string): number {
  const usual = 1 + Math.max(0, Math.ceil((word.length - 4) / 3));
  if (!/[aeiouy]/.test(word)) return Math.max(1, word.length * 0.8);
  const clusters = word.match(/[bcdfghjklmnpqrstvwxz]{3,}|[aeiouy]{3,}/g) ?? [];
  const unusual = clusters.reduce((sum, cluster) => sum + cluster.length - 2, 0);
  return usual + unusual * 0.75;
}

/** Tokens for one character by its script; a byte each where the script is rare in training data. */
function foreignTokens(character: string): number {
  const script = SCRIPTS.find(([pattern]) => pattern.test(character));
  return script ? script[1] : Buffer.byteLength(character);
}

const SCRIPTS: readonly (readonly [RegExp, number])[] = [
  // CJK punctuation, kana, the usual ideographs, Hangul syllables, full-width forms.
  [/[\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]/, 1.5],
  // Latin with accents, Greek, Cyrillic, Hebrew, Arabic.
  [/[\u00a1-\u052f\u0590-\u06ff]/, 1],
  // Devanagari to Thai.
  [/[\u0900-\u0e7f]/, 1.5],
];
