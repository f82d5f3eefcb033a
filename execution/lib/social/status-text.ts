import { readHtml } from '../html-page.ts';

/** The text of a status or a mention, which Mastodon gives as HTML; empty where that is none that can be read. */
export function statusText(html: string): string {
  const lines = html.replace(/<br\s*\/?>/gi, '\n').replace(/<\/p>\s*<p>/gi, '</p>\n\n<p>');
  return readHtml(lines)?.text.trim() ?? '';
}

/**
 * Whether the status says what was to be posted. Servers rewrite spaces, quotes and mentions (`@ada@social.example` is
 * shown as `@ada`), so that letters, digits and emoji are what is held together.
 */
export const saysTheSame = (html: string, text: string): boolean => essence(statusText(html)) === essence(text);

const essence = (text: string): string => {
  const short = text.normalize('NFC').replace(/@([\w.-]+)@[\w.-]+/g, '@$1');
  return short.replace(/[^\p{L}\p{N}\p{Extended_Pictographic}]/gu, '') || short.replace(/\s+/g, '');
};
