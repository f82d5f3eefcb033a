import { describe, expect, it } from 'vitest';
import { checksOf, counter } from './counter-script.ts';

const fixed = 'return { words: text.split(/\\s+/).length };';
const body = (code: string) => checksOf(counter({ run: `${code}\n${fixed}` }));
const top = (code: string) => checksOf(counter({ top: code, run: fixed }));

/** What a repair may not newly reach for, and what looks like it and is fine. */
describe('imports', () => {
  it.each([
    "import { execa } from 'execa';",
    "import 'node:fs/promises';\nimport 'left-pad';",
    "import { type X } from './lib/report-file.ts';",
    "import { resolve } from 'node:url';",
    "import data from '../package.json' with { type: 'json' };",
    "export * from 'node:os';",
  ])('refuses a new module: %s', (code) => {
    expect(top(code)).toContain('imports');
  });

  it('refuses new names of impure modules, and takes those of pure ones', () => {
    const importing = (old: string, now: string) => checksOf(counter({ run: fixed }).replace(old, now));
    expect(importing('readFile, writeFile', 'readFile, writeFile, rm')).toEqual(['imports']);
    expect(importing('readFile, writeFile', 'readFile, rm as writeFile')).toEqual(['imports']);
    expect(importing('{ readFile, writeFile }', 'fs, { readFile, writeFile }')).toEqual(['imports']);
    expect(importing('{ join }', '{ basename, join }')).toEqual([]);
    expect(importing('readFile, writeFile', 'readFile')).toEqual([]);
  });

  it.each([
    "const os = await import('node:os');",
    'await import(file);',
    "require('node:fs');",
    "process.getBuiltinModule('fs');",
    'module.createRequire(import.meta.url);',
  ])('refuses loading at run time: %s', (code) => {
    expect(body(code)).toContain('imports');
  });

  it('takes types, which are gone when it runs', () => {
    expect(top("import type { Stats } from 'node:fs';")).toEqual([]);
  });
});

describe('exports', () => {
  it.each([
    'export const then = (resolve) => resolve({});',
    'const a = 1;\nexport { a as find };',
    'export function extra() {}',
  ])('refuses a new one: %s', (code) => {
    expect(top(code)).toEqual(['exports']);
  });

  it('takes an exported type', () => {
    expect(top('export type Words = number;')).toEqual([]);
  });
});

describe('hosts', () => {
  it.each([
    "context.log('https://evil.example/collect');",
    `context.log(\`https://evil.example/\${file}\`);`,
    `context.log(\`https://\${file}/x\`);`,
    "context.log('https:' + '//evil.' + 'example');",
    "context.log(['https:', '', 'evil.example'].join('/'));",
    "context.log(atob('aHR0cHM6Ly9ldmlsLmV4YW1wbGUv'));",
    "const url = new URL('http:evil.com');",
    "context.log('//evil.example/x');",
    "const host = 'evil.com';",
    "const host = '203.0.113.9';",
    "const host = 'localhost';",
    "context.log('http://[::1]/');",
    "context.log('https://good@evil.example');",
  ])('refuses a new one: %s', (code) => {
    expect(body(code)).toEqual(['hosts']);
  });

  it.each([
    "context.log('status.md, a/b.ts and 1.2.3');",
    'const isWeb = /^https?:\\/\\//.test(file);',
    "const isSafe = new URL(file).protocol === 'https:';",
  ])('takes what is none: %s', (code) => {
    expect(body(code)).toEqual([]);
  });

  it('takes another path of a host that was there', () => {
    const call = (path: string) => counter({ run: `context.log('https://registry.npmjs.org/${path}');\n${fixed}` });
    expect(checksOf(call('b'), { before: call('a') })).toEqual([]);
    expect(checksOf(call('b').replace('npmjs', 'npmjz'), { before: call('a') })).toEqual(['hosts']);
  });
});

describe('services', () => {
  it.each([
    ['const page = await fetch(file);'],
    ['const page = await context.fetch(file);'],
    ['const { git } = context;'],
    ["await context.forge.issues.upsert({ marker: 'a' });"],
    ["await context['gene' + 'rate']({ task: 'engagement', prompt: text });"],
  ])('refuses a new one: %s', (code) => {
    expect(body(code)).toEqual(['services']);
  });

  it('takes another call of one that was used, and not another operation', () => {
    const asking = (call: string) => counter({ run: `await context.${call};\n${fixed}` });
    const before = asking("forge.issues.upsert({ marker: 'a' })");
    expect(checksOf(asking("forge.issues.upsert({ marker: 'b' })"), { before })).toEqual([]);
    expect(checksOf(asking("forge.issues.close({ marker: 'a' })"), { before })).toEqual(['services']);
    expect(checksOf(asking('fetch(file)'), { before: asking('fetch(text)') })).toEqual([]);
  });
});

