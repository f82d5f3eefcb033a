import { describe, expect, it } from 'vitest';
import { template } from '../../../../execution/lib/ci/ci-diagnosis.ts';
import { ciIssue } from '../../../../execution/lib/ci/ci-issue.ts';
import { bounded, CiMemory, type Failure } from '../../../../execution/lib/ci/ci-memory.ts';
import { rankSuspects } from '../../../../execution/lib/ci/ci-suspects.ts';

const place = { run: 1, at: '2026-03-01T10:00:00Z', sha: 'a'.repeat(40), url: 'https://github.com/o/h/actions/runs/1' };
const failure = (change: Partial<Failure> = {}): Failure => ({
  fingerprint: '0123456789ab',
  workflow: 'ci.yml',
  job: 'test',
  step: 'npm test',
  errors: ['Error: x'],
  excerpt: ['Error: x'],
  count: 1,
  first: place,
  last: place,
  base: 'b'.repeat(40),
  suspects: [],
  state: 'failing',
  issue: null,
  diagnosis: { cause: 'It fails.', remedy: 'Mend it.', by: 'template' },
  ...change,
});

describe('what is remembered of CI', () => {
  it('is bounded: what goes on before what is over, the newest first', () => {
    const at = (index: number) => ({ ...place, at: `2026-03-01T10:${String(index % 60).padStart(2, '0')}:00Z` });
    const failures = [...Array(60).keys()].map((index) =>
      failure({
        fingerprint: index.toString(16).padStart(12, '0'),
        state: index < 10 ? 'failing' : 'green',
        last: at(index),
      }),
    );
    const runs = [...Array(500).keys()].toReversed();
    const kept = bounded({ runs: [...runs, 499], failures });
    expect(CiMemory.parse(kept)).toEqual(kept);
    expect(kept.runs).toHaveLength(300);
    expect([kept.runs[0], kept.runs.at(-1)]).toEqual([200, 499]);
    expect(kept.failures).toHaveLength(30);
    expect(kept.failures.filter(({ state }) => state === 'failing')).toHaveLength(10);
    expect(kept.failures.map(({ fingerprint }) => Number.parseInt(fingerprint, 16))).toContain(59);
    expect(kept.failures.map(({ fingerprint }) => Number.parseInt(fingerprint, 16))).not.toContain(10);
  });
});

describe('suspects', () => {
  it('are the commits that touch what the log names, then the newest; the agent is none', () => {
    const commits = [
      ['1', 'steward[bot]', 'cycle 7'],
      ['2', 'Ada', 'Docs'],
      ['3', 'Eve', 'Sums'],
      ['4', 'Eve', 'Index'],
    ];
    const files = new Map([
      ['2', ['docs/a.md']],
      ['3', ['src/summing.ts', 'src/x.ts']],
      ['4', ['lib/index.ts']],
    ]);
    const suspects = rankSuspects(commits, files, 'at /home/runner/work/h/h/src/summing.ts:3 and other/index.ts');
    expect(suspects.map(({ id, files: named }) => [id, named])).toEqual([
      ['3', ['src/summing.ts']],
      ['2', []],
      ['4', []],
    ]);
  });

  it('decide what the template advises', () => {
    const suspect = { id: 'c', author: 'Eve', subject: 'Sums', files: ['a.ts'] };
    expect(template(failure({ suspects: [suspect] })).remedy).toContain('commits below that touch files');
    expect(template(failure({ base: null })).remedy).toContain('newest changes');
    expect(template(failure()).remedy).toContain('last green run');
    expect(template(failure({ errors: [] })).cause).toContain('does not say which');
  });
});

describe('the issue', () => {
  it('is open while it fails and closed when it is over; no foreign address becomes a link', () => {
    const hostile = failure({
      last: { ...place, url: 'javascript:alert(1)' },
      count: 2,
      suspects: [
        { id: 'c'.repeat(40), author: '@octo', subject: 'fix [x](https://evil.example) #1', files: ['a`|.ts'] },
      ],
    });
    const open = ciIssue(hostile, 'main', 'https://github.com/o/h');
    expect(open).toMatchObject({
      state: 'open',
      marker: 'ci:0123456789ab',
      title: 'CI: npm test fails in ci.yml: Error: x',
    });
    expect(open.body).toContain(`(https://github.com/o/h/compare/${'b'.repeat(40)}...${'a'.repeat(40)})`);
    expect(open.body).not.toMatch(/\(javascript:|[^\\]\[x\]|https:\/\/evil|[^\w]@octo/);
    expect(ciIssue(failure({ state: 'green' }), 'main', '').state).toBe('closed');
    expect(ciIssue(failure({ base: null }), 'main', 'https://github.com/o/h').body).toContain(
      'No green run before it is known',
    );
    expect([...ciIssue(failure({ errors: ['x'.repeat(500)] }), 'main', '').title].length).toBeLessThanOrEqual(140);
  });
});
