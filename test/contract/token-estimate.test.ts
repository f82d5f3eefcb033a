import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { estimateTokens } from '../../src/domain/token-estimate.ts';
import { reservedTokens } from '../../src/llm/routes.ts';

const root = new URL('../..', import.meta.url).pathname;
const ratio = (text: string) => estimateTokens(text) / countTokens(text, { disallowedSpecial: new Set() });

function filesUnder(folder: string, ending: RegExp): string[] {
  return readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => `${folder}/${name}`);
}

describe('the token estimate never falls under a real tokenizer', () => {
  test.each([
    ['code', filesUnder('src', /\.ts$/)],
    ['tests', filesUnder('test', /\.ts$/)],
    ['JSON', [...filesUnder('test/fixtures', /\.json$/), 'package.json', 'package-lock.json', 'src/llm/prices.json']],
    [
      'Markdown',
      filesUnder('node_modules/zod', /\.md$/).concat(filesUnder('node_modules/p-retry', /\.md$/), 'LICENSE'),
    ],
    [
      'foreign code',
      filesUnder('node_modules/p-retry', /\.js$/).concat(filesUnder('node_modules/yaml/dist/parse', /\.js$/)),
    ],
  ])('on %s of this repository', (_, files) => {
    expect(files.length).toBeGreaterThan(1);
    const under = files.filter((file) => ratio(readFileSync(`${root}${file}`, 'utf8').slice(0, 100_000)) < 1);
    expect(under).toEqual([]);
  });

  test.each([
    ['Chinese', '今天天气很好，我们决定去公园散步。路上遇到了几位老朋友，大家一起喝茶聊天，谈论最近的工作和生活。'],
    ['Japanese', '機械学習モデルの出力は常に検証される必要があります。特に金額に関する計算は慎重に行うべきです。'],
    ['Korean', '오늘은 날씨가 좋아서 공원에 산책을 갔습니다. 친구들과 함께 커피를 마시며 이야기를 나누었습니다.'],
    ['Russian', 'Сегодня хорошая погода, и мы решили пойти гулять в парк вместе с друзьями.'],
    ['German', 'Donaudampfschifffahrtsgesellschaftskapitän überprüft die Rechnungsprüfungsausschüsse'],
    ['Finnish', 'Tervetuloa Suomeen, jossa järvet ja metsät kohtaavat toisensa hiljaisuudessa'],
    ['Thai', 'เมื่อวานนี้ฝนตกหนักมากในกรุงเทพ'],
    ['Hindi', 'आज मौसम बहुत अच्छा है'],
    ['Arabic', 'اليوم الطقس جميل جدا'],
    ['emoji', '😀😃🎉🚀👨‍👩‍👧‍👦🇩🇪👍🏽'],
  ])('on %s', (_, text) => {
    expect(ratio(text)).toBeGreaterThanOrEqual(1);
  });
});

describe('what is reserved covers random text too, which is in no corpus', () => {
  const from = (first: number, last: number) =>
    fc.integer({ min: first, max: last }).map((code) => String.fromCharCode(code));

  test.each([
    ['any Unicode', 'binary' as const],
    ['printable ASCII', from(0x20, 0x7e)],
    ['lower case', from(0x61, 0x7a)],
    ['upper case', from(0x41, 0x5a)],
    ['hexadecimal', fc.constantFrom(...'0123456789abcdef')],
    ['base64', fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')],
    ['the basic plane', from(0x80, 0xd7ff)],
    ['ideographs', from(0x4e00, 0x9fff)],
  ])('%s', (_, unit) => {
    const frame = reservedTokens({ system: '', user: '', schema: {} });
    const texts = fc.noBias(fc.string({ unit, minLength: 60, maxLength: 400 }));
    fc.assert(
      fc.property(texts, (text) => {
        const reserved = reservedTokens({ system: '', user: text, schema: {} }) - frame;
        expect(reserved).toBeGreaterThanOrEqual(countTokens(text, { disallowedSpecial: new Set() }));
      }),
      { numRuns: 300 },
    );
  });
});

test('English prose is estimated at less than 2.2 times its tokens', () => {
  const licence = readFileSync(`${root}LICENSE`, 'utf8');
  const story = `A lighthouse keeper writes down each evening what the sea did that day. He does not explain the storms;
he notes the hour, the wind and what was lost. Years later his daughter reads the books and learns which rocks move.`;
  expect(ratio(licence)).toBeLessThan(2.2);
  expect(ratio(story)).toBeLessThan(2.2);
});

test('an empty text has no tokens', () => {
  expect(estimateTokens('')).toBe(0);
});
