import type { HTMLElement } from 'node-html-parser';
import type { ScriptContext } from '../../../src/script.ts';
import { readHtml } from '../html-page.ts';
import { askWeb } from '../web-request.ts';
import type { Watch } from './watched-number.ts';
import { numberTexts, type ReadNumber, readNumber } from './written-number.ts';

/** `busy` may pass by itself; a `problem` stays until somebody looks at it. */
export type Reading = ReadNumber | { busy: string };

const LONGEST_ANSWER = 2 * 1024 * 1024;

export async function readWatch(context: ScriptContext, watch: Watch, timeoutMs: number): Promise<Reading> {
  const accept = watch.json === undefined ? 'text/html, */*;q=0.5' : 'application/json, */*;q=0.5';
  const answer = await askWeb(context, { url: watch.url, headers: { accept }, timeoutMs, maxBytes: LONGEST_ANSWER });
  if (answer.kind === 'busy') return { busy: answer.reason };
  if (answer.kind === 'refused') return { problem: answer.reason };
  return numberIn(answer.text, watch);
}

/** The number where the watch says it stands. Never throws, whatever the text is. */
export function numberIn(text: string, watch: Watch): ReadNumber {
  if (watch.json !== undefined) return jsonNumber(text, watch.json, watch.decimal);
  const root = readHtml(text);
  if (!root) return { problem: 'the page is nested too deep to be read' };
  if (watch.css !== undefined) return cssNumber(root, watch.css, watch.decimal);
  return labelNumber(root.text, watch.label ?? '', watch.decimal);
}

function jsonNumber(text: string, place: string, decimal: Watch['decimal']): ReadNumber {
  const read = parseJson(text);
  if (!read) return { problem: 'the answer is not JSON' };
  let value = read.value;
  for (const key of keysOf(place)) {
    const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    if (!isThere) return { problem: `there is nothing at ${place}` };
    value = (value as Record<string, unknown>)[key];
  }
  // In JSON a text with a number in it was written by a program, with a point.
  if (typeof value === 'string') return readNumber(value, decimal ?? '.');
  if (typeof value !== 'number') return { problem: `there is no number at ${place}` };
  return Number.isFinite(value) ? { number: value } : { problem: 'the number is too large' };
}

const keysOf = (place: string): string[] => {
  if (!place.startsWith('/')) return place.split('.');
  return place
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
};

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function cssNumber(root: HTMLElement, selector: string, decimal: Watch['decimal']): ReadNumber {
  let element: HTMLElement | null;
  try {
    element = root.querySelector(selector);
  } catch {
    return { problem: `the selector ${selector} can not be read` };
  }
  if (!element) return { problem: `no element fits ${selector}` };
  const whole = readNumber(element.text, decimal);
  if ('number' in whole) return whole;
  const [only, second] = numberTexts(element.text);
  if (only === undefined) return { problem: `there is no number in ${selector}` };
  return second === undefined ? readNumber(only, decimal) : { problem: `there are several numbers in ${selector}` };
}

/** How far behind its label a number may stand. */
const NEAR = 80;

function labelNumber(text: string, label: string, decimal: Watch['decimal']): ReadNumber {
  const line = text.replace(/\s+/g, ' ');
  const at = line.indexOf(label);
  if (at === -1) return { problem: `the page does not say “${label}”` };
  const [first] = numberTexts(line.slice(at + label.length, at + label.length + NEAR));
  return first === undefined ? { problem: `there is no number behind “${label}”` } : readNumber(first, decimal);
}
