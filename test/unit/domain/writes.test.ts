import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isProtectedPath,
  mayWrite,
  PROTECTED_PATHS,
  refuseWritePattern,
  writeRoot,
} from '../../../src/domain/writes.ts';

describe('what may stand under writes', () => {
  it.each([
    'site/posts/**',
    'README.md',
    'knowledge/reports/**',
    'knowledge/reports/*.md',
    'docs/a b/c.md',
    '-x/y',
    'site/**/index.html',
  ])('lets %s pass', (pattern) => {
    expect(refuseWritePattern(pattern)).toBeUndefined();
  });

  it.each([
    '',
    '.',
    '..',
    '../x',
    'site/../src/x',
    'site/..',
    './site/**',
    'site/./x',
    '/etc/passwd',
    '/',
    'C:/x',
    'c:x',
    '\\\\host\\share',
    'site\\..\\src',
    'site\\x',
    '*',
    '**',
    '**/x',
    '*/x',
    '*.json',
    's*c/x',
    '.g*/x',
    'src',
    'src/**',
    'SRC/x',
    'Src',
    '.github/x',
    '.GitHub/workflows/ci.yml',
    '.git/hooks/post-commit',
    'site/.git/config',
    '.ci/run',
    'execution/x.ts',
    'test/**',
    'directives/*.md',
    'ledger/x',
    'Ledger/2026/03/04.jsonl',
    'node_modules/zod/index.js',
    'package.json',
    'Package.JSON',
    'package-lock.json',
    'npm-shrinkwrap.json',
    '.npmrc',
    'tsconfig.json',
    '.gitattributes',
    '.gitignore',
    '.gitmodules',
    'knowledge/**',
    'knowledge/*',
    'knowledge/l*',
    'knowledge/*.md',
    'knowledge/**/*.md',
    'knowledge/lessons.md',
    'Knowledge/Lessons.md',
    'knowledge/lessons.md/**',
    'site/{a,../src}/x',
    '{src,site}/**',
    'site/[a-z]/x',
    'site/!(x)',
    '!src/**',
    'site/@(a|b)',
    'site/+(a)',
    'site/a?c',
    'src/',
    'src//x',
    'site//x',
    'site/',
    'package.json/',
    'site/a\nsrc/b',
    'site/\0',
    'site/\t',
  ])('refuses %j', (pattern) => {
    expect(refuseWritePattern(pattern)).toMatch(/\S/);
  });

  it('says which rule is broken', () => {
    expect(refuseWritePattern('../x')).toBe('a path that stays inside the repository, without . or ..');
    expect(refuseWritePattern('**')).toContain('a folder first, such as site/posts/**');
    expect(refuseWritePattern('site/{a,b}')).toBe('plain names with * or ** only');
    expect(refuseWritePattern('SRC/x')).toContain('a path outside src, .github');
  });
});

describe('whatever the pattern', () => {
  const part = fc.constantFrom(
    'src',
    'SRC',
    'knowledge',
    'lessons.md',
    'site',
    '*',
    '**',
    '..',
    '.',
    '',
    '.git',
    'package.json',
    'l*',
    '*.md',
    'ledger',
    'a',
    '.github',
    'execution',
    'x.ts',
  );
  const pattern = fc.array(part, { maxLength: 5 }).map((parts) => parts.join('/'));
  const victims = [
    ...PROTECTED_PATHS.map((path) => path.replace('**', 'a')),
    'src/a/b.ts',
    'SRC/A',
    'test/x.ts',
    '.github/workflows/x.yml',
    'execution/x.ts',
    'Package.json',
  ];

  it('nothing that is protected can be written by an accepted one', () => {
    fc.assert(
      fc.property(pattern, fc.constantFrom(...victims), (accepted, victim) => {
        fc.pre(refuseWritePattern(accepted) === undefined);
        expect(mayWrite([accepted], victim)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('an accepted one stays below its root', () => {
    fc.assert(
      fc.property(
        pattern,
        pattern,
        fc.constantFrom('x', 'x.md', 'a/b', 'src/cli.ts', '..'),
        (accepted, other, name) => {
          fc.pre(refuseWritePattern(accepted) === undefined);
          const root = writeRoot(accepted);
          const written = [other, accepted.replaceAll(/\*+/g, name)].filter((path) => mayWrite([accepted], path));
          for (const path of written) expect(path === root || path.startsWith(`${root}/`)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('the real diff', () => {
  it('is held against the patterns', () => {
    expect(mayWrite(['site/posts/**'], 'site/posts/2026/a.md')).toBe(true);
    expect(mayWrite(['site/posts/**'], 'site/posts/.draft')).toBe(true);
    expect(mayWrite(['site/*.md'], 'site/a/b.md')).toBe(false);
    expect(mayWrite(['site/posts/**'], 'site/other.md')).toBe(false);
    expect(mayWrite([], 'site/a.md')).toBe(false);
  });

  it('and against the protected paths even where a pattern covers them', () => {
    expect(mayWrite(['knowledge/**', 'src/**'], 'knowledge/lessons.md')).toBe(false);
    expect(mayWrite(['src/**'], 'src/cli.ts')).toBe(false);
    expect(isProtectedPath('SRC/cli.ts')).toBe(true);
    expect(isProtectedPath('site/src/x')).toBe(false);
  });

  it('names the fixed part of a pattern', () => {
    expect(['site/posts/**', 'README.md', 'a/b*/c', 'knowledge/reports/*.md'].map(writeRoot)).toEqual([
      'site/posts',
      'README.md',
      'a',
      'knowledge/reports',
    ]);
  });
});
