import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChange, pullNumberOf } from '../../../execution/lib/release/conventional-commit.ts';
import { bumpOf, newestVersionTag, versionAfter } from '../../../execution/lib/release/next-version.ts';

describe('a commit’s message', () => {
  it.each([
    ['feat: add x', { type: 'feat', scope: null, subject: 'add x', breaking: null }],
    ['fix(api): mend y (#12)', { type: 'fix', scope: 'api', subject: 'mend y' }],
    ['feat!: drop z', { type: 'feat', subject: 'drop z', breaking: 'drop z' }],
    ['refactor(core)!: w', { type: 'refactor', scope: 'core', breaking: 'w' }],
    ['fix: v\n\nBody.\n\nBREAKING CHANGE: the old\nway is gone', { type: 'fix', breaking: 'the old way is gone' }],
    ['chore: u\n\nBREAKING-CHANGE: gone', { type: 'chore', breaking: 'gone' }],
    ['Feature: big', { type: 'feat', subject: 'big' }],
    ['Just words (#3)', { type: 'other', subject: 'Just words', breaking: null }],
    ['note: the word BREAKING CHANGE here', { type: 'note', breaking: null }],
    ['Revert "feat: x"\n\nThis reverts commit abcdef1234.', { type: 'revert', reverts: 'abcdef1234' }],
    ['', { type: 'other', subject: '' }],
  ])('is read as the convention says: %j', (message, change) => {
    expect(parseChange(message)).toMatchObject(change);
  });

  it.each([
    ['fix: a (#12)', 12],
    ['Merge pull request #7 from ada/fix\n\nfix: a', 7],
    ['fix: a, as in (#12) before', undefined],
    ['see #4', undefined],
  ])('names its pull request: %j', (message, number) => {
    expect(pullNumberOf(message)).toBe(number);
  });

  it('is read whatever it says, and in time', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => parseChange(text).type.length > 0));
    const started = performance.now();
    for (const text of [
      'feat('.repeat(20_000),
      `feat: ${'#1 '.repeat(20_000)}`,
      '\n'.repeat(50_000),
      `x: ${'('.repeat(20_000)}`,
    ])
      parseChange(text);
    expect(performance.now() - started).toBeLessThan(4000);
  });
});

describe('the next version', () => {
  const after = (last: string, ...messages: string[]) => {
    const bump = bumpOf(messages.map(parseChange));
    return bump && versionAfter(last, bump);
  };

  it.each([
    ['1.2.3', ['fix: a'], '1.2.4'],
    ['1.2.3', ['fix: a', 'feat: b'], '1.3.0'],
    ['1.2.3', ['feat!: a', 'feat: b'], '2.0.0'],
    ['1.2.3', ['chore: a\n\nBREAKING CHANGE: b'], '2.0.0'],
    ['0.2.3', ['feat!: a'], '0.3.0'],
    ['0.2.3', ['feat: a'], '0.3.0'],
    ['0.2.3', ['fix: a'], '0.2.4'],
    ['1.2.3', ['Just words'], '1.2.4'],
    ['1.2.3', ['docs: a', 'chore: b', 'test: c'], undefined],
    ['1.2.3', [], undefined],
  ])('after %s and %j is %s', (last, messages, next) => {
    expect(after(last, ...messages)).toBe(next);
  });

  it('goes by the highest stable version among tags', () => {
    const tags = ['v1.9.0', 'v1.10.0', 'v2.0.0-rc.1', 'latest', 'cli-v9.0.0', '2024.1', 'v01', ''];
    expect(newestVersionTag(tags)).toEqual({ name: 'v1.10.0', prefix: 'v', version: '1.10.0' });
    expect(newestVersionTag(['1.0.0', 'v0.9.0'])?.prefix).toBe('');
    expect(newestVersionTag(['latest'])).toBeUndefined();
  });
});
