/** Secrets never leave: every text that goes to a log, prompt, ledger line, tape or commit passes through a Redactor first. */
export type Redactor = (text: string) => string;

const MASK = '***';
/** Shorter values ("on", "1", "main") would mask ordinary words; a real key is longer. */
export const SHORTEST_SECRET = 6;
const SECRET_NAME = /(token|secret|password|passwd|credential|private|api_?key|_key$|^key$|_pat$|auth(?!or))/i;
/** Keys that are recognisable by their form, whoever put them there. */
const SECRET_FORMS =
  /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,}|sk-ant-[A-Za-z0-9_-]{20,}|AIza[A-Za-z0-9_-]{35}|xox[abpr]-[A-Za-z0-9-]{10,}|AKIA[A-Z0-9]{16}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})(?![A-Za-z0-9])|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** The values of an environment whose names look like secrets. */
export function secretValues(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) => (value && SECRET_NAME.test(name) ? [value] : []));
}

/**
 * Masks each secret as it is, base64-encoded (at any of the three byte alignments, standard and URL-safe alphabet),
 * hex-encoded, URL-encoded and JSON-escaped, and each multi-line secret line by line.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = new Set(secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/)]).flatMap(encodedForms));
  const needles = [...forms].filter((form) => form.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length);
  const pattern = needles.length > 0 ? new RegExp(needles.map(escapeForRegExp).join('|'), 'g') : undefined;
  return (text) => (pattern ? text.replace(pattern, MASK) : text).replace(SECRET_FORMS, MASK);
}

/** Redacts every string inside a JSON value, keys included. */
export function redactJson<T>(value: T, redact: Redactor): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map((item) => redactJson(item, redact)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [redact(key), redactJson(inner, redact)])) as T;
}

function encodedForms(secret: string): string[] {
  if (secret.trim().length < SHORTEST_SECRET) return [];
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((shift) => alignedBase64(bytes, shift));
  return [
    secret,
    secret.trim(),
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** The base64 characters that depend on the secret alone when `shift` unknown bytes stand before it. */
function alignedBase64(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const bits = (shift + bytes.length) * 8;
  return text.slice(Math.ceil((shift * 8) / 6), Math.floor(bits / 6));
}

const escapeForRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
