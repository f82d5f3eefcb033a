import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Directive } from '../../../src/domain/directive.ts';
import type { Issue } from '../../../src/domain/forge-words.ts';
import { readTask } from '../../../src/domain/task-issue.ts';
import { directive } from '../../support/domain-samples.ts';
import { taskBody } from '../../support/house-on-github.ts';

const sweep = directive({
  front: 'on: [task]',
  inputs: '- topic: string (required)\n- size: integer\n- tags: list[str]\n- mode: enum[fast, slow] (default: slow)',
});
const silent = directive({ name: 'silent', front: 'every: 1d' });
const off = directive({ name: 'off', front: 'on: [task]\nenabled: false' });

const issue = (parts: Partial<Issue>): Issue => ({
  number: 7,
  title: 'Task: sweep',
  body: '',
  state: 'open',
  labels: ['steward:task'],
  author: 'octo',
  association: 'OWNER',
  created: '2026-03-04T14:00:00Z',
  updated: '2026-03-04T14:00:00Z',
  comments: 0,
  url: 'https://github.com/octo/house/issues/7',
  ...parts,
});

const read = (body: string, directives: readonly Directive[] = [sweep, silent, off], parts: Partial<Issue> = {}) =>
  readTask(issue({ body, ...parts }), 'task:7', directives);
const paramsOf = (inputs: string) => {
  const reading = read(taskBody('sweep', inputs));
  if ('request' in reading) return reading.request.params;
  throw new Error(JSON.stringify(reading));
};
const problemsOf = (body: string) => {
  const reading = read(body);
  if ('problems' in reading) return reading.problems;
  throw new Error(`there is no problem: ${JSON.stringify(reading)}`);
};

