import type { SourceToken, SourceWords } from './parsed-source.ts';

/**
 * Node's type stripper is WebAssembly with a small stack, and one overflow breaks it for the rest of the process: every
 * later `.ts` import fails. So a bound of the nesting is taken from the tokens before it sees the text. It is generous:
 * the project's own scripts stay below 60, and the stripper breaks beyond 1000.
 */
const DEEPEST = 400;

const OPENERS = new Set(['(', '[', '{', '${']);
const CLOSERS = new Set([')', ']', '}']);
/** What can follow `}` only as the beginning of another statement; `else` and `while` can go on with the old one. */
const BEGINNINGS = new Set('const var function class if for return switch throw try import export'.split(' '));
/** Names that can go on with an expression or type after `}`. */
const CONTINUING = new Set(['as', 'satisfies', 'of', 'from', 'is']);

export function nestingProblem(words: SourceWords): string | undefined {
  if (nestingBound(words.tokens) > DEEPEST) return 'it is nested too deep';
  if (words.tokens.some((_, index) => readsTwoWays(words, index)))
    return 'a slash in it can be read as a division and as a regular expression';
  return undefined;
}

/**
 * No parser nests deeper than this: each token since the last separator may be one level, in every open bracket. `else`
 * is counted apart, as a chain of it nests across separators.
 */
function nestingBound(tokens: readonly SourceToken[]): number {
  const outer: number[] = [];
  let [level, below, elses, deepest] = [0, 0, 0, 0];
  tokens.forEach((token, index) => {
    if (token.kind === 'else') elses++;
    if (CLOSERS.has(token.kind)) {
      level = outer.pop() ?? 0;
      below -= level;
      return;
    }
    level = isSeparator(token, tokens[index - 1]) ? 0 : level + 1;
    deepest = Math.max(deepest, below + level + elses);
    if (!OPENERS.has(token.kind)) return;
    outer.push(level);
    below += level;
    level = 0;
  });
  return deepest;
}

function isSeparator(token: SourceToken, previous: SourceToken | undefined): boolean {
  if (token.kind === ';' || token.kind === ',') return true;
  if (previous?.kind !== '}') return false;
  return BEGINNINGS.has(token.kind) || (token.kind === 'name' && !CONTINUING.has(token.text));
}

/**
 * The tokens are read without knowledge of types, so after some of them a slash may be taken for a division here and for
 * a regular expression by the stripper, or the reverse. That matters where the two readings see different brackets.
 */
function readsTwoWays({ text, tokens }: SourceWords, index: number): boolean {
  const [token, previous, before] = [tokens[index], tokens[index - 1], tokens[index - 2]];
  if (!token || !previous || !isSlash(token)) return false;
  const isPostfix = previous.text === '!' && before?.end === previous.start && ENDING.test(before.kind);
  const isOnNextLine = text.slice(previous.end, token.start).includes('\n');
  const isUnclear =
    isPostfix ||
    /^(\}|<\/>\/<=\/>=)$/.test(previous.kind) ||
    (previous.kind === 'name' && /^(await|yield|of)$/.test(previous.text)) ||
    // A type ends with its line where another token follows, an expression goes on.
    (isOnNextLine && ENDING.test(previous.kind));
  if (!isUnclear) return false;
  const end = text.indexOf('\n', token.start);
  const rest = text.slice(token.start + 1, end < 0 ? undefined : end);
  return rest.includes('/') && /['"`(){}[\]]|\/[/*]/.test(rest);
}

/** Tokens with which an expression or a type can end. */
const ENDING = /^(name|num|string|`|\)|\]|regexp|this|null|true|false|\+\+\/--)$/;

const isSlash = ({ kind, text }: SourceToken): boolean =>
  kind === 'regexp' || (kind !== 'template' && (text === '/' || text === '/='));
