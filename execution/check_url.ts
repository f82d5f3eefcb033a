import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { showsText } from './lib/blog/page-text.ts';
import { cut } from './lib/markdown-text.ts';
import { askWeb, type WebAnswer } from './lib/web-request.ts';

/** These say nothing about the page: there was no answer, or the server asks to come back later. */
const UNKNOWN = [0, 408, 429, 503];

/**
 * Looks at a page as its readers do. A page that has just been published takes a moment to appear, so it is asked for
 * a few times; where nobody answers, nothing is known, and the check is left open.
 */
export default defineScript({
  summary: 'Checks that an address answers with 200, after redirects, and shows a text.',
  input: z.strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('The address'),
    text: z.string().trim().optional().describe('A text that the page must show, such as its title'),
    tries: z.int().min(1).max(10).default(3).describe('How often it is asked for'),
    pause_s: z.int().min(0).max(60).default(10).describe('Seconds between two tries'),
    timeout_s: z.int().min(1).max(60).default(15).describe('How long one answer may take'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string(), status: z.int() }),
  async run(context, { url, text, tries, pause_s, timeout_s }) {
    let last = { isKnown: false, ok: false, status: 0, reason: '' };
    for (let attempt = 1; attempt <= tries && !last.ok; attempt++) {
      if (attempt > 1) await sleep(pause_s * 1000);
      // Caches may hold the 404 of a moment ago.
      const headers = { 'cache-control': 'no-cache' };
      const answer = await askWeb(context, { url, headers, timeoutMs: timeout_s * 1000, isRepeatable: false });
      last = judge(url, answer, text);
    }
    const { isKnown, ok, status, reason } = last;
    return isKnown ? { ok, reason, status } : context.skip(`nothing is known of ${url}: ${reason}`);
  },
});

interface Verdict {
  isKnown: boolean;
  ok: boolean;
  status: number;
  reason: string;
}

function judge(url: string, answer: WebAnswer, text: string | undefined): Verdict {
  const { status } = answer;
  if (answer.kind === 'busy') {
    const reason = cut(answer.reason, 200);
    return { isKnown: !UNKNOWN.includes(status), ok: false, status, reason: `${url}: ${reason}` };
  }
  const known = { isKnown: true, ok: false, status };
  if (answer.kind === 'refused') return { ...known, reason: `${url}: ${cut(answer.reason, 200)}` };
  const at = answer.url === url ? url : `${url} (which leads to ${cut(answer.url, 200)})`;
  if (status !== 200) return { ...known, reason: `${at} answers ${status}` };
  if (text && !showsText(answer.text, text))
    return { ...known, reason: `${at} answers 200, but does not show "${cut(text, 120)}"` };
  return { ...known, ok: true, reason: `${at} answers 200${text ? ' and shows the text' : ''}` };
}
