import type { Redactor } from '../domain/redaction.ts';
import type { KeyCheck } from '../ports.ts';
import type { Access } from './routes.ts';
import { KEY_NAMES, type OpenVendor, type VendorName } from './vendors.ts';

const TIMEOUT_MS = 10_000;
const DETAIL_CHARACTERS = 200;
/** What a header can carry; a key with anything else was pasted wrongly. */
const KEY_FORM = /^[\x21-\x7e]+$/;

interface Means {
  open: OpenVendor;
  redact: Redactor;
  timeoutMs?: number;
}

/** Asks each vendor that has a key whether it accepts it. */
export async function checkKeys(access: Access, means: Means): Promise<KeyCheck[]> {
  const names = (Object.keys(KEY_NAMES) as VendorName[]).filter((name) => access[name]?.key?.trim());
  return Promise.all(
    names.map(async (name) => {
      const { key = '', baseUrl } = access[name] ?? {};
      return { keyName: KEY_NAMES[name], ...(await checkKey(name, { key: key.trim(), baseUrl }, means)) };
    }),
  );
}

/** The key is in no word of the answer, whatever the vendor says. */
async function checkKey(
  name: VendorName,
  access: { key: string; baseUrl: string | undefined },
  { open, redact, timeoutMs = TIMEOUT_MS }: Means,
): Promise<Omit<KeyCheck, 'keyName'>> {
  if (!KEY_FORM.test(access.key)) return { status: 'refused', detail: 'it has spaces or characters that no key has' };
  const vendor = await open(name, access);
  const failure = await vendor.checkKey(AbortSignal.timeout(timeoutMs));
  if (!failure) return { status: 'accepted', detail: '' };
  const words = redact(failure.message.replaceAll(access.key, '***')).replaceAll(/\s+/g, ' ');
  return { status: failure.kind === 'auth' ? 'refused' : 'unknown', detail: words.slice(0, DETAIL_CHARACTERS) };
}
