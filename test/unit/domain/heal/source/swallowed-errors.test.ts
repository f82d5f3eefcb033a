import { describe, expect, it } from 'vitest';
import { checksOf, counter } from './counter-script.ts';

const before = counter({ run: 'const page = JSON.parse(text);\nreturn { words: page.words };' });
const repaired = (run: string, more = '') => checksOf(counter({ run, more }), { before });

describe('an error that is newly caught', () => {
  it.each([
    ['returns a fixed result', 'try { return { words: JSON.parse(text).words }; } catch { return { words: 0 }; }'],
    [
      'is forgotten',
      'let page = { words: 0 };\ntry { page = JSON.parse(text); } catch {}\nreturn { words: page.words };',
    ],
    [
      'is only logged',
      'let page = { words: 0 };\ntry { page = JSON.parse(text); } catch (error) { context.log(String(error)); }\nreturn { words: page.words };',
    ],
    [
      'is thrown again only where nothing is',
      'try { return { words: JSON.parse(text).words }; } catch (error) { if (!error) throw error; return { words: 0 }; }',
    ],
    [
      'is thrown again only in one kind',
      "try { return { words: JSON.parse(text).words }; } catch (error) { if (error.code === 'E_NEVER') throw error; return { words: 0 }; }",
    ],
    [
      'is named so that all errors fit',
      'try { return { words: JSON.parse(text).words }; } catch (error) { if (error instanceof Error) return { words: 0 }; throw error; }',
    ],
    [
      'is matched by any message',
      'try { return { words: JSON.parse(text).words }; } catch (error) { if (/.*/.test(error.message)) return { words: 0 }; throw error; }',
    ],
    [
      'ends a loop',
      'let words = 0;\nfor (const line of [text]) { try { words = JSON.parse(line).words; } catch { continue; } }\nreturn { words };',
    ],
    [
      'is thrown by a function that is not called',
      'try { return { words: JSON.parse(text).words }; } catch (error) { const fail = () => { throw error; }; return { words: 0 }; }',
    ],
    [
      'is kept for a throw that never comes',
      'let last;\ntry { return { words: JSON.parse(text).words }; } catch (error) { last = error; }\nif (false) throw last;\nreturn { words: 0 };',
    ],
    [
      'is handled on the promise',
      "const page = await readFile(file, 'utf8').then(JSON.parse).catch(() => ({ words: 0 }));\nreturn { words: page.words };",
    ],
    [
      'is handled by a function with a name',
      "const page = await readFile(file, 'utf8').catch(none);\nreturn { words: page.length };",
      "function none() { return ''; }",
    ],
    [
      'is handled in then',
      "const page = await readFile(file, 'utf8').then((all) => all, () => '');\nreturn { words: page.length };",
    ],
    [
      'takes the place of a schema error',
      'const page = z.object({ words: z.int().catch(0) }).parse(JSON.parse(text));\nreturn { words: page.words };',
    ],
    ['is dropped by finally', 'try { return { words: JSON.parse(text).words }; } finally { return { words: 0 }; }'],
    [
      'is collected and not looked at',
      'const all = await Promise.allSettled([readFile(file)]);\nreturn { words: all.length };',
    ],
    ['loses to any that succeeds', 'const any = await Promise.any([readFile(file)]);\nreturn { words: any.length };'],
    [
      'becomes a skip',
      "if (text === '') return context.skip('nothing to count');\nreturn { words: JSON.parse(text).words };",
    ],
    [
      'becomes a skip by hand',
      "if (text === '') return { skipped: 'nothing to count' };\nreturn { words: JSON.parse(text).words };",
    ],
  ])('is refused when it %s', (_, run, more = '') => {
    expect(repaired(run, more)).toContain('swallowed-errors');
  });

  it.each([
    [
      'says more and goes on',
      `let page;\ntry { page = JSON.parse(text); } catch (error) { throw new Error(\`\${file} is no JSON\`, { cause: error }); }\nreturn { words: page.words };`,
    ],
    [
      'is thrown again after it is logged',
      'let page;\ntry { page = JSON.parse(text); } catch (error) { context.log(file); throw error; }\nreturn { words: page.words };',
    ],
    [
      'has a code that is named',
      "try { return { words: JSON.parse(text).words }; } catch (error) { if (error.code === 'ENOENT') return { words: 0 }; throw error; }",
    ],
    [
      'has any other code than the named',
      "try { return { words: JSON.parse(text).words }; } catch (error) { if (error.code !== 'ENOENT') throw error; return { words: 0 }; }",
    ],
    [
      'has one of two codes',
      "try { return { words: JSON.parse(text).words }; } catch (error) { if (error.code === 'ENOENT' || error.code === 'EISDIR') return { words: 0 }; throw error; }",
    ],
    [
      'is of a certain class',
      'try { return { words: JSON.parse(text).words }; } catch (error) { if (error instanceof SyntaxError && text === "") return { words: 0 }; throw error; }',
    ],
    [
      'is sorted by a switch',
      "try { return { words: JSON.parse(text).words }; } catch (error) { switch (error.code) { case 'ENOENT': return { words: 0 }; default: throw error; } }",
    ],
    [
      'is tried again, and thrown in the end',
      'let last;\nfor (const _ of [1, 2, 3]) { try { return { words: JSON.parse(text).words }; } catch (error) { last = error; } }\nthrow last;',
    ],
    [
      'is looked at later',
      `let page;\ntry { page = JSON.parse(text); } catch {}\nif (page === undefined) throw new Error(\`\${file} is no JSON\`);\nreturn { words: page.words };`,
    ],
    [
      'is told as a failure',
      "try { return { words: JSON.parse(text).words }; } catch { return fail('no JSON'); }",
      'function fail(reason) { throw new Error(reason); }',
    ],
    [
      'is thrown again on the promise',
      `const page = await readFile(file, 'utf8').catch((error) => { throw new Error(\`no \${file}\`, { cause: error }); });\nreturn { words: page.length };`,
    ],
    [
      'rejects again',
      "const page = await readFile(file, 'utf8').catch((error) => Promise.reject(error));\nreturn { words: page.length };",
    ],
    [
      'only says whether a text is an address',
      "let host = '';\ntry { host = new URL(text).host; } catch { host = ''; }\nreturn { words: host.length };",
    ],
    [
      'only says whether a text is encoded',
      'let name = text;\ntry { name = decodeURIComponent(text); } catch { name = text; }\nreturn { words: name.length };',
    ],
    [
      'never is, as what is missing has a fallback',
      'const page = JSON.parse(text);\nreturn { words: page?.words ?? 0 };',
    ],
    ['is cleaned up after', 'try { return { words: JSON.parse(text).words }; } finally { context.log(file); }'],
  ])('is fine when it %s', (_, run, more = '') => {
    expect(repaired(run, more)).toEqual([]);
  });

  it('may be told as a verdict by a script that checks', () => {
    const checking = (run: string) => counter({ run, output: 'z.object({ ok: z.boolean(), reason: z.string() })' });
    const was = checking('return { ok: JSON.parse(text).ok === true, reason: file };');
    const now = checking(
      `let page;\ntry { page = JSON.parse(text); } catch { return { ok: false, reason: \`\${file} is no JSON\` }; }\nreturn { ok: page.ok === true, reason: file };`,
    );
    expect(checksOf(now, { before: was })).toEqual([]);
  });
});

describe('a handler that was there', () => {
  const guarded = (inside: string, outside: string) =>
    counter({ run: `${outside}\nlet words = 0;\ntry {\n  ${inside}\n} catch { words = -1; }\nreturn { words };` });

  it('may stay, and what is in it may change', () => {
    const old = guarded('words = JSON.parse(text).words;', "await writeFile(file, 'x');");
    expect(
      checksOf(guarded('words = JSON.parse(text).count;', "await writeFile(file, 'x');"), { before: old }),
    ).toEqual([]);
  });

  it('may not be put around more', () => {
    const old = guarded('words = JSON.parse(text).words;', "await writeFile(file, 'x');");
    const now = guarded("await writeFile(file, 'x');\n  words = JSON.parse(text).words;", '');
    expect(checksOf(now, { before: old })).toEqual(['swallowed-errors']);
  });
});
