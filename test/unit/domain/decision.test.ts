import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerSchema, parseAnswer } from '../../../src/domain/decision.ts';
import { directive, option } from '../../support/domain-samples.ts';

const plain = option({ directive: directive({ name: 'dust' }) });
const open = option({
  directive: directive({
    inputs:
      '- topic: string (required)\n- sizes: list[int] (required)\n- mode: enum[fast, slow] (required)\n- tag: string',
  }),
  params: { tag: 'x' },
});
const options = [plain, open];
const good = {
  option: open.id,
  inputs: [
    { name: 'topic', value: 'dust' },
    { name: 'sizes', value: '1, 2' },
    { name: 'mode', value: 'fast' },
  ],
  reason: 'It is overdue.',
  lessons: ['L1'],
};
const parse = (answer: unknown) =>
  parseAnswer(typeof answer === 'string' ? answer : JSON.stringify(answer), options, ['L1', 'L2']);
const problems = (answer: unknown) => {
  const result = parse(answer);
  return 'problems' in result ? result.problems : [];
};

describe('a good answer', () => {
  it('becomes a decision, its inputs coerced and laid over what was known', () => {
    expect(parse(good)).toEqual({
      decision: {
        option: open,
        params: { tag: 'x', topic: 'dust', sizes: [1, 2], mode: 'fast' },
        reason: 'It is overdue.',
        lessons: ['L1'],
        decidedBy: 'model',
      },
    });
  });

  it('may be surrounded by white space, name a lesson twice and be long-winded', () => {
    const answer = { ...good, reason: 'x'.repeat(10_000), lessons: ['L1', 'L1', 'L2'] };
    const result = parse(`\n ${JSON.stringify(answer)} \n`);
    expect(result).toMatchObject({ decision: { lessons: ['L1', 'L2'] } });
    expect('decision' in result && result.decision.reason).toHaveLength(500);
  });
});

