/** Text from outside, made fit for a place of ours: nobody is mentioned, nothing becomes markup, no line a command. */

export const oneLine = (raw: string): string => raw.replaceAll(/\s+/g, ' ').trim();

/** At most `limit` characters; what is cut shows that it was. */
export const shortened = (text: string, limit: number): string =>
  text.length > limit ? `${text.slice(0, limit - 1)}…` : text;

/** As inline code of Markdown. */
export const asCode = (raw: string, limit = 300): string =>
  `\`${oneLine(raw.replaceAll('`', ' ')).slice(0, limit) || ' '}\``;

/** As a piece of a sentence in Markdown. */
export const asProse = (raw: string, limit = 500): string =>
  oneLine(raw)
    .slice(0, limit)
    .replaceAll(/[\\`*_{}[\]<>|#~&]/g, '\\$&')
    .replaceAll('@', '@\u200b');

/**
 * As lines of a log. A runner obeys `::name::` at the start of a line and `##[name]` anywhere in it, whatever format
 * characters stand between; a terminal obeys control characters.
 */
export const asLogText = (raw: string): string =>
  raw
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '')
    .replaceAll(/^(\s*):(?=:)/gm, '$1: ')
    .replaceAll('##[', '## [');

/** As one line of a log. */
export const asLogLine = (raw: string): string => asLogText(oneLine(raw));
