import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coerceInput, formatInputType, type InputType, parseInputType } from '../../../src/domain/input-type.ts';

const type = (text: string): InputType => {
  const parsed = parseInputType(text);
  if (!parsed) throw new Error(`no type: ${text}`);
  return parsed;
};
const coerced = (text: string, value: unknown) => {
  const result = coerceInput(type(text), value);
  return 'value' in result ? result.value : `expected ${result.expected}`;
};

describe('the names of types', () => {
  it.each([
    ['string', 'string'],
    ['str', 'string'],
    ['int', 'integer'],
    ['integer', 'integer'],
    ['float', 'number'],
    ['number', 'number'],
    ['bool', 'boolean'],
    ['boolean', 'boolean'],
    ['list[str]', 'list[string]'],
    ['list[int]', 'list[integer]'],
    ['enum[a,b]', 'enum[a, b]'],
    ['enum[ a b , c ]', 'enum[a b, c]'],
  ])('%s is %s', (text, formatted) => {
    expect(formatInputType(type(text))).toBe(formatted);
    expect(parseInputType(formatted)).toEqual(type(text));
  });

  it.each([
    '',
    'text',
    'String',
    'list',
    'list[]',
    'list[list[str]]',
    'list[str',
    'enum[]',
    'enum',
    'constructor',
    'toString',
    'list[__proto__]',
    'list[constructor]',
    'string | number',
  ])('%j is none', (text) => {
    expect(parseInputType(text)).toBeUndefined();
  });
});

describe('a value', () => {
  it.each<[string, unknown, unknown]>([
    ['string', 'a', 'a'],
    ['string', '', ''],
    ['string', 5, '5'],
    ['string', true, 'true'],
    ['string', '--prod', '--prod'],
    ['string', null, 'expected string'],
    ['string', ['a'], 'expected string'],
    ['string', {}, 'expected string'],
    ['string', undefined, 'expected string'],
    ['integer', '5', 5],
    ['integer', ' 5 ', 5],
    ['integer', -3, -3],
    ['integer', '5.5', 'expected integer'],
    ['integer', 5.5, 'expected integer'],
    ['integer', '', 'expected integer'],
    ['integer', ' ', 'expected integer'],
    ['integer', '5 apples', 'expected integer'],
    ['integer', '9007199254740993', 'expected integer'],
    ['integer', true, 'expected integer'],
    ['number', '2.5', 2.5],
    ['number', '1e3', 1000],
    ['number', 'Infinity', 'expected number'],
    ['number', 'NaN', 'expected number'],
    ['number', Number.NaN, 'expected number'],
    ['boolean', 'true', true],
    ['boolean', 'false', false],
    ['boolean', true, true],
    ['boolean', 'yes', 'expected boolean'],
    ['boolean', 1, 'expected boolean'],
    ['boolean', 'True', 'expected boolean'],
    ['list[string]', 'a, b ,,c', ['a', 'b', 'c']],
    ['list[string]', '["a, b", "c"]', ['a, b', 'c']],
    ['list[string]', ['a', 1], ['a', '1']],
    ['list[string]', '', []],
    ['list[string]', '[broken', 'expected list[string]'],
    ['list[string]', '[["a"]]', 'expected list[string]'],
    ['list[string]', '{"a":1}', ['{"a":1}']],
    ['list[string]', 5, 'expected list[string]'],
    ['list[int]', '1,2', [1, 2]],
    ['list[int]', '[1, "2"]', [1, 2]],
    ['list[int]', '1,x', 'expected list[integer]'],
    ['list[bool]', 'true,false', [true, false]],
    ['enum[a, b]', 'b', 'b'],
    ['enum[a, b]', 'c', 'expected enum[a, b]'],
    ['enum[a, b]', 'a, b', 'expected enum[a, b]'],
    ['enum[1, 2]', 1, '1'],
  ])('%s from %j is %j', (text, value, expected) => {
    expect(coerced(text, value)).toEqual(expected);
  });

  it('comes back as it was when written out and read again', () => {
    const typed = fc.oneof(
      fc.tuple(fc.constant('integer'), fc.maxSafeInteger()),
      fc.tuple(fc.constant('number'), fc.double({ noNaN: true, noDefaultInfinity: true })),
      fc.tuple(fc.constant('boolean'), fc.boolean()),
      fc.tuple(fc.constant('string'), fc.string({ unit: 'grapheme' })),
      fc.tuple(fc.constant('list[string]'), fc.array(fc.string())),
      fc.tuple(fc.constant('list[integer]'), fc.array(fc.integer())),
    );
    fc.assert(
      fc.property(typed, ([text, value]) => {
        const written = typeof value === 'string' ? value : JSON.stringify(value);
        expect(coerced(text, written)).toEqual(Object.is(value, -0) ? 0 : value);
      }),
    );
  });

  it('of whatever kind is of the type or refused, and never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('string', 'integer', 'number', 'boolean', 'list[number]', 'enum[a, b]'),
        fc.anything(),
        (text, value) => {
          const result = coerceInput(type(text), value);
          if ('value' in result) expect(coerceInput(type(text), result.value)).toEqual(result);
          else expect(result.expected).toBe(text);
        },
      ),
    );
  });
});
