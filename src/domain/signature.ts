import { sha256 } from './occurrence.ts';

export const FAILURE_KINDS = ['input', 'crash', 'timeout', 'output', 'conflict', 'refuted'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** Longest first: an ISO time holds numbers, a URL holds a path. Ids and counts look alike, so they share a name. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are control characters
  [/\u001b\[[0-9;]*[A-Za-z]/g, ''],
  [/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?/g, '<time>'],
  [/\b[A-Z][a-z]{2},? \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2}(?: GMT)?/g, '<time>'],
  [/\b[A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} \d{4} \d{2}:\d{2}:\d{2} GMT[+-]\d{4}(?: \([^)]*\))?/g, '<time>'],
  // The host says which service failed; the rest of an address may hold ids, and its port may be a test's.
  [/\b(https?):\/\/(?:[^\s/@]*@)?([\w.-]+)[^\s'"`)\]}>,;]*/gi, '<$1 $2>'],
  [/\b0x[0-9a-f]+\b/gi, '<n>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<n>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b/gi, '<n>'],
  [/\b(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{16,}\b/g, '<n>'],
  [
    /(?:file:\/\/)?(?:[A-Za-z]:)?(?:[\\/][\w@.+~-]+)*[\\/]((?:[\w@+~-]+\.)+[A-Za-z]{1,5})(?![\w\\/])(?::\d+){0,2}/g,
    '$1',
  ],
  [/(?:file:\/\/)?(?:[A-Za-z]:)?(?:[\\/][\w@.+~-]+){2,}[\\/]?/g, '<path>'],
  // 404 and 503 are two ways of failing, and so are two exit codes: such numbers stay.
  [
    /(?:(?<!\b(?:HTTP(?:\/\d(?:\.\d)?)?|status(?: code)?|code|errno)[ :=]{1,2})\b\d+(?:[.,]\d+)*|<n>)(?:\s?(?:ms|s|sec|seconds|minutes|min|h|kb|mb|gb|bytes|%))?(?!\w)/gi,
    '<n>',
  ],
  [/\s+/g, ' '],
];

/** More says no more about the kind of failure, and the patterns above take quadratic time on hostile text. */
const MESSAGE_LIMIT = 2000;

/** A message with everything that changes from run to run taken out. */
export function stableMessage(message: string): string {
  return VOLATILE.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), message).trim();
}

/**
 * Names one way of failing: the same when line numbers, paths, ids and times change, another when the error differs.
 * @returns 12 hexadecimal characters
 */
export function failureSignature(failure: {
  kind: FailureKind;
  script: string;
  message: string;
  frames?: readonly string[];
}): string {
  const text = failure.message.slice(0, MESSAGE_LIMIT);
  const firstLine = text.split('\n').find((line) => line.trim() !== '') ?? '';
  const frame = failure.frames?.[0] ?? '';
  return sha256([failure.kind, failure.script, stableMessage(firstLine), frame].join('\n')).slice(0, 12);
}

/** Names of the functions of a V8 stack that lie in `file` (a name such as `check_links.ts`), innermost first. */
export function framesIn(stack: string, file: string): string[] {
  return stack.split('\n').flatMap((line) => {
    const [, name, place] = /^\s*at (?:async )?(?:(.*?) \()?(.*?)\)?$/.exec(line) ?? [];
    const isInFile = place !== undefined && new RegExp(`(^|[\\\\/])${file.replace(/[.]/g, '\\.')}:\\d`).test(place);
    return isInFile ? [name ?? '<module>'] : [];
  });
}
