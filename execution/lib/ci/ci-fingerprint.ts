import { createHash } from 'node:crypto';

/** What a failure is known by: where it happened, and the lines that name the error. */
export interface FailedPlace {
  /** The workflow's file. */
  workflow: string;
  job: string;
  step: string;
  errors: readonly string[];
}

const LINE_LIMIT = 300;

/** Longest first: a time holds numbers, an address holds a path. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, '<time>'],
  [/\b\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?\b/g, '<time>'],
  [/\b(https?|wss?):\/\/(?:[^\s/@]*@)?([\w.-]+)[^\s'"`)\]}>,;]*/gi, '<$1 $2>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<n>'],
  [/\b0x[0-9a-f]+\b/gi, '<n>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b/gi, '<n>'],
  [/\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}\b/g, '<n>'],
  // The name of a file stays, where it lies does not: that is another place on each runner.
  [/(?:file:\/\/)?(?:[A-Za-z]:)?(?:[\w.@+~-]+)?(?:[\\/][\w.@+~-]+)*[\\/]([\w@+~-][\w.@+~-]*\.[A-Za-z]{1,5})\b/g, '$1'],
  [/(?:[A-Za-z]:)?(?:[\\/][\w.@+~-]+){2,}[\\/]?/g, '<path>'],
  [/(?::\d+){1,2}\b/g, ''],
  [/\((?:\d+),(?:\d+)\)/g, ''],
  [/\b(line|column|col|row|ln) \d+/gi, '$1'],
  // 404 and 503 are two ways of failing, and so are two exit codes.
  [
    /(?<!\b(?:HTTP(?:\/\d(?:\.\d)?)?|status(?: code)?|code|errno|signal|TS|E)[ :=]{0,2})\b\d+(?:[.,]\d+)*(?:\s?(?:ms|s|sec|seconds?|m|min|minutes?|h|kb|mb|gb|kib|mib|gib|bytes?|%))?(?!\w)/gi,
    '<n>',
  ],
  [/\s+/g, ' '],
];

/** A line with everything taken out that changes from run to run. */
export function stableLine(line: string): string {
  return CHANGING.reduce(
    (text, [pattern, instead]) => text.replace(pattern, instead),
    line.slice(0, LINE_LIMIT),
  ).trim();
}

/** The same for the same error on another day, machine, line or leg of a matrix. @returns 12 hexadecimal characters */
export function fingerprintOf({ workflow, job, step, errors }: FailedPlace): string {
  // Tests that run at once end in another order each time.
  const stable = [...new Set(errors.map(stableLine))].sort();
  const place = [workflow, job.replace(/ ?\(.*\)$/s, ''), step];
  return createHash('sha256')
    .update(JSON.stringify([...place, ...stable]))
    .digest('hex')
    .slice(0, 12);
}