describe('a bad answer is told why', () => {
  it.each<[string, unknown, (string | RegExp)[]]>([
    ['an empty string', '', ['The answer is empty.']],
    ['white space', ' \n', ['The answer is empty.']],
    ['prose', 'I think we should sweep the floor.', ['The answer is not JSON.']],
    ['JSON in a fence', `\`\`\`json\n${JSON.stringify(good)}\n\`\`\``, ['The answer is not JSON.']],
    ['JSON cut off', JSON.stringify(good).slice(0, -1), ['The answer is not JSON.']],
    ['a list', [good], [/^answer: .*expected object/]],
    ['null', 'null', [/^answer: .*expected object/]],
    [
      'an unknown option',
      { ...good, option: 'rm -rf /' },
      [`option: \`rm -rf /\` is not in the list. Choose one of ${plain.id}, ${open.id}.`],
    ],
    ['a directive instead of an option', { ...good, option: 'sweep' }, [/is not in the list/]],
    ['extra keys', { ...good, command: 'rm' }, [/^answer: Unrecognized key: "command"/]],
    [
      'extra keys in an input',
      { ...good, inputs: [{ name: 'topic', value: 'x', type: 'y' }] },
      [/^inputs\.0: Unrecognized key/],
    ],
    [
      'a prototype',
      JSON.stringify(good).replace('{', '{"__proto__":{"option":"x"},'),
      [/Unrecognized key: "__proto__"/],
    ],
    ['no reason', { ...good, reason: undefined }, [/^reason: /]],
    ['a value that is no text', { ...good, inputs: [{ name: 'topic', value: 5 }] }, [/^inputs\.0\.value: /]],
    [
      "another directive's inputs",
      { ...good, option: plain.id },
      [
        `inputs: \`topic\` is not an open input of ${plain.id}.`,
        `inputs: \`sizes\` is not an open input of ${plain.id}.`,
        `inputs: \`mode\` is not an open input of ${plain.id}.`,
      ],
    ],
    [
      'an input that is given already',
      { ...good, inputs: [...good.inputs, { name: 'tag', value: 'y' }] },
      [/`tag` is not an open input/],
    ],
    [
      'a prototype as input',
      { ...good, inputs: [...good.inputs, { name: '__proto__', value: 'y' }] },
      [/`__proto__` is not an open input/],
    ],
    [
      'missing inputs',
      { ...good, inputs: [] },
      ['inputs: `topic` is missing.', 'inputs: `sizes` is missing.', 'inputs: `mode` is missing.'],
    ],
    [
      'an input given twice',
      { ...good, inputs: [...good.inputs, { name: 'topic', value: 'y' }] },
      ['inputs: `topic` is given twice.'],
    ],
    [
      'inputs of another type',
      {
        ...good,
        inputs: [
          { name: 'topic', value: 'a' },
          { name: 'sizes', value: '1, many' },
          { name: 'mode', value: 'Fast' },
        ],
      },
      [
        'inputs: `sizes` must be list[integer] of at most 4000 characters.',
        'inputs: `mode` must be enum[fast, slow] of at most 4000 characters.',
      ],
    ],
    [
      'a huge input',
      { ...good, inputs: [{ name: 'topic', value: 'x'.repeat(4001) }, ...good.inputs.slice(1)] },
      ['inputs: `topic` must be string of at most 4000 characters.'],
    ],
    [
      'unknown lessons',
      { ...good, lessons: ['L1', 'L9', 'constructor'] },
      ['lessons: `L9` was not shown.', 'lessons: `constructor` was not shown.'],
    ],
  ])('%s', (_, answer, expected) => {
    expect(problems(answer)).toEqual(
      expected.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each))),
    );
  });

  it('in words that stay short, however long the answer', () => {
    const huge = 'x'.repeat(1_000_000);
    for (const answer of [
      { ...good, option: huge },
      { ...good, inputs: [{ name: huge, value: huge }] },
      { ...good, lessons: [huge] },
      huge,
    ]) {
      expect(problems(answer).join('\n').length).toBeLessThan(1000);
      expect(problems(answer).length).toBeGreaterThan(0);
    }
  });

  it('and whatever it is, the choice is one of the list with every input filled', () => {
    const text = fc.constantFrom('topic', 'sizes', 'mode', 'tag', 'x', '1', 'fast', '', '__proto__');
    const answer = fc.record({
      option: fc.constantFrom(plain.id, open.id, 'sweep', ''),
      inputs: fc.array(fc.record({ name: text, value: text }), { maxLength: 4 }),
      reason: fc.string(),
      lessons: fc.subarray(['L1', 'L2', 'L3']),
    });
    const textOf = fc.oneof(
      answer.map((each) => JSON.stringify(each)),
      fc.json(),
      fc.string(),
    );
    fc.assert(
      fc.property(textOf, (json) => {
        const result = parse(json);
        if ('problems' in result) {
          expect(result.problems.length).toBeGreaterThan(0);
          return;
        }
        const { option: chosen, params } = result.decision;
        expect(options).toContain(chosen);
        for (const { name } of chosen.openInputs) expect(params).toHaveProperty(name);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the schema of an answer', () => {
  it('is closed: options, input names and lessons are enumerations, every key is required', () => {
    expect(answerSchema(options, ['L1'])).toEqual({
      type: 'object',
      properties: {
        option: { type: 'string', enum: [plain.id, open.id] },
        inputs: {
          type: 'array',
          items: {
            type: 'object',
            properties: { name: { type: 'string', enum: ['topic', 'sizes', 'mode'] }, value: { type: 'string' } },
            required: ['name', 'value'],
            additionalProperties: false,
          },
        },
        reason: { type: 'string' },
        lessons: { type: 'array', items: { type: 'string', enum: ['L1'] } },
      },
      required: ['option', 'inputs', 'reason', 'lessons'],
      additionalProperties: false,
    });
  });

  it('has no empty enumeration (vendors refuse one) and names an input once', () => {
    expect(JSON.stringify(answerSchema([plain], []))).not.toContain('"enum":[]');
    expect(JSON.stringify(answerSchema([open, open], [])).match(/"topic"/g)).toHaveLength(1);
  });
});
