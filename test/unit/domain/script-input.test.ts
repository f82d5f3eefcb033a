import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitInput } from '../../../src/domain/script-input.ts';

const schema = {
  properties: {
    topic: { type: 'string' },
    count: { type: 'integer' },
    ratio: { type: 'number' },
    prod: { type: 'boolean' },
    baseUrl: { type: 'string' },
    tags: { type: 'array', items: { type: 'string' } },
    sizes: { type: 'array', items: { type: 'integer' } },
    options: { type: 'object' },
    limit: { anyOf: [{ type: 'null' }, { type: 'number' }] },
    anything: {},
  },
};
const fitted = (input: Record<string, unknown>) => fitInput(input, schema);

describe('flags meet the schema of a script', () => {
  it.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ topic: '5' }, { topic: '5' }],
    [{ count: '5' }, { count: 5 }],
    [{ count: 5 }, { count: 5 }],
    [{ ratio: ' 2.5 ' }, { ratio: 2.5 }],
    [{ prod: 'true' }, { prod: true }],
    [{ prod: 'false' }, { prod: false }],
    [{ prod: true }, { prod: true }],
    [{ tags: 'a, b' }, { tags: ['a', 'b'] }],
    [{ tags: '' }, { tags: [] }],
    [{ tags: '["a, b"]' }, { tags: ['a, b'] }],
    [{ sizes: ['1', '2'] }, { sizes: [1, 2] }],
    [{ sizes: '1,2' }, { sizes: [1, 2] }],
    [{ options: '{"a":1}' }, { options: { a: 1 } }],
    [{ limit: '7' }, { limit: 7 }],
    [{ anything: '7' }, { anything: '7' }],
    [{ 'base-url': 'x' }, { baseUrl: 'x' }],
    [{ base_url: 'x' }, { baseUrl: 'x' }],
    [{ BASEURL: 'x' }, { baseUrl: 'x' }],
  ])('%j -> %j', (input, expected) => {
    expect(fitted(input)).toEqual(expected);
  });

  it.each<Record<string, unknown>>([
    { count: 'many' },
    { count: '' },
    { ratio: 'NaN' },
    { ratio: 'Infinity' },
    { prod: 'yes' },
    { options: 'x' },
    { tags: '[broken' },
    { tags: true },
    { sizes: ['1x'] },
    { unknown: '5' },
    { limit: null },
  ])('passes on what does not fit, for the schema to refuse: %j', (input) => {
    expect(fitted(input)).toEqual(input);
  });

  it('takes a script without inputs, and names that every object has', () => {
    expect(fitInput({ a: '1' }, {})).toEqual({ a: '1' });
    expect(fitted({ constructor: '1', toString: '2' })).toEqual({ constructor: '1', toString: '2' });
  });

  it('changes nothing the second time', () => {
    const flag = fc.constantFrom('topic', 'count', 'ratio', 'prod', 'limit', 'sizes', 'options', 'other');
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('1', 'true', '{"a":[1]}', '1,2'),
      fc.array(fc.constantFrom('1', 'x')),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.dictionary(flag, value), (input) => {
        const once = fitted(input);
        expect(fitted(once)).toEqual(once);
      }),
    );
  });
});
