import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlWords, plainHtml } from '../../../../execution/lib/feeds/plain-html.ts';
import { numberIn } from '../../../../execution/lib/threshold/number-source.ts';
import type { Watch } from '../../../../execution/lib/threshold/watched-number.ts';

const watch = (more: Partial<Watch>): Watch => ({ name: 'a', url: 'https://x.example/', hysteresis: 0, ...more });
const read = (text: string, more: Partial<Watch>) => {
  const found = numberIn(text, watch(more));
  return 'number' in found ? found.number : found.problem;
};

it('a page of options that nobody closes is no page', () => {
  expect(read(`${'<option>'.repeat(50_000)}5`, { label: 'x' })).toBe('the page is nested too deep to be read');
  expect(read(`${'<b></i>'.repeat(50_000)}5`, { label: 'x' })).toBe('the page is nested too deep to be read');
  expect(read(`${'<option>1</option>'.repeat(5000)}<b>5</b>`, { css: 'b' })).toBe(5);
});

describe('a number in JSON', () => {
  const text = JSON.stringify({
    data: [{ price: 12.5 }, { price: '1.234' }],
    'a/b': { '~': 3 },
    big: true,
    none: null,
  });
  it.each([
    ['/data/0/price', 12.5],
    ['data.0.price', 12.5],
    ['/data/1/price', 1.234],
    ['/a~1b/~0', 3],
    ['/data/2/price', 'there is nothing at /data/2/price'],
    ['/__proto__', 'there is nothing at /__proto__'],
    ['constructor.name', 'there is nothing at constructor.name'],
    ['big', 'there is no number at big'],
    ['none', 'there is no number at none'],
    ['none.x', 'there is nothing at none.x'],
    ['data', 'there is no number at data'],
  ])('at %s', (json, expected) => {
    expect(read(text, { json })).toBe(expected);
  });

  it.each([
    ['{"a": 1e999}', 'the number is too large'],
    ['{"a": NaN}', 'the answer is not JSON'],
    ['{"a": "Infinity"}', 'the text is no number'],
    ['{"a": ""}', 'there is no text'],
    ['', 'the answer is not JSON'],
    ['[', 'the answer is not JSON'],
    [`${'['.repeat(200_000)}`, 'the answer is not JSON'],
  ])('is not made of %.20s', (answer, problem) => {
    expect(read(answer, { json: 'a' })).toBe(problem);
  });
});

describe('a number on a page', () => {
  const page = `<html><head><style>.p { top: 5px }</style><script>var price = "Price: 7";</script></head><body>
    <!-- Price: 8 --><p class="p">Price: <b>$1,299.50</b> (was $2,000)</p><i id="n">42</i><i class="t">3 of 4</i></body></html>`;
  it.each([
    [{ css: '.p b' }, 1299.5],
    [{ css: '#n' }, 42],
    [{ css: '.t' }, 'there are several numbers in .t'],
    [{ css: '.x' }, 'no element fits .x'],
    [{ css: 'p[[' }, 'the selector p[[ can not be read'],
    [{ css: 'head' }, 'there is no number in head'],
    [{ label: 'Price:' }, 1299.5],
    [{ label: 'Weight:' }, 'the page does not say “Weight:”'],
    [{ label: 'of 4' }, 'there is no number behind “of 4”'],
  ])('by %j', (place, expected) => {
    expect(read(page, place)).toBe(expected);
  });

  it('is not looked for in what nobody can read in reasonable time', () => {
    expect(read('<div>'.repeat(100_000), { css: 'b' })).toBe('the page is nested too deep to be read');
    expect(read('<!--'.repeat(400_000), { css: 'b' })).toBe('no element fits b');
    expect(read('<script>'.repeat(200_000), { label: 'x' })).toBe('the page does not say “x”');
  });

  it('or a problem comes of any text', () => {
    const html = fc.string({
      unit: fc.constantFrom('<', '>', '<b>', '</b>', '<!--', '-->', '"', "='", '1', ' ', 'Price:'),
    });
    fc.assert(
      fc.property(html, fc.constantFrom({ css: 'b' }, { label: 'Price:' }, { json: '/a' }), (text, place) => {
        expect(['number', 'string']).toContain(typeof read(text, place));
      }),
    );
  });
});

describe('HTML without what is hidden', () => {
  it.each([
    ['a<!-- x -->b', 'a b'],
    ['a<!-- x', 'a '],
    ['a<SCRIPT src=x>alert(1)</script >b', 'a b'],
    ['a<style>x</style>b<script>y', 'a b '],
    ['<!doctype html><p>1 < 2</p>', ' <p>1 < 2</p>'],
    ['no tags', 'no tags'],
  ])('%j', (html, expected) => {
    expect(plainHtml(html)).toBe(expected);
  });

  it('as words has no tags', () => {
    expect(htmlWords('<p>Hi <b>you</b><br>there</p><script>x</script> 1 < 2')).toBe('Hi you there 1 < 2');
    expect(htmlWords('<'.repeat(50_000)).length).toBeLessThanOrEqual(20_000);
  });
});
