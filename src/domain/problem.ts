import { closest, distance } from 'fastest-levenshtein';

/** One thing wrong in a file a person wrote. An `error` keeps the thing from being used; a `warning` does not. */
export interface Problem {
  file: string;
  /** 1-based */
  line: number;
  severity: 'error' | 'warning';
  found: string;
  expected: string;
  /** What to do, where it is not obvious from `expected`. */
  hint?: string;
}

/** `directives/a.md:3: found key \`evry\`, expected one of every, on. Did you mean \`every\`?` */
export function formatProblem(problem: Problem): string {
  const hint = problem.hint ? `. ${problem.hint}` : '';
  return `${problem.file}:${problem.line}: found ${problem.found}, expected ${problem.expected}${hint}`;
}

/** The known word that was probably meant, as a sentence; undefined when nothing is near. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(word.toLowerCase(), known);
  const isNear =
    nearest.length > 0 && editDistanceAtMost(word.toLowerCase(), nearest, Math.max(2, Math.floor(word.length / 3)));
  return isNear ? `Did you mean \`${nearest}\`?` : undefined;
}

function editDistanceAtMost(a: string, b: string, limit: number): boolean {
  return Math.abs(a.length - b.length) <= limit && distance(a, b) <= limit;
}

export function errorAt(file: string, line: number, found: string, expected: string, hint?: string): Problem {
  return { file, line, severity: 'error', found, expected, ...(hint ? { hint } : {}) };
}

/**
 * False for names that every JavaScript object answers to (`constructor`, `__proto__`): as the name of a directive, an
 * input or a variable they would be found where nobody put them.
 */
export const isPlainName = (name: string): boolean => !(name in {});
