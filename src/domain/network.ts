import { z } from 'zod';

const ALLOWED_FORM = 'an address such as 127.0.0.1, a range such as 10.0.0.0/8, or a host name';
const LIST_FORM = 'a list such as ["127.0.0.1", "10.0.0.0/8", "wiki.corp.example"]';
/** With a letter in its last part: what has none was meant for an address, and is none. */
const HOST_NAME = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?$/i;

const Allowed = z.union([z.ipv4(), z.cidrv4(), z.ipv6(), z.cidrv6(), z.string().regex(HOST_NAME)]);
const isAllowed = (text: string): boolean => Allowed.safeParse(text).success;

/** Where scripts may go beyond the public internet. */
export const Network = z
  .strictObject({
    allow: z
      .array(z.string({ error: ALLOWED_FORM }).refine(isAllowed, ALLOWED_FORM), { error: LIST_FORM })
      .default([])
      .describe('Private and loopback addresses, ranges and host names that scripts may fetch all the same.'),
  })
  .prefault({})
  .describe('Scripts reach public addresses only, so that nothing they read can turn them against your network.');
