/**
 * Takes out of a log what looks like a secret. GitHub masks the secrets it knows; what a program printed that GitHub does
 * not know of, such as a token it had just been given, stands there in the clear.
 */

const MASK = '***';

/** By the marks that their makers put on them. */
const MARKED =
  /\b(?:gh[a-z]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|gl[a-z]{2,4}-[\w-]{16,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|AIza[\w-]{30,}|ya29\.[\w-]{20,}|xox[a-z]-[\w-]{10,}|(?:sk|pk|rk)[-_][\w-]{16,}|npm_\w{30,}|pypi-[\w-]{30,}|hf_\w{20,}|dop_v1_\w{30,}|shp[a-z]{2}_\w{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?)/g;
/** By what stands before them. */
const NAMED =
  /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|credential|authorization|auth|cookie|session(?:[-_ ]?id)?|(?:secret|encryption|signing|account|master)[-_ ]?key)(?:[-_][A-Za-z0-9_-]{1,30})?["']?\s*(?:[:=]|=>|%3D|%22%3A%22)\s*)(?:"[^"]{3,}"|'[^']{3,}'|["']?(?:(?:bearer|basic|token)\s+)?[^\s"',;]{4,})/gi;
/** What a program is given behind such an option. */
const OPTION =
  /((?:(?:^|\s)--?[\w-]*(?:pass(?:word|wd|phrase)?|secret|token|key)|:_authToken|\bsshpass -p|\bdocker login (?:\S+ ){0,4}-p)\s+)["']?[^\s"'-][^\s"']{3,}/gi;
const USER = /((?:^|\s)(?:-u|--user)[ =]["']?[^\s:"']+:)[^\s"']{4,}/g;
/** Addresses that are the secret themselves. */
const WEBHOOK =
  /(\bhttps:\/\/(?:hooks\.slack\.com|(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks|\w+\.webhook\.office\.com)\/)[^\s"'<>]+/gi;
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
const IN_ADDRESS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*(?::[^\s/]*)?@/gi;
const IN_QUERY = /([?&](?:[\w-]*(?:token|key|secret|signature|sig|password|auth|code)[\w-]*)=)[^\s&#"']+/gi;
/** Long words that no person made up. */
const LONG = /[A-Za-z0-9+/_=-]{24,}/g;
const LONG_HEX = /\b[0-9a-f]{24,}\b/gi;
const KEY_BLOCK = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const KEY_END = /-----END [A-Z ]*PRIVATE KEY-----/;

/** Lines without what looks like a secret, and without the lines of a private key. */
export function maskSecrets(lines: readonly string[]): string[] {
  const masked: string[] = [];
  let isInKey = false;
  for (const line of lines) {
    if (KEY_BLOCK.test(line)) masked.push(MASK);
    isInKey ||= KEY_BLOCK.test(line);
    if (!isInKey) masked.push(maskLine(line));
    if (KEY_END.test(line)) isInKey = false;
  }
  return masked;
}

const maskLine = (line: string): string =>
  line
    .replace(MARKED, MASK)
    .replace(WEBHOOK, `$1${MASK}`)
    .replace(OPTION, `$1${MASK}`)
    .replace(USER, `$1${MASK}`)
    .replace(IN_ADDRESS, `$1${MASK}@`)
    .replace(IN_QUERY, `$1${MASK}`)
    .replace(NAMED, `$1${MASK}`)
    .replace(BEARER, `$1 ${MASK}`)
    .replace(LONG_HEX, MASK)
    .replace(LONG, (word) => (looksRandom(word) ? MASK : word));

/** Small and large letters and digits, changing often; paths and names of functions do not look so. */
function looksRandom(word: string): boolean {
  if (!/[a-z]/.test(word) || !/[A-Z]/.test(word) || !/\d/.test(word)) return false;
  if (word.split('/').length > 3) return false;
  const kinds = [...word].map((sign) =>
    /[a-z]/.test(sign) ? 'a' : /[A-Z]/.test(sign) ? 'A' : /\d/.test(sign) ? '0' : '-',
  );
  const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
  return changes / word.length > 0.3;
}
