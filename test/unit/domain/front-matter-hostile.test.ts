import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { parseDirective } from '../../../src/domain/directive.ts';
import { directiveText, findings } from '../../support/domain-samples.ts';

const front = (yaml: string) => findings(directiveText({ front: yaml }));

describe('YAML that is broken or hostile', () => {
  it.each([
    ['every: 1d\nwrites: [a', 3],
    ['every: "1d', 2],
    ['every: 1d\n\tpriority: 5', 3],
    ['writes:\n\t- site/**', 3],
    ['a: b: c', 2],
    ['every: 1d\npriority: 5\nevery: 2d', 4],
  ])('says that %j does not parse, and where', (yaml, line) => {
    const problems = parseDirective(directiveText({ front: yaml }), 'directives/sweep.md').problems;
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ found }) => found.startsWith('YAML that does not parse'))).toBe(true);
    expect(problems.map((problem) => problem.line)).toContain(line);
  });

  it.each(['- a\n- b', 'just text', '42'])('wants keys with values, not %j', (yaml) => {
    expect(front(yaml)).toEqual([
      'directives/sweep.md:2: found a list or a single value, expected keys with values, `key: value`',
    ]);
  });

  it('does not unfold a bomb of aliases', () => {
    const levels = Array.from(
      { length: 12 },
      (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`,
    );
    const started = performance.now();
    const found = front(['l0: &l0 [lol]', ...levels].join('\n'));
    expect(performance.now() - started).toBeLessThan(1000);
    expect(found).toHaveLength(12 * 9);
    expect(found[0]).toBe('directives/sweep.md:3: found the alias `*l0`, expected the value written out');
  });

  it.each(['priority: 1\nevery: *nowhere', 'priority: 1\nwrites: &a [*a]', 'writes: &a []\nsecrets: *a'])(
    'takes no alias, be it to nothing or to itself: %j',
    (yaml) => {
      expect(front(yaml)).toEqual([
        expect.stringMatching(/sweep\.md:3: found the alias `\*(nowhere|a)`, expected the value/),
      ]);
    },
  );

  it('takes neither a prototype nor a constructor from a file', () => {
    const yaml = '__proto__:\n  enabled: false\n  every: 1d\nconstructor:\n  prototype: {polluted: 1}';
    expect(front(yaml).map((finding) => finding.split(', expected')[0])).toEqual([
      'directives/sweep.md:2: found the unknown key `__proto__`',
      'directives/sweep.md:5: found the unknown key `constructor`',
    ]);
    expect({}).not.toHaveProperty('polluted');
    expect({}).not.toHaveProperty('enabled');
  });

  it('copes with depth, binary tags and keys that are no text', () => {
    for (const yaml of [
      `every: ${'['.repeat(5000)}`,
      'every: !!binary aGk=',
      'every: !!js/function "function(){}"',
      '? [a, b]\n: c',
      '1: 2',
      '~: x',
    ])
      expect(front(yaml).length, yaml.slice(0, 40)).toBeGreaterThan(0);
  });

  it('throws for no text whatever', () => {
    const piece = fc.constantFrom(
      '---',
      '\n',
      '- ',
      '# Directive: sweep',
      '## Tools',
      'every: ',
      '&a',
      '*a',
      '{',
      '}',
      '[',
      '"',
      "'",
      '\t',
      '\r',
      '!!x ',
      'execution/x.ts ',
      '--a ',
      '{a}',
    );
    const text = fc
      .array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 25 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.boolean(), (inner, fenced) => {
        const { problems } = parseDirective(fenced ? `---\n${inner}` : inner, 'directives/sweep.md');
        const lines = inner.split('\n').length + 1;
        for (const { line } of problems) expect(line >= 1 && line <= lines).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});

describe('front matter that is code', () => {
  const trap = '{ every: (globalThis.stewardTrap = "sprung") }';
  const world: typeof globalThis & { stewardTrap?: unknown } = globalThis;
  const sprung = () => world.stewardTrap;
  afterEach(() => {
    delete world.stewardTrap;
  });

  const fences = [
    '---js',
    '---javascript',
    '--- js',
    '---\tjs',
    '--- coffee',
    '---coffeescript',
    '---cson',
    '---json',
    '---toml',
    '---JS',
    '---JavaScript',
  ];
  const tricks = [
    '\uFEFF---js',
    '---\u00a0js',
    '---\u2003javascript',
    '---\vjs',
    '---\fjs',
    '---\u3000js ',
    '---yaml js',
    '---js\r',
    '---__proto__',
    '---constructor',
    '---toString',
    '---hasOwnProperty',
  ];
  it.each([...fences, ...tricks])('is refused and never run behind %j', (fence) => {
    const { directive, problems } = parseDirective(`${fence}\n${trap}\n---\n${directiveText()}`, 'directives/sweep.md');
    expect(sprung()).toBeUndefined();
    expect(directive).toBeUndefined();
    expect(problems).toEqual([
      expect.objectContaining({
        line: 1,
        expected: 'YAML between two lines of `---`',
        hint: 'Code in front matter is never run',
      }),
    ]);
  });

  it('is not run inside YAML either', () => {
    const found = front(`every: !!js/eval '${trap}'`);
    expect(sprung()).toBeUndefined();
    expect(found).toHaveLength(1);
  });

  it('is not run twice: a text seen before is read the same way', () => {
    const text = `---js\n${trap}\n---\n${directiveText()}`;
    expect(findings(text)).toEqual(findings(text));
    expect(sprung()).toBeUndefined();
  });
});
