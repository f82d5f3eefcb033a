import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillFlags, parseFlags, placeholders, splitWords } from '../../../src/domain/command-line.ts';

/** A line as a directive writes it, with values as a person or a model gives them. */
function run(line: string, values: Record<string, unknown>) {
  const { flags, problem } = parseFlags(splitWords(line) ?? []);
  expect(problem).toBeUndefined();
  return fillFlags(flags, (name) => values[name]);
}

describe('splitting a line', () => {
  it.each([
    ['a b  c', ['a', 'b', 'c']],
    ['  a\tb ', ['a', 'b']],
    ['--text "two words" x', ['--text', 'two words', 'x']],
    ['--text \'two "quoted" words\'', ['--text', 'two "quoted" words']],
    ['--text="a b"c', ['--text=a bc']],
    ['""', ['']],
    ['', []],
    ['$(id) `id` a;b | c && d > e', ['$(id)', '`id`', 'a;b', '|', 'c', '&&', 'd', '>', 'e']],
    ['a\\ b', ['a\\', 'b']],
  ])('%j', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it.each(['"', "don't", 'a "b', `'a" b`])('refuses a quote that is not closed: %j', (line) => {
    expect(splitWords(line)).toBeUndefined();
  });

  it('gives back what was quoted', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('"'));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(splitWords(words.map((each) => `"${each}"`).join(' '))).toEqual(words);
      }),
    );
  });

  it.each(['a"b', '"', "a'", 'aaaa'])('100 000 times %j is no burden', (piece) => {
    const started = performance.now();
    splitWords(piece.repeat(100_001));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('flags', () => {
  it.each<[string, Record<string, unknown>]>([
    ['--topic x --prod', { topic: 'x', prod: true }],
    ['--prod --topic x', { prod: true, topic: 'x' }],
    ['--tag a --tag b --tag=c', { tag: ['a', 'b', 'c'] }],
    ['--topic=--prod', { topic: '--prod' }],
    ['--topic=', { topic: '' }],
    ['--topic ""', { topic: '' }],
    ['--shift -5', { shift: '-5' }],
    ['--text -- x', { text: '--' }],
    ['--constructor x', { constructor: 'x' }],
  ])('%s', (line, flags) => {
    const words = splitWords(line) ?? [];
    const parsed = parseFlags(line === '--text -- x' ? words.slice(0, 2) : words);
    expect(parsed).toEqual({ flags });
  });

  it.each(['x', '-p x', '--', '--a b c', '--1 x', '--{a} b', '--__proto__ x'])(
    'says which word of `%s` is none',
    (line) => {
      expect(parseFlags(splitWords(line) ?? []).problem).toMatch(/^`.*` is not a --flag$/);
    },
  );
});

describe('filling in values', () => {
  it('keeps the type of a value that is all of an argument, and writes it out inside a text', () => {
    expect(run('--n {n} --list {list} --text "n={n}, list={list}, {s}"', { n: 5, list: ['a', 'b'], s: 'x' })).toEqual({
      input: { n: 5, list: ['a', 'b'], text: 'n=5, list=["a","b"], x' },
      missing: [],
    });
  });

  it('names every value that nobody gave', () => {
    expect(run('--a {x} --b "{y} {x}" --c {z}', { z: null }).missing).toEqual(['x', 'y', 'x']);
  });

  it('fills lists of flags, and leaves braces that hold no name', () => {
    expect(run('--tag {a} --tag b{a} --json \'{"x": 1}\' --re "\\d{4}"', { a: 'v' }).input).toEqual({
      tag: ['v', 'bv'],
      json: '{"x": 1}',
      re: '\\d{4}',
    });
  });

  it('finds the names in a line, in order', () => {
    expect(placeholders(['--a', '{topic}', 'x/{steps.1.slug}/{site_url}', '{a-b}', '{1}', '{"a": 1}'])).toEqual([
      'topic',
      'steps.1.slug',
      'site_url',
      'a-b',
    ]);
  });

  it.each([
    '--prod',
    'a b; rm -rf /',
    '--',
    '-x',
    '',
    '"',
    "'",
    '{other}',
    '$(id)',
    '`id`',
    '\n--prod',
    '--a=b',
    '$&',
    '$1',
  ])('%j stays one value of one flag', (value) => {
    expect(run('--topic {topic} --url https://x/{topic}/y', { topic: value, other: 'leaked' }).input).toEqual({
      topic: value,
      url: `https://x/${value}/y`,
    });
  });

  it('can not add a flag or read another value, whatever the value', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('--other', '{other}', '{topic}', '--a --b', '{{topic}}'),
    );
    fc.assert(
      fc.property(value, fc.anything(), (topic, other) => {
        const { input } = run('--topic {topic} --tag {topic} --tag fixed', { topic, other });
        expect(input).toEqual({ topic, tag: [topic, 'fixed'] });
      }),
    );
  });
});
