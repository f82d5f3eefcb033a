import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/domain/record.ts';
import { stepNames } from '../support/workflows/act-log.ts';
import { tick } from '../support/workflows/happenings.ts';
import { edited, houseWithWorkflows, shippedTree, smallTree } from '../support/workflows/house-with-workflows.ts';

const INSTALLED = ['checkout', 'gate', 'install', 'cycle', 'post checkout'];
const TURNED_AWAY = ['checkout', 'gate', 'post checkout'];

describe('a tick', () => {
  test('of a new copy does all that is due; the next one ends before anything is installed', async () => {
    const house = await houseWithWorkflows(shippedTree());
    const first = await house.git('rev-parse', 'main');
    const run = await house.run('cycle.yml', tick());
    expect(run.conclusion).toBe('success');
    expect(stepNames(run)).toEqual(INSTALLED);
    expect(run.step('gate').outputs).toEqual({ run: 'true', reason: 'the ledger has no folded state' });

    const done = [
      'ci_doctor',
      'repo_status',
      'weekly_digest',
      'cost_report',
      'dependency_report',
      'check_links',
      'morning_brief',
    ];
    const records = await house.records();
    expect(records.map(({ kind }) => kind)).toEqual(['genesis', ...done.map(() => 'entry')]);
    expect(records.slice(1)).toMatchObject(
      done.map((decision) => ({ decision, trigger: 'schedule', result: 'success', verification: 'verified' })),
    );
    const subjects = (await house.subjects()).toReversed();
    expect(subjects.filter((subject) => subject.startsWith('cycle '))).toEqual(
      done.map((name, index) => expect.stringMatching(`^cycle ${index + 1}: ${name} -> success, verified`)),
    );
    // A page each; nothing failed that the doctor could look at.
    expect(subjects.filter((subject) => !subject.startsWith('cycle '))).toEqual(
      done.slice(1).map((name) => expect.stringMatching(`^${name}: `)),
    );
    for (const name of done) expect(run.summary).toContain(`## ${name} -> success, verified`);
    const last = await house.git('rev-parse', 'main');
    expect(run.step('cycle').outputs).toMatchObject({
      directive: 'morning_brief',
      pushed: 'true',
      idle: 'false',
      commit: last,
    });
    expect(run.summary).toContain(`${house.github.url}/octo/house/commit/${last}`);
    expect(run.annotations).toEqual([]);

    const asked = house.github.requests.length;
    // It waited in the queue: its event is older than what the first has pushed since.
    const next = await house.run('cycle.yml', tick(), { sha: first });
    expect(next.conclusion).toBe('success');
    expect(stepNames(next)).toEqual(TURNED_AWAY);
    expect(next.step('gate').outputs).toEqual({
      run: 'false',
      reason: `nothing is due before ${run.step('cycle').outputs.next_wake?.slice(0, 19)}Z`,
    });
    expect(next.summary).toMatch(/^No cycle ran: nothing is due before /);
    expect(await house.git('rev-parse', 'main')).toBe(last);
    expect(house.github.requests).toHaveLength(asked);
  });

  test('asks for what it needs by grants of its own: without them it can not push', async () => {
    const house = await houseWithWorkflows({
      ...smallTree(),
      ...edited('cycle.yml', 'contents: write', 'contents: read'),
    });
    const run = await house.run('cycle.yml', tick());
    expect(run.conclusion).toBe('failure');
    expect(run.step('cycle').result).toBe('failure');
    expect(run.summary).toContain('## PUSH_REFUSED');
    expect(run.annotations.join()).toContain('Give the job `contents: write`');
    expect(await house.subjects()).toEqual([]);
  });

  test('that meets another: the work is done once, and both end well', async () => {
    const house = await houseWithWorkflows(smallTree());
    const runs = await Promise.all([house.run('cycle.yml', tick()), house.run('cycle.yml', tick())]);
    expect(runs.map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
    expect(runs.map(stepNames)).toEqual([INSTALLED, INSTALLED]);
    const [, done, skipped, ...more] = await house.records();
    expect(done).toMatchObject({ decision: 'count', result: 'success', verification: 'verified' });
    expect(skipped).toMatchObject({ decision: 'count', result: 'skipped' });
    expect(skipped).toHaveProperty('occurrence', (done as Entry).occurrence);
    expect(skipped).toHaveProperty('reason', expect.stringContaining(`superseded by ${done?.id}`));
    expect(more).toEqual([]);
    expect(runs.map((run) => run.step('cycle').outputs.result).toSorted()).toEqual(['skipped', 'success']);
    expect((await house.subjects()).filter((subject) => subject === 'count: out/count.txt')).toHaveLength(1);
    const { exitCode, stdout } = await (await house.clone()).steward(['check']);
    expect(stdout).toContain('3 ledger records, 2 tapes: all is well');
    expect(exitCode).toBe(0);
  });
});
