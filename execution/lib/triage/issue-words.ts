import { withoutUnseen } from '../outside-text.ts';

/** What people themselves say in an issue: without code, quotes, and what a form or a template put there. */

/** More says no more about the subject. */
const TEXT_LIMIT = 20_000;

const TEMPLATE_LINES =
  /^\s*(?:[-*] \[[ xX]\].*|_No response_|\*\*[^*]{1,60}\*\*:?|<details>|<\/details>|#{1,6} .*|[-_*]{3,})\s*$/;

export function ownWords(text: string): string {
  const plain = withoutUnseen(text.slice(0, TEXT_LIMIT).normalize('NFKC')).replace(/<!--[\s\S]*?(?:-->|$)/g, ' ');
  const kept: string[] = [];
  let fence: string | undefined;
  for (const line of plain.split(/\r?\n/)) {
    const [, mark] = /^\s{0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
      continue;
    }
    const isOthers =
      fence !== undefined || /^\s*>/.test(line) || /^(?: {4}|\t)/.test(line) || TEMPLATE_LINES.test(line);
    if (!isOthers) kept.push(line);
  }
  return kept
    .join('\n')
    .replace(/`[^`\n]*`/g, ' ')
    .replace(/\bhttps?:\/\/\S+/gi, ' ')
    .replace(/<\/?[a-z][^>]{0,200}>/gi, ' ');
}

/** Words that every issue has. */
const COMMON = new Set(
  'a an and are as at be been but by can cannot could did do does for from get gets getting got had has have how i if in into is it its just like me my no not of on or our please so some than that the their them then there these they this to too trying try use used using was we were what when where which while who why will with would you your issue bug problem error fails fail failing work works working'.split(
    ' ',
  ),
);

/** Words for comparing, in small letters and the singular. Languages without spaces give pairs of signs. */
export function wordsOf(text: string): string[] {
  const found =
    text
      .toLowerCase()
      .match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+|[\p{L}\p{N}][\p{L}\p{N}_.-]*/gu) ??
    [];
  return found.flatMap((word) => {
    if (/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word)) return pairsOf(word);
    const plain = word.replace(/[._-]+$/, '').slice(0, 40);
    const single = plain.length > 3 ? plain.replace(/(?<![su])s$/, '') : plain;
    return single.length < 2 || COMMON.has(plain) || COMMON.has(single) ? [] : [single];
  });
}

const pairsOf = (word: string): string[] => {
  const signs = [...word];
  return signs.length === 1 ? signs : signs.slice(1).map((sign, index) => `${signs[index]}${sign}`);
};
