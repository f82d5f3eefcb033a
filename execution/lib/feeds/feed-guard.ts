/** What a feed may be at most. Real ones are far below. */
const DEEPEST = 100;
const MOST_TAGS = 200_000;
const LONGEST_TAG = 20_000;

/**
 * Why the text of a feed must not get to a parser of XML; undefined where it may. In one pass over the text: document
 * types and entities, which can unfold to gigabytes or name files, and tags that are none, over which parsers take minutes.
 */
export function feedProblem(text: string): string | undefined {
  if (/^[\ufeff\s]*\{/.test(text)) return undefined;
  let at = text.indexOf('<');
  let depth = 0;
  for (let tags = 0; at !== -1; tags++) {
    if (tags > MOST_TAGS) return `it has over ${MOST_TAGS} tags`;
    const part = partAt(text, at);
    if ('problem' in part) return part.problem;
    depth = Math.max(0, depth + part.deeper);
    if (depth > DEEPEST) return `its tags are nested over ${DEEPEST} deep`;
    at = text.indexOf('<', part.end);
  }
  return undefined;
}

type Part = { end: number; deeper: number } | { problem: string };

const BLOCKS = [
  { from: '<![CDATA[', to: ']]>' },
  { from: '<!--', to: '-->' },
  { from: '<?', to: '?>' },
] as const;

function partAt(text: string, at: number): Part {
  const block = BLOCKS.find(({ from }) => text.startsWith(from, at));
  if (block) {
    const end = text.indexOf(block.to, at + block.from.length);
    return end === -1
      ? { problem: `it has a ${block.from} without an end` }
      : { end: end + block.to.length, deeper: 0 };
  }
  if (text[at + 1] === '!') return { problem: 'it declares a document type or entities, which are not read' };
  if (!/^[\p{L}_:/]/u.test(text.slice(at + 1, at + 3))) return { problem: 'it is not XML: a `<` begins no tag' };
  return tagAt(text, at);
}

/** Up to the `>` that is in no attribute. */
function tagAt(text: string, at: number): Part {
  let quote = '';
  for (let index = at + 1; index < Math.min(text.length, at + LONGEST_TAG); index++) {
    const character = text[index] ?? '';
    if (character === '<') return { problem: 'it is not XML: a `<` stands inside a tag' };
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '>') {
      const isClosed = text[index - 1] === '/';
      return { end: index + 1, deeper: text[at + 1] === '/' ? -1 : isClosed ? 0 : 1 };
    }
  }
  return { problem: 'it is not XML: a tag has no end' };
}
