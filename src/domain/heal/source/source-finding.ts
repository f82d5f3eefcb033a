import { asCode, asLogLine } from '../../foreign-text.ts';

/** What the static gate looks at, each with the question that it answers; the rows of the evidence table. */
export const SOURCE_CHECKS = {
  'whole-file': 'It is a whole script that parses, not prose, a diff or a part.',
  changed: 'The code is not the same again.',
  'small-diff': 'It changes few enough lines to be read at a glance.',
  'hidden-text': 'No invisible characters, look-alike names or overlong lines are new.',
  'reviewer-instructions': 'Nothing new in it speaks to a reviewer or to another model.',
  'silenced-checks': 'No new comment switches a linter, type or coverage check off.',
  imports: 'No module and no impure name of a node: module is newly imported.',
  exports: 'It exports the script and nothing else that is new.',
  schema: 'The input and output schemas, and `find`, are what they were.',
  hosts: 'It names no new host.',
  services: 'It asks the agent for no service that it did not use before.',
  environment: 'It reads no new part of the process and no new secret.',
  'process-control': 'It does not end, signal or listen to the process.',
  'dynamic-code': 'It makes no code out of text.',
  globals: 'It changes no global, built-in or prototype.',
  'writes-elsewhere': 'It hands no new path outside its own work to node:fs.',
  'swallowed-errors': 'No error that used to fail the script is newly swallowed or skipped.',
  'constant-result': 'What was computed is not a constant now.',
  'special-case': 'It does not test for a recorded input, nor answer with a recorded output.',
  'lookup-table': 'It holds no table of recorded inputs and outputs.',
  'test-awareness': 'It does not look whether it is being tested or replayed.',
} as const satisfies Record<string, string>;
export type SourceCheck = keyof typeof SOURCE_CHECKS;

/** One reason to refuse, in the name of the check that found it. */
export interface SourceFinding {
  check: SourceCheck;
  /** One line of at most 300 characters; of the source only the offending piece, as inline code. */
  detail: string;
  /** 1-based, in the text that was judged. */
  line?: number;
}

const DETAIL_LIMIT = 300;
const PIECE_LIMIT = 100;

/** A piece of foreign text, fit to stand in a detail. */
export const shown = (piece: string): string => asCode(asLogLine(piece.slice(0, 2 * PIECE_LIMIT)), PIECE_LIMIT);

export function finding(check: SourceCheck, detail: string, line?: number): SourceFinding {
  return { check, detail: detail.slice(0, DETAIL_LIMIT), ...(line === undefined ? {} : { line }) };
}
