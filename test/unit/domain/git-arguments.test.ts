import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refuseGitArguments } from '../../../src/domain/git-arguments.ts';

const READS: readonly (readonly string[])[] = [
  ['log', '--no-merges', '--since=2026-02-23T00:00:00Z', '-z', '--name-only', '--no-renames', '--format=%H', 'HEAD'],
  ['log', '--format=%h %s %(trailers:key=Steward-Cost-USD,valueonly)', '--', 'ledger'],
  ['log', '--pretty=oneline', '--max-count=1'],
  ['shortlog', '-s', '-n', '--no-merges', 'HEAD'],
  ['rev-list', '--count', 'v1.0..HEAD', '--', '.', ':(exclude)ledger'],
  ['rev-parse', '--verify', '--quiet', 'HEAD'],
  ['for-each-ref', '--format=%(refname)%00%(objectname)', '--merged=main', '--sort=-creatordate', 'refs/heads'],
  ['ls-files', '-z', '-s'],
  ['ls-tree', '-r', '-z', '--name-only', 'HEAD'],
  ['show', 'HEAD:README.md'],
  ['diff', '--stat', 'main', 'feature/ü', '--'],
  ['diff', 'v1.2.3...HEAD~2', '--', 'src'],
  ['describe', '--tags', '--abbrev=0'],
  ['cat-file', '-p', 'HEAD'],
  ['cat-file', '-e', '0123abc^{commit}'],
  ['blame', '--porcelain', 'HEAD', '--', 'a file.ts'],
  ['merge-base', 'main', 'feature'],
  ['name-rev', '--name-only', '--refs=refs/heads/*', 'HEAD'],
];

describe('what a script may read', () => {
  it.each(READS.map((args) => [args.join(' '), args] as const))('allows git %s', (_, args) => {
    expect(refuseGitArguments(args)).toBeUndefined();
  });
});

const REFUSED: readonly (readonly [string, readonly string[]])[] = [
  ['writes a file', ['log', '--output=/tmp/x']],
  ['writes a file, abbreviated', ['log', '--outp=/tmp/x']],
  ['writes a file, value apart', ['diff', '--output', '/tmp/x', 'A', 'B', '--']],
  ['reads any two files', ['diff', '--no-index', '/etc/passwd', '/etc/hosts']],
  ['reads any two files, unsaid', ['diff', '/etc/passwd', '/etc/hosts']],
  ['reads any two files, behind the dashes', ['diff', '--', '/etc/passwd', '/etc/hosts']],
  ['reads a path that looks like a range', ['diff', '/etc/a..b', '--']],
  ['leaves the checkout', ['diff', '../../a', '../../b', '--']],
  ['compares with the work tree', ['diff', 'HEAD', '--']],
  ['compares with the work tree, half a range', ['diff', 'HEAD..', '--']],
  ['leaves open what is a path', ['diff', 'main', 'feature']],
  ['blames the work tree', ['blame', '--', 'a.ts']],
  ['blames the work tree, nothing but an exclusion', ['blame', '^HEAD', '--', 'a.ts']],
  ['blames a file from outside', ['blame', '--contents=/etc/passwd', 'HEAD', '--', 'a.ts']],
  ['hides an option behind the dashes', ['blame', 'HEAD', '--', 'a.ts', '--textconv']],
  ['hides an option in place of the path', ['blame', 'HEAD', '--', '--contents=/etc/passwd']],
  ['runs an external diff', ['log', '-p', '--ext-diff']],
  ['runs a text converter', ['show', '--textconv', 'HEAD:a']],
  ['runs a converter on a blob', ['cat-file', '--textconv', 'HEAD:a']],
  ['runs work tree filters', ['cat-file', '--filters', 'HEAD:a']],
  ['runs work tree filters', ['describe', '--dirty']],
  ['runs work tree filters', ['ls-files', '--modified']],
  ['runs merge drivers', ['log', '--remerge-diff']],
  ['runs gpg', ['log', '--show-signature']],
  ['runs gpg, by format', ['log', '--format=%G?']],
  ['runs gpg, by a spaced format', ['log', '--format=tformat:%h%+GS']],
  ['runs gpg, by a field', ['for-each-ref', '--format=%(signature:grade)']],
  ['runs gpg, by sorting', ['for-each-ref', '--sort=-signature:grade']],
  ['runs what the config calls a format', ['log', '--format=mine']],
  ['runs a command per alternate', ['rev-list', '--alternate-refs', 'HEAD']],
  ['opens files in a pager', ['grep', '--open-files-in-pager=sh', 'x']],
  ['orders by a file', ['log', '-O/etc/passwd']],
  ['reads revisions from its input', ['rev-list', '--stdin']],
  ['reads objects from its input', ['cat-file', '--batch']],
  ['takes configuration', ['-c', 'core.pager=sh', 'log']],
  ['takes another repository', ['--git-dir=/tmp/x', 'log']],
  ['takes another folder', ['-C', '/', 'log']],
  ['takes another git', ['--exec-path=/tmp', 'log']],
  ['writes', ['commit', '-m', 'x']],
  ['writes a branch', ['branch', 'x']],
  ['contacts a remote', ['ls-remote']],
  ['contacts a remote', ['fetch']],
  ['names no command', []],
  ['names a property of every object', ['constructor']],
  ['holds a NUL', ['log', 'a\0b']],
  ['joins short options', ['ls-tree', '-rz', 'HEAD']],
  ['gives a value to an option that has none', ['log', '--name-only=x']],
  ['leaves out a value', ['log', '--format', '%H']],
];

