import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proseFindings, SOURCE_CHECKS, sourceFindings } from '../../../../../src/domain/heal/source/source-policy.ts';
import { checksOf, counter } from './counter-script.ts';

const fixed = 'return { words: text.split(/\\s+/).length };';

describe('a repair', () => {
  it('that mends the code passes', () => {
    expect(checksOf(counter({ run: fixed }))).toEqual([]);
  });

  it('of a script that does not parse passes, and is held to the words that were there', () => {
    const before = counter({ run: 'return { words: text.split(/ /).length };\n}' });
    expect(checksOf(counter({ run: fixed }), { before })).toEqual([]);
    expect(checksOf(counter({ run: `process.exit(0);\n${fixed}` }), { before })).toEqual(['process-control']);
    expect(checksOf(counter({ run: fixed, output: 'z.object({ words: z.any() })' }), { before })).toEqual(['schema']);
    expect(checksOf(before, { before })).toEqual(['whole-file']);
  });

  it('may do again what the script did before', () => {
    const risky = "context.log(process.env.HOME ?? 'https://example.com/a');\ntry { await x(); } catch {}";
    const before = counter({ run: `${risky}\nreturn { words: text.split(/ /).length };` });
    expect(checksOf(counter({ run: `${risky}\n${fixed}` }), { before })).toEqual([]);
  });

  it('is told about in one line that does no harm', () => {
    const after = counter({ run: `const hosts = ['a', "https://evil.example/\`@octocat\`"];\n${fixed}` });
    expect(sourceFindings({ script: 'execution/counter.ts', before: counter(), after, recorded: [] })).toEqual([
      { check: 'hosts', detail: 'it newly names the host `evil.example`', line: 12 },
    ]);
  });

  it('names only checks that are known', () => {
    expect(Object.values(SOURCE_CHECKS).every((text) => text.endsWith('.'))).toBe(true);
  });
});

describe('whole-file', () => {
  const whole = counter({ run: fixed });
  it.each<[string, string, RegExp]>([
    ['nothing', '', /empty/],
    ['prose', 'I changed the pattern so that tabs count as well.', /can not be read/],
    ['a unified diff', '--- a/execution/counter.ts\n+++ b/execution/counter.ts\n@@ -1 +1 @@\n-a\n+b\n', /patch/],
    ['a hunk alone', '@@ -12,3 +12,3 @@\n-  return 1\n+  return 2\n', /patch/],
    ['merge markers', whole.replace(fixed, `<<<<<<< HEAD\n${fixed}\n=======\nreturn 1;\n>>>>>>> x`), /merge markers/],
    ['merge markers in a comment', whole.replace(fixed, `/*\n<<<<<<< HEAD\n*/\n${fixed}`), /merge markers/],
    ['code fences', `\`\`\`ts\n${whole}\n\`\`\``, /fences/],
    ['half a file', whole.slice(0, 300), /can not be read/],
    ['no script', 'export const a = 1;\n', /export default defineScript/],
    ['an object without defineScript', whole.replace('defineScript({', '({'), /export default defineScript/],
    ['a script under another name', `${whole}\nconst other = defineScript({});\n`, /export default defineScript/],
    [
      'a defineScript of its own',
      whole.replace("import { defineScript } from '../src/script.ts';", 'const defineScript = (x) => x;'),
      /defineScript/,
    ],
    ['what Node can not erase', `${whole}\nenum Kind { A }\n`, /can not be read/],
    ['more than 64 KB', `${whole}\n// ${'x'.repeat(70_000)}\n`, /65536/],
  ])('refuses %s', (_, after, detail) => {
    const [found] = sourceFindings({ script: 'execution/counter.ts', before: counter(), after, recorded: [] });
    expect(found?.check).toBe('whole-file');
    expect(found?.detail).toMatch(detail);
  });

  it('takes templates that hold Markdown', () => {
    expect(
      checksOf(
        counter({ run: `const page = \`\n\\\`\\\`\\\`\n=======\n--- a\n+++ b\n\`;\ncontext.log(page);\n${fixed}` }),
      ),
    ).toEqual([]);
  });
});

describe('changed', () => {
  it.each([
    ['comments', counter({ run: '// Counts.\nreturn { words: text.split(/ /).length };' })],
    ['layout', counter().replaceAll('\n', '\n\n').replaceAll('  ', '\t')],
    ['types', counter({ run: 'return { words: text.split(/ /).length as number };' })],
    ['quotes and semicolons', counter().replaceAll("'", '"').replaceAll(';\n', ';;\n')],
  ])('refuses a repair that changes %s alone', (_, after) => {
    expect(checksOf(after)).toEqual(['changed']);
  });

  it('takes a change of one character', () => {
    expect(checksOf(counter({ run: 'return { words: text.split(/ +/).length };' }))).toEqual([]);
  });
});

