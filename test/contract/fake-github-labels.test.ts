import { describe, expect, test } from 'vitest';
import { octokitFor, refusedWith } from '../support/github/octokit-client.ts';
import { startGitHub } from '../support/github/start-github.ts';

/** Labels of the fake GitHub, and the events that they leave. */

const here = { owner: 'octo', repo: 'house' };

async function open(options: { now?: () => Date } = {}) {
  const github = await startGitHub({ repository: 'octo/house', ...options });
  return { github, octokit: octokitFor(github, { issues: 'write' }) };
}

const invalid = (error: object) => refusedWith(422, 'Validation Failed', [error]);

describe('labels', () => {
  test('are made once, whatever their case', async () => {
    const { octokit } = await open();
    const { data } = await octokit.rest.issues.createLabel({
      ...here,
      name: 'Task',
      color: 'ff0000',
      description: 'do it',
    });
    expect(data).toMatchObject({ name: 'Task', color: 'ff0000', description: 'do it' });
    await expect(octokit.rest.issues.createLabel({ ...here, name: 'task' })).rejects.toMatchObject(
      invalid({ resource: 'Label', code: 'already_exists', field: 'name' }),
    );
    expect((await octokit.rest.issues.listLabelsForRepo(here)).data.map(({ name }) => name)).toEqual(['Task']);
  });

  test('are made when an issue gets one that is not there, and taken off', async () => {
    const { github, octokit } = await open();
    github.act.openIssue('ada', { title: 'x' });
    const issue = { ...here, issue_number: 1 };
    const added = await octokit.rest.issues.addLabels({ ...issue, labels: ['b', 'a'] });
    expect(added.data.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(github.state.labels.map(({ name }) => name)).toEqual(['b', 'a']);
    const left = await octokit.rest.issues.removeLabel({ ...issue, name: 'A' });
    expect(left.data.map(({ name }) => name)).toEqual(['b']);
    await expect(octokit.rest.issues.removeLabel({ ...issue, name: 'a' })).rejects.toMatchObject(
      refusedWith(404, 'Label does not exist'),
    );
  });

  test('leave events that say who and when', async () => {
    const { github, octokit } = await open({ now: () => new Date('2026-02-03T04:05:06.789Z') });
    github.act.openIssue('ada', { title: 'x', labels: ['task'] });
    github.act.label('octo', 1, 'approved');
    github.act.label('octo', 1, 'approved');
    github.act.unlabel('eve', 1, 'approved');
    const { data } = await octokit.rest.issues.listEvents({ ...here, issue_number: 1 });
    const said = data.map((event) => [event.event, event.actor?.login, 'label' in event ? event.label?.name : '']);
    expect(said).toEqual([
      ['labeled', 'ada', 'task'],
      ['labeled', 'octo', 'approved'],
      ['unlabeled', 'eve', 'approved'],
    ]);
    expect(data.map(({ created_at }) => created_at)).toEqual(Array(3).fill('2026-02-03T04:05:06Z'));
  });
});
