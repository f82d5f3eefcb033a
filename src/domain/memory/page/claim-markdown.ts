/**
 * A claim as one line of Markdown that shows it letter by letter, and back. What would be markup gets a backslash; white
 * space other than single spaces, and characters that nobody sees, become references such as `&#x200b;`.
 */

const SPECIAL = /[\\`*_<~$[&:.)\-+=>#|]|[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/gu;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Z}]/u;

export const claimMarkdown = (claim: string): string =>
  claim.replaceAll(SPECIAL, (char, at: number) => {
    if (char === ' ' && isPlainSpace(claim, at)) return char;
    if (UNSEEN.test(char)) return `&#x${char.codePointAt(0)?.toString(16)};`;
    return isMarkup(char, claim, at) ? `\\${char}` : char;
  });

/** Without the white space around it, which a line of Markdown does not have. */
export const claimOf = (markdown: string): string =>
  markdown
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(
      /\\([!-/:-@[-`{-~])|&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi,
      (written, escaped?: string, hex?: string, decimal?: string) => {
        if (escaped !== undefined) return escaped;
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        return code <= 0x10_ff_ff ? String.fromCodePoint(code) : written;
      },
    );

const isPlainSpace = (text: string, at: number): boolean => at > 0 && at < text.length - 1 && text[at - 1] !== ' ';

/** Whether the character means something where it stands; the rest stays readable for whoever edits the page. */
function isMarkup(char: string, text: string, at: number): boolean {
  const before = text[at - 1] ?? '';
  const after = text[at + 1] ?? '';
  switch (char) {
    case '_':
      return !/^[a-z0-9]{2}$/i.test(before + after);
    case '&':
      return /[#a-z]/i.test(after);
    // Addresses would become links, in which a backslash is a letter.
    case ':':
      return text.startsWith('//', at + 1);
    case '.':
      return endsWithNumber(text, at) || /^www$/i.test(text.slice(Math.max(0, at - 3), at));
    case ')':
      return endsWithNumber(text, at);
    // A list, a heading, a quotation, a rule, a table, the marker of a conflict.
    case '-':
    case '+':
    case '=':
    case '>':
    case '#':
    case '|':
      return at === 0;
    default:
      return true;
  }
}

/** `12.` begins a numbered list. */
const endsWithNumber = (text: string, at: number): boolean => at <= 9 && /^\d+$/.test(text.slice(0, at));