describe('small-diff', () => {
  const lines = (count: number, from = 0) =>
    Array.from({ length: count }, (_, i) => `context.log('line ' + ${i + from});`).join('\n');

  it('counts removed and added lines, whatever their indentation', () => {
    expect(checksOf(counter({ run: `${lines(39)}\n${fixed}` }))).toEqual(['small-diff']);
    expect(checksOf(counter({ run: `${lines(38)}\n${fixed}` }))).toEqual([]);
    const before = counter({ run: `${lines(60)}\nreturn { words: 1 + text.length };` });
    const indented = lines(60).replaceAll(/^/gm, '    ');
    expect(
      checksOf(counter({ run: `if (text) {\n${indented}\n}\nreturn { words: 1 + text.length };` }), { before }),
    ).toEqual([]);
  });

  it('lets half of a longer script change, and never more than 200 lines', () => {
    const before = counter({ run: `${lines(120)}\n${fixed}` });
    expect(checksOf(counter({ run: `${lines(87)}\n${lines(32, 500)}\n${fixed}` }), { before })).toEqual([]);
    expect(checksOf(counter({ run: `${lines(80)}\n${lines(40, 500)}\n${fixed}` }), { before })).toEqual(['small-diff']);
    const long = counter({ run: `${lines(900)}\n${fixed}` });
    expect(checksOf(counter({ run: `${lines(800)}\n${lines(101, 5000)}\n${fixed}` }), { before: long })).toEqual([
      'small-diff',
    ]);
  });

  it('refuses 2000 lines', () => {
    const found = sourceFindings({
      script: 'x',
      before: counter(),
      after: counter({ run: `${'context.log(file);\n'.repeat(2000)}${fixed}` }),
      recorded: [],
    });
    expect(found).toEqual([{ check: 'small-diff', detail: 'it has 2014 lines, and 2000 are too many' }]);
  });
});

