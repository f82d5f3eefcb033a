/** The part of a job's log that tells why it failed. */

/** Longer lines say no more, and patterns take their time on them. */
const LINE_LIMIT = 400;
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours and titles are control characters
const COLOURS = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const STAMP = /^\ufeff?\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z ?/;

/** Lines as the program wrote them: without the runner's times, colours, and what a progress bar wrote over. */
export function logLines(text: string): string[] {
  return text.split('\n').map((line) => {
    const said = line
      .slice(0, 4 * LINE_LIMIT)
      .replace(/\r+$/, '')
      .replace(STAMP, '');
    const shown = (said.split('\r').at(-1) ?? '').replace(COLOURS, '').replace(/[^\P{Cc}\t]/gu, '');
    return shown.length <= LINE_LIMIT ? shown : shownPart(shown);
  });
}

/** Ends between words: half of a secret looks like none, and would stay. */
function shownPart(line: string): string {
  const start = line.slice(0, LINE_LIMIT);
  const end = start.lastIndexOf(' ');
  return end < LINE_LIMIT / 2 ? start.replace(/[\w+/=.-]+$/, '') : start.slice(0, end);
}

const ENDED = /^##\[error\](?:Process completed with exit code|The operation was canceled|The job running on runner)/;

/**
 * What the step that failed wrote: from its first line behind the runner's own preface to where the runner says that it
 * ended. Without such a mark, the end of the log.
 */
export function failingPart(lines: readonly string[]): string[] {
  const ended = lines.findLastIndex((line) => ENDED.test(line));
  const end = ended >= 0 ? ended : lines.findLastIndex((line) => line.startsWith('##[error]'));
  const before = end >= 0 ? lines.slice(0, end + 1) : lines;
  const start = before.findLastIndex((line) => line.startsWith('##[group]Run '));
  const preface = start >= 0 ? before.indexOf('##[endgroup]', start) : -1;
  return before
    .slice(preface >= 0 ? preface + 1 : start + 1)
    .map((line) => line.replace(/^##\[(?:group|error|warning|debug|command|section)\]/, '').replace(/^\[command\]/, ''))
    .filter((line) => line.trim() !== '' && line !== '##[endgroup]');
}

const SURE =
  /^\s*(?:(?:[\w.]*(?:Error|Exception)|error|fatal|panic|traceback|AssertionError)\b\s*(?:\[\w+\]|[\w ]{0,20})?:|FAIL(?:ED)?\b|not ok\b|[✗✖×✘]|E {2,}\S|npm (?:ERR!|error) |thread '.*' panicked)|\b\w+(?:Error|Exception): |\berror(?:\[\w+\]| [A-Z]+\d+)?: /;
const LIKELY =
  /\b(?:errors?|exception|failed|failure|fatal|panic|abort(?:ed)?|assert\w*|cannot|could not|can't|not found|no such|undefined|denied|refused|timed? ?out|out of memory|killed|expected|missing|invalid)\b/i;
const NOISE =
  /\b(?:0|no) (?:errors?|failures?|failed)\b|process completed with exit code|exited with code \d+$|^npm (?:ERR!|error) (?:A complete log|code |path |command |Lifecycle|errno |workspace |location |\s*$)/i;

/** The lines that name the error, at most `most`; the last line where none seems to. */
export function errorLines(part: readonly string[], most: number): string[] {
  const said = part.map((line) => line.trim()).filter((line) => line !== '' && !NOISE.test(line));
  const sure = said.filter((line) => SURE.test(line));
  const likely = sure.length > 0 ? sure : said.filter((line) => LIKELY.test(line));
  const found = likely.length > 0 ? likely : said.slice(-1);
  return [...new Set(found)].slice(0, most);
}

/** What a reader needs to see: what is around the first error, and the end. */
export function excerptOf(part: readonly string[], errors: readonly string[], most: number): string[] {
  if (part.length <= most) return [...part];
  const first = part.findIndex((line) => line.trim() === errors[0]);
  const half = Math.floor(most / 2);
  if (first < 0 || first >= part.length - half) return part.slice(-most);
  const from = Math.max(0, first - 2);
  const to = Math.min(from + half, part.length - half);
  const gap = part.length - half - to;
  return [...part.slice(from, to), ...(gap > 0 ? [`… ${gap} lines …`] : []), ...part.slice(-half)];
}