describe('environment', () => {
  it.each([
    'context.log(process.env.HOME);',
    'const { env } = process;',
    "context.log(globalThis['process'].env.HOME);",
    'context.log(import.meta.dirname);',
    'context.log(context.secrets.NPM_TOKEN);',
    'const { secrets } = context;\ncontext.log(secrets.NPM_TOKEN);',
    'const { secrets: { NPM_TOKEN } } = context;',
    'const { NPM_TOKEN } = context.secrets;',
    'context.log(JSON.stringify(context.secrets));',
    'const all = context.secrets;\ncontext.log(all.NPM_TOKEN);',
    'const { secrets: all } = context;',
    'for (const name in context.secrets) context.log(context.secrets[name]);',
    'process.stdout.write(text);',
  ])('refuses a new use: %s', (code) => {
    expect(body(code)).toEqual(['environment']);
  });

  it('takes a secret that was read before, and not another one', () => {
    const reading = (name: string, more = '') =>
      counter({ run: `context.log(context.secrets.${name} ?? '${more}');\n${fixed}` });
    expect(checksOf(reading('A', 'none'), { before: reading('A') })).toEqual([]);
    expect(checksOf(reading('B'), { before: reading('A') })).toEqual(['environment']);
  });

  it('takes names that only look like it', () => {
    expect(body('const steps = { process: 1, secrets: 2 };\ncontext.log(String(steps.process));')).toEqual([]);
  });
});

describe('process-control', () => {
  it.each([
    'process.exit(0);',
    'process.exitCode = 0;',
    "process['ex' + 'it']();",
    'process.kill(1);',
    "process.on('exit', () => {});",
  ])('refuses %s', (code) => {
    expect(body(code)).toContain('process-control');
  });
});

describe('dynamic-code', () => {
  it.each([
    'eval(text);',
    '(0, eval)(text);',
    'new Function(text)();',
    'const F = Function;',
    "(() => {}).constructor('return 1')();",
    "(async () => {})['constr' + 'uctor'](text);",
    'const { constructor } = () => {};',
    "Reflect.get(() => {}, 'constructor');",
    'Reflect.construct(Object, []);',
    "setTimeout('a()', 1);",
    'new Worker(text);',
    'WebAssembly.compile(text);',
  ])('refuses %s', (code) => {
    expect(body(code)).toContain('dynamic-code');
  });

  it.each([
    'setTimeout(() => context.log(file), 1);',
    'context.log(String(context.constructor.name));',
    'const isPlain = Object === context.constructor;',
  ])('takes %s', (code) => {
    expect(body(code)).toEqual([]);
  });
});

describe('globals', () => {
  it.each([
    'JSON.stringify = () => "{}";',
    'Array.prototype.map = () => [];',
    'const all = Array.prototype;\nall.map = () => [];',
    "Object.defineProperty(Object.prototype, 'ok', { value: true });",
    'Object.assign(Math, { max: () => 1 });',
    'Object.setPrototypeOf(context, null);',
    "Reflect.set(console, 'log', () => {});",
    'console.log = () => {};',
    'structuredClone = () => ({});',
    'delete Array.prototype.at;',
    '[Array.prototype.at] = [1];',
    'Object.getPrototypeOf(text).trim = () => "";',
    'const shared = Object.getPrototypeOf([]);\nshared.map = 1;',
    'context.__proto__.log = 1;',
    "const own = { ['__proto__']: Array };",
    'context.clock.now = () => new Date(0);',
    'readFile.name = "x";',
    'Math.PI++;',
  ])('refuses %s', (code) => {
    expect(body(code)).toEqual(['globals']);
  });

  it.each([
    'const count = { all: 0 };\ncount.all = 1;',
    'let total = 0;\ntotal += 1;',
    'const list = Array.of(1);\nlist.length = 0;',
    'const merged = Object.assign({}, { a: 1 });',
    'const seen = { __proto__: null };',
    "if (file === '__proto__') throw new Error('no file');",
    'const { length } = Array.prototype;',
  ])('takes %s', (code) => {
    expect(body(code)).toEqual([]);
  });
});

describe('writes-elsewhere', () => {
  it.each([
    "await writeFile('/etc/passwd', text);",
    "await readFile('/proc/self/environ');",
    "await writeFile(join(context.workspace, '..', 'x'), text);",
    "await writeFile(join(context.workspace, '.github/workflows/ci.yml'), text);",
    `await writeFile(\`\${context.workspace}/src/cli.ts\`, text);`,
    "await writeFile(context.workspace + '/package.json', text);",
    "const target = 'ledger/2026.jsonl';\nawait writeFile(target, text);",
    "await readFile(join(context.workspace, '.git', 'config'));",
    "await writeFile(['', 'tmp', 'x'].join('/'), text);",
    "await writeFile(new URL('file:///etc/hosts'), text);",
  ])('refuses %s', (code) => {
    expect(body(code)).toContain('writes-elsewhere');
  });

  it.each([
    "await writeFile(join(context.workspace, 'knowledge/reports/words.md'), text);",
    "const lock = await readFile(join(context.workspace, 'package.json'), 'utf8');",
    "context.log('/etc/passwd and src/cli.ts');",
    "const parts = file.split('/');",
  ])('takes %s', (code) => {
    expect(body(code)).toEqual([]);
  });
});

