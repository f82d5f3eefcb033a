/**
 * How values travel as JSON: a value that JSON can say stays as it is, so that a tape shows what was called with what;
 * the rest becomes `{ $: kind, of }`. A text and no code, because it is needed in three places: in every wrapped script,
 * in the realm of the tests, and its names must not be those of a case's own functions.
 */
export const CODEC = `const $plain = (value) => {
  if (typeof value === 'number' && JSON.stringify(value) !== (Object.is(value, -0) ? '-0' : String(value)))
    return { $: 'number', of: Object.is(value, -0) ? '-0' : String(value) };
  if (['undefined', 'bigint', 'function', 'symbol'].includes(typeof value))
    return { $: typeof value, of: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Array.from(value, (item) => $plain(item));
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind === 'Set' || kind === 'Map') return { $: kind, of: $plain([...value]) };
  if (kind === 'Date') return { $: kind, of: $plain(value.getTime()) };
  const fields = Object.fromEntries(Object.entries(value).map(([key, field]) => [key, $plain(field)]));
  return '$' in value ? { $: 'object', of: fields } : fields;
};
const $revive = (plain) => {
  if (typeof plain !== 'object' || plain === null) return plain;
  if (Array.isArray(plain)) return plain.map((item) => $revive(item));
  const fields = (of) => Object.fromEntries(Object.entries(of).map(([key, field]) => [key, $revive(field)]));
  if (!('$' in plain)) return fields(plain);
  const { $: kind, of } = plain;
  if (kind === 'object') return fields(of);
  if (kind === 'undefined') return undefined;
  if (kind === 'number') return Number(of);
  if (kind === 'bigint') return BigInt(of);
  if (kind === 'Set') return new Set($revive(of));
  if (kind === 'Map') return new Map($revive(of));
  if (kind === 'Date') return new Date($revive(of));
  throw new TypeError('a ' + kind + ' can not be given to a script');
};
`;
