import type { SourceWords } from './parsed-source.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/**
 * Control and format characters, line separators, fillers that count as letters, and variation selectors: a reader sees
 * nothing, or another order than the machine.
 */
const INVISIBLE =
  /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Variation_Selector}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5/gu;
const LONGEST_LINE = 400;

/** What is in `after` and was not in `before`, and can not be seen, or not be seen for what it is. */
export function hiddenFindings(before: SourceWords, after: SourceWords): SourceFinding[] {
  return [
    ...invisibleFindings(before.text, after.text),
    ...nameFindings(before, after),
    ...longLineFindings(before, after),
  ];
}

/** Of a text without an older version. */
export function invisibleFindings(before: string, after: string): SourceFinding[] {
  const had = countOf(before);
  return [...countOf(after)]
    .filter(([character, count]) => count > (had.get(character) ?? 0))
    .map(([character]) => {
      const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
      return finding(
        'hidden-text',
        `it has the invisible character U+${code}`,
        lineIn(after, after.lastIndexOf(character)),
      );
    });
}

/**
 * Line ends of Windows are ordinary, and a carriage return anywhere else hides what stands before it. One selector behind
 * a sign such as the warning sign only gives it colour.
 */
function countOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const plain = text.replaceAll('\r\n', '\n').replaceAll(/(\p{Extended_Pictographic})\ufe0f/gu, '$1');
  for (const [character] of plain.matchAll(INVISIBLE)) counts.set(character, (counts.get(character) ?? 0) + 1);
  return counts;
}

const lineIn = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** `pаth` with a Cyrillic letter is another name than `path`, and so is one that is written with an escape. */
function nameFindings(before: SourceWords, after: SourceWords): SourceFinding[] {
  const known = new Set(before.tokens.map(({ text }) => text));
  const strange = after.tokens.filter(
    ({ kind, text }) => /^(name|privateId)$/.test(kind) && !/^[\w$#]+$/.test(text) && !known.has(text),
  );
  const unique = new Map(strange.map((token) => [token.text, token]));
  return [...unique.values()].map(({ text, start }) =>
    finding('hidden-text', `the name ${shown(text)} has letters that pass for others`, lineIn(after.text, start)),
  );
}

function longLineFindings(before: SourceWords, after: SourceWords): SourceFinding[] {
  const known = new Set(before.text.split('\n'));
  return after.text
    .split('\n')
    .flatMap((line, index) =>
      line.length > LONGEST_LINE && !known.has(line)
        ? [finding('hidden-text', `a line of ${line.length} characters can not be read at a glance`, index + 1)]
        : [],
    );
}