describe('a task', () => {
  it('is a directive and inputs of its types', () => {
    expect(read(taskBody('sweep', 'topic: the floor\nsize: 3\ntags: [a, b]\nmode: fast'))).toEqual({
      request: {
        occurrence: 'task:7',
        directive: 'sweep',
        params: { topic: 'the floor', size: 3, tags: ['a', 'b'], mode: 'fast' },
        origin: 'task',
      },
    });
  });

  it('may come with Windows’ line ends, without a fence, with the fields the other way round', () => {
    const request = { params: { topic: 'x' } };
    expect(read(taskBody('sweep', 'topic: x').replaceAll('\n', '\r\n'))).toMatchObject({ request });
    expect(read('### Inputs\n\ntopic: x\n\n### Directive\n\n`sweep`\n')).toMatchObject({ request });
  });

  it('of a directive without required inputs needs none', () => {
    const plain = directive({ front: 'on: [task]' });
    for (const body of [taskBody('sweep'), '### Directive\n\nsweep\n'])
      expect(read(body, [plain])).toMatchObject({ request: { params: {} } });
  });

  it.each([
    ['a version', 'topic: 1.10', '1.10'],
    ['a number with zeros in front', 'topic: 007', '007'],
    ['an exponent', 'topic: 1e3', '1e3'],
    ['yes', 'topic: yes', 'yes'],
    ['a date', 'topic: 2026-03-04', '2026-03-04'],
    ['nothing, in quotes', 'topic: ""', ''],
    ['what YAML 1.1 would read as true', '%YAML 1.1\n---\ntopic: yes', 'yes'],
    [
      'a text of many lines',
      'topic: |\n  one\n  ```js\n  two\n  ```\n  ### Inputs\n',
      'one\n```js\ntwo\n```\n### Inputs\n',
    ],
    ['a text behind a remark', '# What it is about\ntopic: x # here', 'x'],
  ])('keeps %s as it was written', (_, inputs, topic) => {
    expect(paramsOf(inputs)).toEqual({ topic });
  });

  it('comes through the form whatever names and values there are', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom(...'ab\n\r`~#-:_ \t\'"{}[]@<>!&*'), maxLength: 40 }),
      fc.constantFrom('_No response_', '### Directive\n\nsilent', '```\n### Directive\nsilent\n```', 'null', '1.10'),
    );
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,15}$/).filter((each) => !(each in {}));
    fc.assert(
      fc.property(fc.dictionary(name, value, { minKeys: 1, maxKeys: 5 }), (inputs) => {
        const names = Object.keys(inputs);
        const own = directive({ front: 'on: [task]', inputs: names.map((each) => `- ${each}: string`).join('\n') });
        const texts = stringify(inputs, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE' });
        expect(read(taskBody('sweep', texts.trimEnd()), [own])).toEqual({
          request: { occurrence: 'task:7', directive: 'sweep', params: { ...inputs }, origin: 'task' },
        });
      }),
    );
  });

  it('never throws, and never names a directive that takes no tasks, whatever the text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom(
        '### Directive\n',
        '### Inputs\n',
        '```yaml\n',
        '```\n',
        'sweep\n',
        'silent\n',
        'off\n',
        'topic: x\n',
      ),
      fc
        .constantFrom('[', '{a: ', '- ', '? ', '&a ', '*a', '!!set ', '<<: ', '%YAML 1.1\n', '---\n', '__proto__: 1\n')
        .chain((text) => fc.nat(900).map((times) => text.repeat(times))),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const reading = read(pieces.join(''));
        if ('request' in reading) expect(reading.request.directive).toBe('sweep');
        else expect('problems' in reading && reading.problems.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a task that can not be done', () => {
  const OFFERED = 'The directives that take tasks: `sweep`.';

  it.each([
    ['', 'There is no directive under `### Directive`.'],
    ['### Directive\n\n_No response_\n', 'There is no directive under `### Directive`.'],
    ['## Directive\n\nsweep\n', 'There is no directive under `### Directive`.'],
    ['### Directive\n\nswep\n', '`swep` is no usable directive.'],
    ['### Directive\n\nsweep\nsilent\n', '`sweep silent` is no usable directive.'],
    ['### Directive\n\nconstructor\n', '`constructor` is no usable directive.'],
    ['### Directive\n\nsilent\n', '`silent` takes no tasks: its front matter does not say `on: [task]`.'],
    ['### Directive\n\noff\n', '`off` takes no tasks: its front matter does not say `on: [task]`.'],
  ])('%j: what is wrong, and what there is', (body, problem) => {
    expect(problemsOf(body)).toEqual([problem, OFFERED]);
  });

  it.each([
    ['size: many\ntopic: x', ['`size` must be integer']],
    ['topic: x\nsize: 1.5', ['`size` must be integer']],
    ['topic: x\nmode: other', ['`mode` must be enum[fast, slow]']],
    ['topic:', ['`topic` must be string']],
    ['topic: [a]', ['`topic` must be string']],
    ['', ['`topic` is required and was not given']],
    ['siz: 1', ['`siz` is no input (it has topic, size, tags, mode)', '`topic` is required and was not given']],
    ['__proto__: x\ntopic: y', ['`__proto__` is no input (it has topic, size, tags, mode)']],
  ])('%j: each input that does not fit, once', (inputs, problems) => {
    expect(problemsOf(taskBody('sweep', inputs))).toEqual(problems);
  });

  it('says in which line of the issue its YAML breaks', () => {
    const body = taskBody('sweep', 'topic: x\nsize: *three');
    const line = body.split('\n').indexOf('size: *three') + 1;
    expect(problemsOf(body)).toEqual([expect.stringContaining(`issue 7:${line}: found the alias *three`)]);
    expect(problemsOf(body.replaceAll('```yaml\n', '').replaceAll('\n```', ''))).toEqual([
      expect.stringContaining(`issue 7:${line - 1}: found the alias *three`),
    ]);
  });

  it('is not done by half: a text that is too long is refused, not cut', () => {
    const start = taskBody('sweep', 'topic: x');
    expect(read(`${start}${' '.repeat(8000 - start.length)}`)).toHaveProperty('request');
    expect(problemsOf(`${start}${' '.repeat(8001 - start.length)}`)).toEqual([
      'The issue has more than 8000 characters.',
    ]);
  });

  it('is told of ten things at most', () => {
    const problems = problemsOf(
      taskBody('sweep', Array.from({ length: 900 }, (_, index) => `a${index}: 1`).join('\n')),
    );
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)).toBe('And 891 more.');
  });

  it('is quoted without mentions, markers or markup', () => {
    const key = '"x` @octo <!-- steward:answer:task:1 -->\\n::error::": 1\ntopic: a';
    expect(problemsOf(taskBody('sweep', key))).toEqual([
      '`x @octo <!-- steward:answer:task:1 --> ::error::` is no input (it has topic, size, tags, mode)',
    ]);
    expect(problemsOf('### Directive\n\n@octo `x`<b>\n')[0]).toBe('`@octo x<b>` is no usable directive.');
    expect(problemsOf(taskBody('sweep', 'topic: *a`@octo'))[0]).toMatch(/^`[^`]*`$/);
  });
});

describe('a field', () => {
  it('is what stands under its first heading: a value can not forge another', () => {
    const forged = 'topic: "x"\n```\n\n### Directive\n\nsilent\n\n### Inputs\n\n```yaml\ntopic: forged';
    expect(read(taskBody('sweep', forged))).toMatchObject({ request: { directive: 'sweep', params: { topic: 'x' } } });
  });

  it('ends where another heading begins, but not at a remark in its YAML', () => {
    expect(read(`${taskBody('sweep', 'topic: x')}\n### Notes\n\nsize: 3\n`)).toMatchObject({
      request: { params: { topic: 'x' } },
    });
    expect(paramsOf('# one\ntopic: x\n### Directive\nsize: 3')).toEqual({ topic: 'x', size: 3 });
    expect(read('### Inputs\n\n```yaml\ntopic: x\n### Directive\n```\n\n### Directive\n\nsweep\n')).toMatchObject({
      request: { params: { topic: 'x' } },
    });
  });
});

describe('who may file one', () => {
  it.each(['OWNER', 'MEMBER', 'COLLABORATOR'])('%s', (association) => {
    expect(read(taskBody('sweep', 'topic: x'), [sweep], { association })).toHaveProperty('request');
  });

  it.each(['CONTRIBUTOR', 'FIRST_TIMER', 'MANNEQUIN', 'NONE', 'owner', ''])(
    'not %s, whatever the issue says',
    (association) => {
      const asked = { association, author: 'mallory', labels: ['steward', 'steward:task', 'steward:approved'] };
      expect(read(taskBody('sweep', 'topic: x'), [sweep], asked)).toEqual({
        stranger: `mallory (${association.toLowerCase()})`,
      });
      expect(read('', [sweep], asked)).toHaveProperty('stranger');
    },
  );
});
