import { describe, expect, it } from 'vitest';
import { ciHealth, ciTable } from '../../../execution/lib/ci-health.ts';
import type { WorkflowRun } from '../../../src/domain/forge-words.ts';

function run(conclusion: string | null, day: number, parts: Partial<WorkflowRun> = {}): WorkflowRun {
  const created = `2026-03-${String(day).padStart(2, '0')}T09:00:00Z`;
  return {
    id: day,
    workflow: 'ci.yml',
    event: 'push',
    status: 'completed',
    conclusion,
    branch: 'main',
    sha: 'a'.repeat(40),
    actor: 'octo',
    created,
    started: created,
    updated: created,
    url: `https://github.com/octo/house/actions/runs/${day}`,
    ...parts,
  };
}

describe('the health of workflows', () => {
  it('is that of the newest run, with the day since when it fails', () => {
    const runs = [run('failure', 9), run('timed_out', 8), run('success', 7), run('failure', 6)];
    expect(ciHealth(runs, { last: 20 })).toEqual([
      {
        workflow: 'ci.yml',
        isGreen: false,
        greenPercent: 25,
        runs: 4,
        redSince: { day: '2026-03-08', url: 'https://github.com/octo/house/actions/runs/8' },
      },
    ]);
    expect(ciHealth(runs.slice(2), { last: 20 })).toMatchObject([{ isGreen: true, greenPercent: 50 }]);
    expect(ciHealth(runs, { last: 1 })).toMatchObject([{ greenPercent: 0, redSince: { day: '2026-03-09' } }]);
  });

  it('does not follow from runs that were cancelled, skipped, unfinished, or of a pull request', () => {
    const silent = [run('cancelled', 9), run('skipped', 8), run(null, 7), run('failure', 6, { event: 'pull_request' })];
    expect(ciHealth(silent, { last: 20 })).toEqual([]);
    expect(ciTable([], 'note')).toBe('');
  });

  it('is listed by name, and links to nothing but the web', () => {
    const runs = [
      run('success', 3, { workflow: 'z|.yml' }),
      run('failure', 2, { workflow: 'a.yml', url: 'javascript:alert(1)' }),
    ];
    const text = ciTable(ciHealth(runs, { last: 20 }), 'note');
    expect(text).toContain(
      '| `a.yml` | **failing** since 2026-03-02 | 0 % |\n| <code>z&#124;&#46;yml</code> | green | 100 % |',
    );
  });
});
