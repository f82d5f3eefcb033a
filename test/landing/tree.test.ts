import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/**
 * Held against what this project publishes, by .ci/run. A copy of the repository has records, reports and folders of its
 * own as soon as its agent has worked, and its `npm test` must not mind.
 */
describe('the tree that lands', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: new URL('../..', import.meta.url), encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

  it('holds no records, tapes, lessons or reports of its own runs', () => {
    const own =
      /^ledger\/(?!README\.md$|\.gitkeep$)|^knowledge\/(reports|daily)\/(?!README\.md$|\.gitkeep$)|^knowledge\/lessons\.md$/;
    expect(tracked.length).toBeGreaterThan(50);
    expect(tracked.filter((path) => own.test(path))).toEqual([]);
    expect(
      [
        'ledger/2026/03/04.jsonl',
        'ledger/state.json',
        'ledger/calls/a.json',
        'knowledge/reports/status.md',
        'knowledge/lessons.md',
      ].every((path) => own.test(path)),
    ).toBe(true);
  });

  it('has the fixed top level, and beside it only what tools force', () => {
    const known = [
      'package.json',
      'tsconfig.json',
      '.github',
      'src',
      'directives',
      'execution',
      'ledger',
      'knowledge',
      'test',
      'README.md',
    ];
    const forced = ['package-lock.json', 'LICENSE', '.gitignore', '.gitattributes', '.ci'];
    const top = [...new Set(tracked.map((path) => path.split('/')[0] ?? ''))];
    expect(top.filter((name) => !known.includes(name) && !forced.includes(name))).toEqual([]);
  });
});