describe('what a script may not ask for', () => {
  it.each(REFUSED)('refuses what %s: %j', (_, args) => {
    expect(refuseGitArguments(args)).toMatch(/\S/);
  });

  it('says what to write instead', () => {
    expect(refuseGitArguments(['log', '-n', '5'])).toContain('--max-count=');
    expect(refuseGitArguments(['show', 'HEAD', '--', '-x'])).toContain('./-x');
    expect(refuseGitArguments(['push'])).toContain('log, show');
  });
});

const LONG = [
  'output',
  'no-index',
  'ext-diff',
  'textconv',
  'contents',
  'git-dir',
  'work-tree',
  'exec-path',
  'config-env',
  'open-files-in-pager',
  'upload-pack',
  'exclude-from',
  'pathspec-from-file',
  'stdin',
  'batch',
  'batch-check',
  'batch-command',
  'filters',
  'show-signature',
  'remerge-diff',
  'alternate-refs',
  'ignore-revs-file',
  'help',
  'paginate',
  'dirty',
];
const SHORT = ['c', 'C', 'O', 'S', 'G', 'L', 'u', 'f', 'F', 'o', 'x'];

const value = fc.string({ maxLength: 12 });
const long = fc
  .tuple(fc.constantFrom(...LONG), fc.nat(), fc.option(value, { nil: undefined }))
  .map(([name, cut, text]) => {
    const shortened = name.slice(0, 2 + (cut % (name.length - 1)));
    return text === undefined ? `--${shortened}` : `--${shortened}=${text}`;
  });
const short = fc
  .tuple(fc.constantFrom('', 'z', 'p', 's'), fc.constantFrom(...SHORT), value)
  .map(([before, letter, text]) => `-${before}${letter}${text}`);

describe('in any form, at any place', () => {
  it('no list with a forbidden option passes', () => {
    const place = fc.tuple(fc.constantFrom(...READS), fc.oneof(long, short), fc.nat());
    fc.assert(
      fc.property(place, ([args, option, at]) => {
        const index = at % (args.length + 1);
        expect(refuseGitArguments(args.toSpliced(index, 0, option))).toBeDefined();
      }),
      { numRuns: 3000 },
    );
  });

  it('no prefix of an allowed option passes for it', () => {
    const cut = fc.tuple(fc.constantFrom('--max-count', '--name-only', '--no-renames', '--format'), fc.nat());
    fc.assert(
      fc.property(cut, ([name, at]) => {
        const prefix = name.slice(0, 3 + (at % (name.length - 3)));
        expect(refuseGitArguments(['log', prefix])).toBeDefined();
      }),
    );
  });
});
