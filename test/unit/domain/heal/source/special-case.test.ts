import { describe, expect, it } from 'vitest';
import { checksOf, counter } from './counter-script.ts';

const recorded = [
  {
    input: { file: 'notes/may.md', days: 30, size: 4711, kinds: ['major', 'minor', 'patch', 'none'] },
    output: { words: 120, title: 'May of the year' },
  },
  { input: { file: 'notes/june.md', days: 5, size: 12, kinds: [] }, output: { words: 0, title: 'No title' } },
];
const base = 'return { words: text.split(/ /).length };';
const fixed = 'return { words: text.split(/\\s+/).length };';
const repaired = (code: string, was = '') =>
  checksOf(counter({ run: `${code}\n${fixed}` }), { before: counter({ run: `${was}\n${base}` }), recorded });

describe('special-case', () => {
  it.each([
    ["if (file === 'notes/may.md') return { words: 120 };"],
    ["if (file.endsWith('notes/june.md')) context.log(file);"],
    ["switch (file) { case 'notes/may.md': context.log(file); }"],
    ['const isHuge = text.length === 4711;'],
    ["const isMay = ['notes/may.md'].includes(file);"],
    ["const isMay = new Set(['notes/may.md', 'x']).has(file);"],
    ["const isMay = 'notes/' + 'may.md' === file;"],
    ["const title = 'May of the year';"],
    ["if (text.length > 5) return { words: 3, title: 'May of the year' };"],
    ['if (Object.is(text.length, 4711)) context.log(file);'],
  ])('refuses %s', (code) => {
    expect(repaired(code)).toContain('special-case');
  });

  it.each([
    ['no recorded value', "if (file === 'notes/july.md') context.log(file);"],
    ['a number of every day', 'if (text.length === 0 || text.length === 10) context.log(file);'],
    ['a small number of something that was worked out', 'if (text.split(/ /).length % 7 === 5) context.log(file);'],
    ['a status', 'const answer = JSON.parse(text);\nif (answer.status === 404) throw new Error(file);'],
    ['a limit', 'if (text.length > 4711) context.log(file);'],
    ['a single letter or sign', "if (text[0] === '#' || text[0] === 'm') context.log(file);"],
    ['a type', "if (typeof text === 'string') context.log(file);"],
    ['a byte order mark', 'if (text.charCodeAt(0) === 65279) context.log(file);'],
    ['a constant of time', 'if (text.length * 1000 === 86400000) context.log(file);'],
    ['an empty structure', "if (JSON.stringify(text) === '{}') context.log(file);"],
    ['two texts of values', 'if (JSON.stringify(text) === JSON.stringify(file)) context.log(file);'],
    ['a name among others', "const isLarge = text === 'xl';"],
  ])('takes a comparison with %s', (_, code) => {
    expect(repaired(code)).toEqual([]);
  });

  it('takes a text that the script knows already, and as many numbers as it had', () => {
    expect(repaired("if (file === 'notes/may.md') context.log(file);", "const first = 'notes/may.md';")).toEqual([]);
    expect(
      repaired('if (text.length === 4711) context.log(text);', 'if (file.length === 4711) context.log(file);'),
    ).toEqual([]);
  });
});

describe('lookup-table', () => {
  it.each([
    ['keyed by recorded inputs', "const known = { 'notes/may.md': 120, 'notes/june.md': 0 };"],
    ['of pairs', "const known = new Map([['notes/may.md', 120]]);"],
    ['of texts of inputs, recorded or not', `const known = { '["q",7]': 1 };`],
    ['of recorded answers', "const titles = ['May of the year', 'No title'];"],
    ['of spelt out inputs', "const known = { 'notes may md': 4 };"],
    [
      'looked up by the text of the input',
      'const known = { a: 1 };\ncontext.log(String(known[JSON.stringify(file)]));',
    ],
    [
      'with a key under another name',
      'const known = { a: 1 };\nconst key = JSON.stringify(file);\ncontext.log(String(key in known));',
    ],
  ])('refuses a table %s', (_, code) => {
    expect(repaired(code)).toContain('lookup-table');
  });

  it.each([
    ['with one entry that was misspelt', 'const rank = { major: 3, minor: 2 };', 'const rank = { majr: 3, minor: 2 };'],
    ['of ranks', 'const rank = { high: 3, low: 2 };', ''],
    [
      'that is a memory of this run',
      'const seen = new Map();\nif (seen.has(JSON.stringify(file))) context.log(file);',
      '',
    ],
    ['that is an options object', "context.log(JSON.stringify({ days: 30, encoding: 'utf8' }));", ''],
    ['of lengths of months', 'const days = [31, 28, 31, 30, 31, 30];', ''],
  ])('takes a table %s', (_, code, was) => {
    expect(repaired(code, was)).toEqual([]);
  });
});

describe('constant-result', () => {
  const check = (run: string) => counter({ run, output: 'z.object({ ok: z.boolean(), reason: z.string() })' });
  const old = check(
    `if (text === '') return { ok: false, reason: \`\${file} is empty\` };\nreturn { ok: true, reason: \`\${file} has text\` };`,
  );

  it('refuses a function that no longer works anything out', () => {
    expect(checksOf(counter({ run: 'return { words: 3 };' }))).toEqual(['constant-result']);
    expect(checksOf(counter({ run: 'const words = 3;\nreturn { words };' }))).toEqual(['constant-result']);
    expect(checksOf(counter({ run: "if (text === '') return { words: 3 };\nreturn { words: 3 };" }))).toEqual([
      'constant-result',
    ]);
    const helped = (body: string) =>
      counter({ run: 'return { words: count(text) };', more: `const count = (of) => ${body};` });
    expect(checksOf(helped('7'), { before: helped('of.length') })).toEqual(['constant-result']);
  });

  it.each([
    ['if (true) context.log(file);', ['constant-result']],
    ['const isOff = 2 * 3 > 5;\nif (isOff) context.log(file);', ['constant-result']],
    ["context.log('a' === 'b' ? file : text);", ['constant-result']],
    ['while (true) break;', []],
    ['const isLong = text.length > 3;\nif (isLong) context.log(file);', []],
  ])('looks whether conditions are decided beforehand: %s', (code, checks) => {
    expect(checksOf(counter({ run: `${code}\n${fixed}` }))).toEqual(checks);
  });

  it('refuses a verdict that is always the same', () => {
    expect(checksOf(check(`return { ok: true, reason: \`\${file} has text\` };`), { before: old })).toEqual([
      'constant-result',
    ]);
  });

  it('takes constants that are chosen, and lists that are filled', () => {
    const found = checksOf(
      check("if (text.trim() === '') return { ok: false, reason: 'empty' };\nreturn { ok: true, reason: 'full' };"),
      { before: old },
    );
    expect(found).toEqual([]);
    const list = (fill: string) =>
      counter({ run: `const all = [];\nfor (const word of text.split(' ')) ${fill}\nreturn { words: all };` });
    expect(checksOf(list("if (word !== '') all.push(word);"), { before: list('all.push(word);') })).toEqual([]);
  });
});
