import { parseDirective } from '../directive.ts';
import { oneLine } from '../foreign-text.ts';

const HEADING = '## Known Failure Modes';

/**
 * A directive with one more line under Known Failure Modes, which is all that a repair may change about it: everything
 * that stands there stays byte for byte. `refused` says why the line can not be added.
 */
export function withFailureMode(
  text: string,
  { file, vars }: { file: string; vars: readonly string[] },
  mode: string,
): { text: string; changed: boolean } | { refused: string } {
  const line = oneLine(mode);
  if (line === '') return { text, changed: false };
  if (/[\n\r]/.test(mode.trim())) return { refused: 'a failure mode is one line' };
  if (/^[#\-*+>|`~=]|^---|^\d+[.)]\s|<!--|\{|\}/.test(line))
    return { refused: 'a failure mode is a plain sentence, without Markdown structure or placeholders' };
  const known = parseDirective(text, file, vars).directive;
  if (known?.knownFailureModes.some((each) => each === line)) return { text, changed: false };
  const added = insert(text, line);
  return isOnlyOneMore(text, added, { file, vars, line })
    ? { text: added, changed: true }
    : { refused: 'the line would change more than the list' };
}

function insert(text: string, mode: string): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((line) => line.trimEnd() === HEADING);
  if (at === -1) {
    const gap = text.endsWith('\n') ? newline : newline + newline;
    return `${text}${gap}${HEADING}${newline}- ${mode}${newline}`;
  }
  const next = lines.findIndex((line, index) => index > at && /^#{1,2}\s/.test(line));
  const end = next === -1 ? lines.length : next;
  let last = at;
  for (let index = at + 1; index < end; index++) if (lines[index]?.trim() !== '') last = index;
  // Cut out of the text and not joined anew, so that mixed line ends stay as they are.
  const offset = lineOffset(text, last + 1);
  const gap = text.slice(0, offset).endsWith('\n') ? '' : newline;
  return `${text.slice(0, offset)}${gap}- ${mode}${newline}${text.slice(offset)}`;
}

/** Where line `number` (from 0) begins. */
function lineOffset(text: string, number: number): number {
  let offset = 0;
  for (let line = 0; line < number; line++) {
    const end = text.indexOf('\n', offset);
    if (end === -1) return text.length;
    offset = end + 1;
  }
  return offset;
}

/** Read by the same parser as ever: one bullet more, and nothing else that it sees is different. */
function isOnlyOneMore(
  before: string,
  after: string,
  { file, vars, line }: { file: string; vars: readonly string[]; line: string },
): boolean {
  const [old, now] = [parseDirective(before, file, vars), parseDirective(after, file, vars)];
  if (!old.directive || !now.directive || now.problems.length !== old.problems.length) return false;
  const { knownFailureModes: had, ...rest } = old.directive;
  const { knownFailureModes: has, ...same } = now.directive;
  const frontMatter = (text: string) => text.slice(0, Math.max(0, text.indexOf('# Directive:')));
  return (
    frontMatter(before) === frontMatter(after) &&
    JSON.stringify([...had, line]) === JSON.stringify(has) &&
    JSON.stringify(withoutLines(rest)) === JSON.stringify(withoutLines(same))
  );
}

/** A new line moves what stands below it. */
const withoutLines = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner) => (key === 'line' ? undefined : inner)));