describe('hostile text', () => {
  const script = (text: string) => counter({ run: `${text}\n${fixed}` });

  it('never throws, and is told about within bounds', () => {
    const code = fc.string({
      unit: fc.constantFrom(
        ...'(){}[]`$\'"/*\\\n;,=>!?.a1 <@#:|&+-'.split(''),
        '${',
        '=>',
        'return ',
        'catch',
        'await ',
        'new ',
      ),
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), code), (text) => {
        for (const after of [text, script(text)]) {
          const found = sourceFindings({ script: 'execution/counter.ts', before: counter(), after, recorded: [] });
          for (const { check, detail, line } of found) {
            expect(SOURCE_CHECKS).toHaveProperty(check);
            expect(detail).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,300}$/u);
            if (line !== undefined) expect(line).toBeLessThanOrEqual(after.split('\n').length);
          }
        }
        expect(() => sourceFindings({ script: 'x', before: text, after: counter(), recorded: [] })).not.toThrow();
        expect(() => proseFindings(text)).not.toThrow();
      }),
      { numRuns: 30 },
    );
  });

  it('that is the same again is always refused for that', () => {
    const names = fc.stringMatching(/^[a-z]{1,8}$/).map((name) => `${name}_`);
    fc.assert(
      fc.property(names, fc.integer(), fc.string({ maxLength: 20 }), (name, number, text) => {
        const before = script(`const ${name} = [${number}, ${JSON.stringify(text)}];\ncontext.log(String(${name}));`);
        expect(checksOf(before, { before })).toEqual(['changed']);
        expect(checksOf(`// ${name}\n${before.replaceAll('\n', '\n\n')}`, { before })).toEqual(['changed']);
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ['brackets', '('.repeat(30_000)],
    ['negations', `${'!'.repeat(30_000)}1`],
    ['arrow functions', `${'a=>'.repeat(15_000)}1`],
    ['templates', '`${'.repeat(15_000)],
    ['else', `${'if(a);else '.repeat(4000)};`],
    ['types', `let a:${'A<'.repeat(15_000)}string${'>'.repeat(15_000)};`],
    ['arrays that could be a regular expression', `a! /[${'['.repeat(15_000)}${']'.repeat(15_000)}]/ 1;`],
  ])('nested too deep with %s is refused, and the next one is judged as ever', (_, text) => {
    expect(checksOf(script(text))).toContain('whole-file');
    expect(checksOf(counter({ run: fixed }))).toEqual([]);
  });

  it.each([
    ['tries', 'try { a(); } catch (e) { b(); }\n'],
    ['texts', "context.log('a.b.c/d');\n"],
    ['conditions', "if (file === 'abc') context.log(file);\n"],
    ['functions', 'function f() { return 1; }\n'],
  ])('of 60 KB of %s is judged within seconds', (_, text) => {
    const start = performance.now();
    expect(checksOf(script(text.repeat(60_000 / text.length)))).toContain('small-diff');
    expect(performance.now() - start).toBeLessThan(9000);
  });
});

describe('honest repairs of the project’s own scripts', () => {
  const source = (name: string) =>
    readFileSync(new URL(`../../../../../execution/${name}.ts`, import.meta.url), 'utf8');
  const recorded = [
    {
      input: { file: 'knowledge/reports/status.md' },
      output: { ok: true, reason: 'knowledge/reports/status.md agrees' },
    },
    { input: { days: 7, top: 20, path: 'knowledge/reports/status.md' }, output: { commits: 33, newest: '9a8b7c6d5e' } },
  ];

  it.each<[string, string, string, string]>([
    [
      'an index that is off by one',
      'check_links_report',
      'return line >= 0 && line < text',
      'return line >= 1 && line <= text',
    ],
    ['a missing await', 'check_links_report', 'const pages = countPages(', 'const pages = await countPages('],
    ['a wrong field', 'repo_status', 'commits: history.bookkeeping', 'commits: history.commits.length'],
    [
      'an added guard',
      'check_links_report',
      '  const listed = await',
      "  if (exclude.some((path) => path.trim() === '')) throw new Error('an empty path excludes everything');\n  const listed = await",
    ],
    ['a changed pattern', 'check_status_report', '/`([0-9a-f]{10})`/g', '/`([0-9a-f]{7,12})`/g'],
    ['another order', 'check_links', 'a.file < b.file ? -1 : 1', 'b.file < a.file ? 1 : -1'],
    ['a copy that is sorted', 'check_links', 'broken.sort(', 'broken.splice(0, broken.length, ...broken).sort('],
    [
      'a missing case',
      'check_links',
      "if (target.kind === 'web')",
      "if (target.kind === 'web' && !broken.some((each) => each.link === link.url))",
    ],
    [
      'a default for what is missing',
      'check_dependency_report',
      "name: name ?? place.split('node_modules/').at(-1) ?? ''",
      "name: name ?? place.split('node_modules/').at(-1) ?? place",
    ],
    [
      'an error that says more',
      'check_dependency_report',
      'return Object.entries(Lock.parse(JSON.parse(text)).packages)',
      "let lock: unknown;\n  try {\n    lock = JSON.parse(text);\n  } catch (error) {\n    throw new Error('package-lock.json is no JSON', { cause: error });\n  }\n  return Object.entries(Lock.parse(lock).packages)",
    ],
    ['a limit that was too low', 'check_status_report', '--max-count=2000', '--max-count=20000'],
    [
      'a comparison of numbers and not of texts',
      'repo_status',
      'new Date(Number(seconds) * 1000)',
      'new Date(Number.parseInt(seconds, 10) * 1000)',
    ],
    [
      'a filter before a map',
      'repo_status',
      "names.filter((name) => name !== '')",
      "names.map((name) => name.trim()).filter((name) => name !== '')",
    ],
    [
      'a wider argument of git',
      'repo_status',
      "'rev-list', '--all', '--max-count=1'",
      "'rev-list', '--all', '--max-count=2'",
    ],
    ['a fallback for a missing answer', 'dependency_report', 'answer.deprecated[used]', 'answer.deprecated?.[used]'],
    ['another message', 'dependency_report', ' can not be reached for ', ' can not be asked for '],
    [
      'a handled code, the rest thrown on',
      'check_links_report',
      "await readFile(join(context.workspace, file), 'utf8').catch(() => '')",
      "await readFile(join(context.workspace, file), 'utf8').catch((error) => {\n    if (error.code === 'ENOENT' || error.code === 'EISDIR') return '';\n    throw error;\n  })",
    ],
  ])('pass: %s', (_, name, old, now) => {
    const text = source(name);
    const before = text.includes(old) ? text : text.replace(now, () => old);
    expect(before).toContain(old);
    const after = before.replace(old, () => now);
    expect(sourceFindings({ script: `execution/${name}.ts`, before, after, recorded })).toEqual([]);
  });
});
