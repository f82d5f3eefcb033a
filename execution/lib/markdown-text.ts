/** Foreign text (names, subjects, messages) as Markdown that shows exactly that text and nothing more. */

/** Text on one line, with everything escaped that Markdown, HTML or a table would take as its own. */
export function plain(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]<>|~&#!$]/g, '\\$&');
}

/** Text in the font for code. Where back-ticks could not hold it, HTML with character references does. */
export function code(text: string): string {
  const line = oneLine(text);
  if (line !== '' && !/[`|\\]/.test(line)) return `\`${line}\``;
  return `<code>${line.replace(/[!-/:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`)}</code>`;
}

/** A table as GitHub renders it; cells are Markdown already. Empty without rows. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

/** `1 commit`, `2 commits`, `no commits`. */
export function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count === 0 ? 'no' : count} ${count === 1 ? noun : nouns}`;
}

/** The first `length` characters, with a mark where something was cut. */
export function cut(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

/** Parts of a page that have something to say, with a blank line between them. */
export function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

/** A link from a page to a file of the repository, shown as code; `line` opens the source there, as GitHub does. */
export function fileLink(fromPage: string, file: string, line?: number): string {
  const up = '../'.repeat(fromPage.split('/').length - 1);
  const target = encodedPath(file);
  const isRendered = /\.(md|markdown|mdown|mkdn?)$/i.test(file);
  const anchor = line === undefined ? '' : `${isRendered ? '?plain=1' : ''}#L${line}`;
  return `[${code(file)}](${up}${target}${anchor})`;
}

/** The day of a time in UTC: `2026-03-01`. */
export const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

/** Also drops what turns the direction of text: a name could make a line read as something else. */
const oneLine = (text: string): string =>
  text
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();

/** A path of the repository as a part of an address. */
export const encodedPath = (path: string): string => path.split('/').map(encodePathPart).join('/');

const encodePathPart = (part: string): string =>
  encodeURIComponent(part).replace(/[()'!*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
