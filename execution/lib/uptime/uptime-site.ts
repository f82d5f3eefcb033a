import { z } from 'zod';
import type { ScriptContext } from '../../../src/script.ts';
import { webAddress } from '../outside-text.ts';
import type { OwnerFileForm } from '../owner-file.ts';
import { askWeb, type WebAnswer } from '../web-request.ts';

/** An address that is watched, and what it should answer. */
export interface Site {
  url: string;
  /** Exactly this; without it any status below 400. */
  status?: number | undefined;
  /** Stands in what it answers, upper and lower case as given. */
  text?: string | undefined;
}

const URL_FORM = 'an address such as https://example.com/, without a name and password in it';
const address = z.string({ error: URL_FORM }).transform((text, context) => {
  const url = webAddress(text);
  if (url !== undefined) return url;
  context.addIssue(URL_FORM);
  return z.NEVER;
});
const STATUS_FORM = 'a status from 100 to 599, such as 200';
const TEXT_FORM = 'a text of 1 to 200 characters that stands in the answer';
const Detailed = z
  .strictObject(
    {
      url: address,
      status: z.int(STATUS_FORM).min(100, STATUS_FORM).max(599, STATUS_FORM).optional(),
      text: z.string(TEXT_FORM).min(1, TEXT_FORM).max(200, TEXT_FORM).optional(),
    },
    {
      error: (issue) =>
        issue.code === 'invalid_type' ? 'an address, or `url:` with `status:` and `text:`' : undefined,
    },
  )
  .refine(({ status = 0, text }) => text === undefined || status < 400, {
    error: 'no `text` beside a status of 400 or more: the text of an error is not read',
  });

/** knowledge/uptime.yml */
export const UPTIME_FILE: OwnerFileForm<Site, { failures: number }> = {
  path: 'knowledge/uptime.yml',
  list: 'sites',
  entry: z.preprocess((value) => (typeof value === 'string' ? { url: value } : value), Detailed),
  settings: z.strictObject({
    failures: z
      .int('a whole number from 1 to 10')
      .min(1, 'a whole number from 1 to 10')
      .max(10, 'a whole number from 1 to 10')
      .default(2),
  }),
  most: 20,
};

/** `unknown`: the answer says nothing about the site. `unusable`: asking as the file says it will never work. */
export type SiteVerdict =
  | { kind: 'up' }
  | { kind: 'down'; reason: string; isSilent: boolean }
  | { kind: 'unknown' | 'unusable'; reason: string };

/** More than the agent passes on: who sends that much is there. */
const ALL = 8 * 1024 * 1024;

/** Asks once, and a second time where the first answer may pass by itself. */
export async function askSite(context: ScriptContext, site: Site, timeoutMs: number): Promise<SiteVerdict> {
  return judgeSite(
    site,
    await askWeb(context, { url: site.url, timeoutMs, maxBytes: ALL, headers: { accept: '*/*' } }),
  );
}

export function judgeSite({ status, text }: Site, answer: WebAnswer): SiteVerdict {
  if (answer.kind !== 'answer' && answer.status === 0) return judgeSilence(answer, text);
  if (status === undefined ? answer.status >= 400 : answer.status !== status) {
    if (answer.status === 429) return { kind: 'unknown', reason: 'it answers 429: it is asked too often' };
    const wanted = status === undefined ? '' : ` where ${status} is expected`;
    return { kind: 'down', reason: `it answers ${answer.status}${wanted}`, isSilent: false };
  }
  if (text === undefined || answer.kind !== 'answer' || answer.text.includes(text)) return { kind: 'up' };
  return { kind: 'down', reason: `“${text}” is not in its answer`, isSilent: false };
}

function judgeSilence({ reason, kind }: Exclude<WebAnswer, { kind: 'answer' }>, text: string | undefined): SiteVerdict {
  if (/^the answer is over/.test(reason))
    return text === undefined ? { kind: 'up' } : { kind: 'unusable', reason: `${reason}: too long to look for a text` };
  if (/redirect count exceeded/i.test(reason))
    return { kind: 'down', reason: 'it redirects without end', isSilent: false };
  if (kind === 'refused') return { kind: 'unusable', reason };
  return { kind: 'down', reason: silenceWords(reason), isSilent: true };
}

function silenceWords(reason: string): string {
  if (/ENOTFOUND|EAI_AGAIN/.test(reason)) return 'its name is not known';
  if (/ECONNREFUSED/.test(reason)) return 'it accepts no connection';
  if (/CERT|TLS|SSL|certificate/i.test(reason)) return 'its certificate is not accepted';
  if (/timeout|TIMEDOUT/i.test(reason)) return 'it does not answer in time';
  if (/ECONNRESET|other side closed|SOCKET|terminated/i.test(reason)) return 'it breaks off the connection';
  return 'no answer comes from it';
}
