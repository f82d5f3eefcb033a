import { describe, expect, it } from 'vitest';
import { withErrors, withOtherNumbers } from '../../../../src/domain/heal/other-calls.ts';
import type { Exchange, Tape } from '../../../../src/domain/tape.ts';

const answer = (body: string, status = 200, encoding: 'utf8' | 'base64' = 'utf8'): Exchange => ({
  kind: 'fetch',
  request: { method: 'GET', url: 'https://shop.example/tea', headers: {}, body: null },
  response: { status, headers: {}, body, encoding },
});
const tapeOf = (exchanges: Exchange[], input: Tape['input'] = {}): Tape => ({
  v: 1,
  script: 'execution/keep_price.ts',
  mode: 'run',
  input,
  key: 'k',
  clock: '2026-03-04T14:30:00.000Z',
  commit: 'c'.repeat(40),
  exchanges,
  replayable: true,
});
const bodiesOf = (tape: Tape | undefined) =>
  tape?.exchanges.map((exchange) => (exchange.kind === 'fetch' ? exchange.response?.body : undefined));

describe('other numbers in the same places', () => {
  it('are put into every JSON answer, and into nothing else', () => {
    const varied = withOtherNumbers(
      tapeOf(
        [
          answer('{"name":"tea","price":"3.45","stock":[{"n":0},{"n":120}],"open":true,"note":null}'),
          answer('<p>3.45</p>'),
          answer('MTIz', 200, 'base64'),
          { kind: 'git', args: ['log', '-1'], stdout: '{"n":1}' },
        ],
        { limit: 5 },
      ),
    );
    expect(bodiesOf(varied?.tape)).toEqual([
      '{"name":"tea","price":"7.89","stock":[{"n":4},{"n":564}],"open":true,"note":null}',
      '<p>3.45</p>',
      'MTIz',
      undefined,
    ]);
    expect(varied?.tape.input).toEqual({ limit: 5 });
    expect([...(varied?.places ?? [])]).toEqual([
      ['GET shop.example price', 'text'],
      ['GET shop.example stock n', 'number'],
    ]);
  });

  it.each([
    ['3', '7'],
    ['-1.50', '-5.94'],
    ['$ 1,200', '$ 5,644'],
    ['12 kg', '56 kg'],
    ['3,45 EUR', '7,89 EUR'],
    ['2026-03-04', undefined],
    ['555-1234', undefined],
    ['EUR 3', 'EUR 7'],
    ['sold out', undefined],
    ['a1b2c3', undefined],
    ['1'.repeat(31), undefined],
  ])('take %j for an amount or leave it', (text, expected) => {
    const varied = withOtherNumbers(tapeOf([answer(JSON.stringify({ text }))]));
    expect(varied && bodiesOf(varied.tape)).toEqual(expected && [JSON.stringify({ text: expected })]);
  });

  it('are put into the input of a call that asked for nothing', () => {
    expect(withOtherNumbers(tapeOf([], { list: [1, 2], word: 'a' }))?.tape.input).toEqual({ list: [5, 6], word: 'a' });
    expect(withOtherNumbers(tapeOf([], { word: 'a' }))).toBeUndefined();
    expect(withOtherNumbers(tapeOf([answer('{"word":"a"}')], { n: 1 }))).toBeUndefined();
  });

  it('can be put into some places only', () => {
    const varied = withOtherNumbers(tapeOf([answer('{"a":1,"b":2}')]), (place) => place.endsWith(' b'));
    expect(bodiesOf(varied?.tape)).toEqual(['{"a":1,"b":6}']);
  });

  it('are looked for in hostile JSON too', () => {
    const deep = `${'['.repeat(20_000)}1${']'.repeat(20_000)}`;
    expect(withOtherNumbers(tapeOf([answer(deep), answer('{"__proto__":{"n":1}}')]))?.places).toEqual(
      new Map([['GET shop.example __proto__ n', 'number']]),
    );
  });
});

describe('errors in place of answers', () => {
  it('keep everything but the status', () => {
    const [first, second] =
      withErrors(tapeOf([answer('{"n":1}'), { kind: 'git', args: ['log'], stdout: '' }]))?.exchanges ?? [];
    expect(first).toEqual(answer('{"n":1}', 500));
    expect(second).toEqual({ kind: 'git', args: ['log'], stdout: '' });
  });

  it('say nothing where nothing was asked, or where an error was what the call was about', () => {
    const { response: _, ...unanswered } = answer('') as Extract<Exchange, { kind: 'fetch' }>;
    for (const exchanges of [[], [answer('{}', 404)], [{ ...unanswered, error: 'fetch failed' }]])
      expect(withErrors(tapeOf(exchanges))).toBeUndefined();
  });
});