describe('schema', () => {
  it('refuses another input or output, however it is made', () => {
    expect(checksOf(counter({ run: fixed, output: 'z.object({ words: z.any() })' }))).toEqual(['schema']);
    expect(checksOf(counter({ run: fixed, input: 'z.object({ file: z.string().optional() })' }))).toEqual(['schema']);
    const named = { top: 'const words = z.int();', output: 'z.object({ words })' };
    const before = counter(named);
    expect(checksOf(counter({ ...named, run: fixed }), { before })).toEqual([]);
    expect(checksOf(counter({ ...named, run: fixed, top: 'const words = z.number();' }), { before })).toEqual([
      'schema',
    ]);
    expect(checksOf(counter({ ...named, run: fixed, more: 'words.safeParse = () => true;' }), { before })).toEqual([
      'schema',
    ]);
  });

  it('refuses parts that are spread, computed or given twice', () => {
    const replaced = (old: string, now: string) => checksOf(counter({ run: fixed }).replace(old, now));
    expect(replaced("summary: 'Counts", "...{}, summary: 'Counts")).toEqual(['schema']);
    expect(replaced('async run(', "['output']: z.any(),\n  async run(")).toEqual(['schema']);
    expect(replaced('async run(', 'input: z.any(),\n  async run(')).toContain('schema');
  });

  it('refuses to lose find, and takes a new summary and layout', () => {
    const find = "async find() { return { unknown: 'x' }; },\n  async run(";
    const before = counter().replace('async run(', find);
    expect(checksOf(counter({ run: fixed }), { before })).toEqual(['schema']);
    expect(checksOf(counter({ run: fixed }).replace('async run(', find), { before })).toEqual([]);
    expect(checksOf(counter({ run: fixed }).replace('Counts the words', 'Counts all words'))).toEqual([]);
    expect(checksOf(counter({ run: fixed, output: 'z.object({\n    words: z.int(),\n  })' }))).toEqual([]);
  });
});

describe('test-awareness', () => {
  it.each([
    "if ('vitest' in context) return { words: 3 };",
    "const isTest = file.includes('.test.ts');",
    "if (file.startsWith('test/')) context.log(file);",
    'const tape = file;',
    "if (context.key === 'abc') context.log(file);",
    "if (context.key.startsWith('00')) context.log(file);",
    "if (context.clock.now() < new Date('2026-01-01')) context.log(file);",
    'const now = context.clock.now().getTime();\nif (now === 1772634600000) context.log(file);',
    "if (context.clock.now().toISOString().startsWith('2026-03')) context.log(file);",
    'if (context.clock.now().getFullYear() < 2027) context.log(file);',
  ])('refuses %s', (code) => {
    expect(body(code)).toContain('test-awareness');
  });

  it.each([
    'const isWord = /x/.test(text);',
    '// The tape of that call and its tests show it.',
    "context.log('the latest/newest');",
    `const effect = \`words-\${context.key}\`;`,
    'if (context.clock.now().getTime() - 86_400_000 > text.length) context.log(file);',
    'if (context.clock.now().getDay() === 6) context.log(file);',
  ])('takes %s', (code) => {
    expect(body(code)).toEqual([]);
  });
});

describe('hidden-text', () => {
  it.each([
    ['a zero-width space', "context.log('a\u200bb');"],
    ['a bidirectional override', '// \u202e safe'],
    ['a byte order mark', '/* \ufeff */'],
    ['a control character', '// \u0007'],
    ['a carriage return alone', '// a\rcontext.log(file);'],
    ['a line separator', '// a\u2028context.log(file);'],
    ['a filler that counts as a letter', "context.log('\u3164');"],
    ['a variation selector', '// x\ufe01'],
    ['a tag character', '// \u{e0041}'],
    ['a Cyrillic letter in a name', 'const p\u0430th = 1;'],
    ['an escape in a name', 'const p\\u0061th = 1;'],
    ['a line of 500 characters', `context.log('${'x'.repeat(500)}');`],
  ])('refuses %s', (_, code) => {
    expect(body(code)).toEqual(['hidden-text']);
  });

  it('takes letters of other languages where they are text, and escapes that are seen', () => {
    expect(body("// Größe — naïve “quotes”, 東京, 🎉, ⚠\ufe0f\ncontext.log('Wörter: \\u200b');")).toEqual([]);
  });
});
