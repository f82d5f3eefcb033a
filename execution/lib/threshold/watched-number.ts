import { z } from 'zod';
import { webAddress } from '../outside-text.ts';
import type { OwnerFileForm } from '../owner-file.ts';

/** A number on the web, and where it begins to be news. One of `json`, `css` and `label` says where it stands. */
export interface Watch {
  name: string;
  url: string;
  /** A JSON Pointer such as /data/0/price, or dotted: data.0.price. */
  json?: string | undefined;
  /** The first element that fits. */
  css?: string | undefined;
  /** The number behind this text. */
  label?: string | undefined;
  decimal?: '.' | ',' | undefined;
  above?: number | undefined;
  below?: number | undefined;
  /** How far back it must come to count as back. */
  hysteresis: number;
}

const NAME_FORM = 'lower case letters, digits and hyphens, 40 at most, such as build-minutes';
const URL_FORM = 'an address such as https://example.com/, without a name and password in it';
const PLACE_FORM = 'a text of 1 to 200 characters';
const NUMBER_FORM = 'a number such as 1.5';
const place = z.string(PLACE_FORM).trim().min(1, PLACE_FORM).max(200, PLACE_FORM).optional();
const limit = z.number(NUMBER_FORM).optional();

const WatchEntry = z
  .strictObject(
    {
      name: z.string(NAME_FORM).regex(/^[a-z0-9][a-z0-9-]{0,39}$/, NAME_FORM),
      url: z.string(URL_FORM).transform((text, context) => {
        const url = webAddress(text);
        if (url !== undefined) return url;
        context.addIssue(URL_FORM);
        return z.NEVER;
      }),
      json: place,
      css: place,
      label: place,
      decimal: z.enum(['.', ','], '"." or ","').optional(),
      above: limit,
      below: limit,
      hysteresis: z.number('0 or more').min(0, '0 or more').default(0),
    },
    {
      error: (issue) =>
        issue.code === 'invalid_type' ? '`name:`, `url:`, where the number is, and a limit' : undefined,
    },
  )
  .refine(({ json, css, label }) => [json, css, label].filter((each) => each !== undefined).length === 1, {
    error: 'one of `json`, `css` and `label`: where the number stands',
  })
  .refine(({ above, below }) => above !== undefined || below !== undefined, { error: '`above`, `below` or both' })
  .refine(({ above, below, hysteresis }) => above === undefined || below === undefined || above - hysteresis > below, {
    error: '`below` under `above`, by more than `hysteresis`',
  });

/** knowledge/watches.yml */
export const WATCHES_FILE: OwnerFileForm<Watch, object> = {
  path: 'knowledge/watches.yml',
  list: 'watches',
  entry: WatchEntry,
  settings: z.strictObject({}),
  most: 20,
};

export type Side = 'above' | 'below' | 'inside';

/** Where the number is now. Once outside, it is back only when it has come back by `hysteresis`. */
export function sideOf({ above, below, hysteresis }: Watch, number: number, before: Side): Side {
  if (above !== undefined && number > above) return 'above';
  if (below !== undefined && number < below) return 'below';
  if (before === 'above' && above !== undefined && number > above - hysteresis) return 'above';
  if (before === 'below' && below !== undefined && number < below + hysteresis) return 'below';
  return 'inside';
}
