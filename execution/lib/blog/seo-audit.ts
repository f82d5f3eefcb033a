import { countPhrase, type Prose, readProse, sentencesOf, wordsOf } from './post-prose.ts';
import { isPageAddress, readTree } from './safe-markdown.ts';

/** A post to judge. Addresses are internal when they have no host or begin with `site`. */
export interface Audited {
  title: string;
  description: string;
  body: string;
  /** The first is the main one. */
  keywords: readonly string[];
  site?: string;
  /** Whether the site has other posts to link to. */
  hasOthers: boolean;
}

/** One check: how many of its points it got, and what would get the rest. */
export interface Check {
  check: string;
  points: number;
  of: number;
  advice?: string;
}

export interface Audit {
  /** 0 to 100: points got of the points of the checks that apply; 0 for a text that must not be published. */
  score: number;
  checks: Check[];
  words: number;
}

/** What each check is worth. Those that do not apply (no keywords, no pictures) are left out of the sum. */
const WEIGHTS = {
  title: 15,
  description: 15,
  structure: 15,
  length: 10,
  keyword: 15,
  density: 10,
  links: 10,
  images: 5,
  readability: 5,
} as const;

/** Search results cut longer titles and descriptions; shorter ones waste the place. */
const TITLE = { from: 30, to: 60 };
const DESCRIPTION = { from: 70, to: 160 };
const WORDS_WANTED = 600;
const WORDS_LEAST = 200;
/** Percent of the words. Under it a page is about something else, over it it is stuffed. */
const DENSITY = { from: 0.5, to: 2.5 };

/** Judges a post by rules alone: the same post always has the same score. */
export function auditPost(post: Audited): Audit {
  const tree = readTree(post.body);
  if (!tree) return { score: 0, checks: [unsafe('it is nested too deep to be read')], words: 0 };
  const prose = readProse(tree);
  const words = wordsOf([...prose.headings.map(({ text }) => text), ...prose.blocks].join('\n'));
  const danger = dangerIn(prose);
  if (danger !== undefined) return { score: 0, checks: [unsafe(danger)], words: words.length };
  const checks = [
    lengthCheck('title', post.title, TITLE),
    lengthCheck('description', post.description, DESCRIPTION),
    structure(prose),
    length(words.length),
    ...keywordChecks(post, prose, words),
    links(post, prose),
    ...images(prose),
    readability(prose),
  ];
  const [points, of] = [sum(checks.map((check) => check.points)), sum(checks.map((check) => check.of))];
  return { score: Math.round((100 * points) / of), checks, words: words.length };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const unsafe = (advice: string): Check => ({ check: 'safety', points: 0, of: 100, advice });

function dangerIn({ hasHtml, links, images }: Prose): string | undefined {
  if (hasHtml) return 'it contains HTML';
  const bad = [...links, ...images].find(({ url }) => !isPageAddress(url));
  return bad && `it links to ${bad.url.slice(0, 80)}`;
}

function check(name: keyof typeof WEIGHTS, share: number, advice: string): Check {
  const of = WEIGHTS[name];
  const points = Math.round(of * Math.min(Math.max(share, 0), 1));
  return { check: name, points, of, ...(points < of ? { advice } : {}) };
}

function lengthCheck(name: 'title' | 'description', text: string, { from, to }: { from: number; to: number }): Check {
  const length = [...text].length;
  const share = length < from ? length / from : 1 - Math.max(length - to, 0) / to;
  return check(name, share, `the ${name} has ${length} characters; ${from} to ${to} are shown whole`);
}

/** The title is the page's only H1; sections are H2, and no level is left out on the way down. */
function structure({ headings }: Prose): Check {
  const problems = [
    ...(headings.some(({ depth }) => depth === 1) ? ['has an H1 beside the title'] : []),
    ...(headings.filter(({ depth }) => depth === 2).length < 2 ? ['has fewer than two H2 sections'] : []),
    ...(headings.some(({ depth }, at) => depth > (headings[at - 1]?.depth ?? 1) + 1)
      ? ['leaves out a level of headings']
      : []),
  ];
  return check('structure', 1 - problems.length / 3, `the text ${problems.join(' and ')}`);
}

const length = (words: number): Check =>
  check(
    'length',
    (words - WORDS_LEAST) / (WORDS_WANTED - WORDS_LEAST),
    `the text has ${words} words; give it ${WORDS_WANTED} or more`,
  );

function keywordChecks(post: Audited, { headings, blocks }: Prose, words: readonly string[]): Check[] {
  const keyword = post.keywords[0] ?? '';
  const phrase = wordsOf(keyword);
  if (phrase.length === 0) return [];
  const has = (text: string) => countPhrase(wordsOf(text), phrase) > 0;
  const places = {
    'the title': has(post.title),
    'the description': has(post.description),
    'the first paragraph': has(blocks[0] ?? ''),
    'a heading': headings.some(({ text }) => has(text)),
  };
  const missing = Object.entries(places).flatMap(([place, isThere]) => (isThere ? [] : [place]));
  const others = post.keywords.slice(1).filter((other) => countPhrase(words, wordsOf(other)) === 0);
  const all = [...missing, ...others.map((other) => `the text (${other})`)];
  const share = 1 - all.length / (4 + Math.max(post.keywords.length - 1, 0));
  return [check('keyword', share, `the keyword is missing in ${all.join(', ')}`), density(keyword, phrase, words)];
}

function density(keyword: string, phrase: readonly string[], words: readonly string[]): Check {
  const percent = (100 * countPhrase(words, phrase)) / Math.max(words.length, 1);
  const share = percent < DENSITY.from ? percent / DENSITY.from : 2 - percent / DENSITY.to;
  const advice = `"${keyword}" is ${percent.toFixed(1)} % of the words; ${DENSITY.from} to ${DENSITY.to} % is natural`;
  return check('density', share, advice);
}

const EMPTY_TEXTS = /^(|here|click here|this|link|read more|more)$/i;

function links({ site, hasOthers }: Audited, { links }: Prose): Check {
  const isInternal = (url: string) => !/^https?:/i.test(url) || (site !== undefined && url.startsWith(site));
  const problems = [
    ...(links.some(({ url }) => !isInternal(url)) ? [] : ['no link to a source elsewhere']),
    ...(links.some(({ url }) => isInternal(url)) || !hasOthers ? [] : ['no link to another post']),
    ...(links.some(({ text }) => EMPTY_TEXTS.test(text.trim()))
      ? ['a link whose text does not say where it leads']
      : []),
  ];
  return check('links', 1 - problems.length / 3, `there is ${problems.join(', and ')}`);
}

function images({ images }: Prose): Check[] {
  if (images.length === 0) return [];
  const silent = images.filter(({ alt }) => alt.trim() === '').length;
  return [check('images', 1 - silent / images.length, `${silent} of ${images.length} pictures have no text`)];
}

function readability({ blocks }: Prose): Check {
  const sentences = blocks.flatMap(sentencesOf);
  const mean = sum(sentences.map((text) => wordsOf(text).length)) / Math.max(sentences.length, 1);
  const longest = Math.max(0, ...blocks.map((text) => wordsOf(text).length));
  const problems = [
    ...(mean > 25 ? [`sentences have ${Math.round(mean)} words on average; 25 are enough`] : []),
    ...(longest > 150 ? [`a paragraph has ${longest} words; 150 are enough`] : []),
  ];
  return check('readability', 1 - problems.length / 2, problems.join(', and '));
}
