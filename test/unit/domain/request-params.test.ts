import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitParams } from '../../../src/domain/request-params.ts';
import { directive } from '../../support/domain-samples.ts';

const sweep = directive({
  inputs: [
    '- topic: string (required)',
    '- size: integer',
    '- rate: number',
    '- deep: boolean',
    '- tags: list[str]',
    '- mode: enum[fast, slow]',
  ].join('\n'),
});

describe('inputs that somebody gave', () => {
  it('come in the directive’s types, from text as from JSON', () => {
    const params = { topic: 'x', size: 3, rate: 0.5, deep: true, tags: ['a', 'b'], mode: 'fast' };
    expect(fitParams(sweep, params)).toEqual({ params, problems: [] });
    const texts = { topic: 'x', size: '3', rate: '0.5', deep: 'true', tags: 'a, b', mode: 'fast' };
    expect(fitParams(sweep, texts)).toEqual({ params, problems: [] });
  });

  it('need not be complete: what is missing is somebody else’s question', () => {
    expect(fitParams(sweep, {})).toEqual({ params: {}, problems: [] });
  });

  it('are all told of when they do not fit', () => {
    expect(fitParams(sweep, { topic: null, size: 1.5, deep: 'yes', tags: {}, mode: 'x', other: 1 })).toEqual({
      params: {},
      problems: [
        '`topic` must be string',
        '`size` must be integer',
        '`deep` must be boolean',
        '`tags` must be list[string]',
        '`mode` must be enum[fast, slow]',
        '`other` is no input (it has topic, size, rate, deep, tags, mode)',
      ],
    });
    expect(fitParams(directive(), { topic: 1 }).problems).toEqual(['`topic` is no input (it has none)']);
  });

  it('are known by the directive’s names alone', () => {
    const given = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}');
    expect(fitParams(sweep, given)).toMatchObject({ params: {}, problems: { length: 3 } });
  });

  it('never throw, name nothing the directive does not have, and are quoted on one line as code', () => {
    const given = fc.dictionary(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('topic', 'size')),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(given, (values) => {
        const { params, problems } = fitParams(sweep, values);
        expect(Object.keys(params).filter((name) => name !== 'topic' && name !== 'size')).toEqual([]);
        expect(problems.length + Object.keys(params).length).toBe(Object.keys(values).length);
        for (const problem of problems) expect(problem).toMatch(/^`[^`\r\n]+` (must be|is no input)/);
      }),
    );
  });
});
