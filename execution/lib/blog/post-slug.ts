const LONGEST = 60;
/** Names that a generator, a web server or Windows takes for something else. */
const RESERVED = /^(index|readme|feed|rss|sitemap|con|prn|aux|nul|com\d|lpt\d)$/;

/**
 * The part of an address that names a post: lower case ASCII letters, digits and single hyphens, 60 characters at most.
 * A title that leaves nothing of these (in another script, say) gives `fallback`. A name that is taken gets a number.
 * @param fallback a slug itself
 * @param taken names in use; upper and lower case are the same
 */
export function uniqueSlug(title: string, fallback: string, taken: readonly string[]): string {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  const slug = slugOf(title);
  const base = slug === '' ? fallback : RESERVED.test(slug) ? `post-${slug}` : slug;
  if (!used.has(base)) return base;
  for (let number = 2; ; number++) {
    const suffix = `-${number}`;
    const candidate = `${base.slice(0, LONGEST - suffix.length).replace(/-$/, '')}${suffix}`;
    if (!used.has(candidate)) return candidate;
  }
}

function slugOf(title: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/ß/g, 'ss')
    .replace(/æ/gi, 'ae')
    .replace(/œ/gi, 'oe')
    .replace(/ø/gi, 'o')
    .replace(/ł/gi, 'l')
    // Marks that stood on a letter, and apostrophes, which are no end of a word.
    .replace(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return fitting(words);
}

/** As many whole words as fit; of a first word that is too long, its beginning. */
function fitting(words: readonly string[]): string {
  let slug = (words[0] ?? '').slice(0, LONGEST);
  for (const word of words.slice(1)) {
    if (slug.length + 1 + word.length > LONGEST) break;
    slug = `${slug}-${word}`;
  }
  return slug;
}
