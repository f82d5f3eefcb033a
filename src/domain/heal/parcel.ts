import { gunzipSync, gzipSync } from 'node:zlib';
import type { z } from 'zod';
import { sha256 } from '../occurrence.ts';
import { PARCEL_LIMIT_BYTES, type Parcel } from './fix.ts';

/** What gzip makes of the longest attempt, with room to spare; a parcel that grows beyond it is no attempt. */
const UNPACKED_LIMIT_BYTES = 1024 * 1024;

/** `undefined` where it would be over 64 KB. The same value gives the same parcel on every machine. */
export function pack(value: unknown): Parcel | undefined {
  const text = gzipSync(JSON.stringify(value), { level: 9 }).toString('base64');
  return text.length > PARCEL_LIMIT_BYTES ? undefined : { text, sha256: sha256(text) };
}

/**
 * Reads a parcel from another job: it must be the very one that was sent, and hold what is expected.
 * @param expected its hash as the sender gave it, by another way
 */
export function unpack<T extends z.ZodType>(
  text: string,
  schema: T,
  expected: string | undefined,
): { value: z.infer<T>; sha256: string } | { problem: string } {
  const found = text.trim();
  if (found === '') return { problem: 'it is empty' };
  const hash = sha256(found);
  if (expected !== undefined && expected !== hash)
    return { problem: `its sha256 is ${hash.slice(0, 12)}, and ${expected.slice(0, 12) || 'none'} was announced` };
  try {
    const json = gunzipSync(Buffer.from(found, 'base64'), { maxOutputLength: UNPACKED_LIMIT_BYTES }).toString('utf8');
    const parsed = schema.safeParse(JSON.parse(json));
    if (parsed.success) return { value: parsed.data, sha256: hash };
    const [issue] = parsed.error.issues;
    return { problem: `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is not as expected'}` };
  } catch {
    return { problem: 'it is no gzip of JSON in base64' };
  }
}
