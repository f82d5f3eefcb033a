import { describe, expect, test } from 'vitest';
import { COUNT_DIRECTIVE, COUNT_TREE } from '../support/agent-fixture.ts';
import { type House, houseOnGitHub, taskBody } from '../support/house-on-github.ts';

const TASK_TREE = { ...COUNT_TREE, 'directives/count.md': COUNT_DIRECTIVE.replace('every: 1d', 'on: [task]') };
const fileTask = ({ github }: House, login: string, body: string) =>
  github.act.openIssue(login, { title: 'Task: count', body, labels: ['steward:task'] });
const issue = ({ github }: House, number: number) => github.state.issues.find((each) => each.number === number);

describe('a proposal', () => {
  const TREE = {
    ...TASK_TREE,
    'directives/count.md': COUNT_DIRECTIVE.replace('every: 1d', 'on: [task]\ndeliver: pull-request'),
  };

  test('is a pull request with the files, and while it is open the directive is no option', async () => {
    const house = await houseOnGitHub(TREE);
    fileTask(house, 'octo', taskBody('count'));
    const { entry } = await house.cycle();
    const pull = house.github.state.issues.find((each) => each.pull);
    expect(pull).toMatchObject({ title: 'count: out/count.txt', labels: ['steward'] });
    const url = `${house.github.url}/octo/house/pull/${pull?.number}`;
    expect(entry).toMatchObject({ result: 'success', proposal: pull?.pull?.head, proposal_url: url });
    expect(await house.agent.git('ls-tree', '-r', '--name-only', 'HEAD', 'out')).toBe('');
    expect(issue(house, 1)?.comments[0]?.body).toContain(url);

    fileTask(house, 'octo', taskBody('count', 'word: more'));
    expect(await house.cycle()).toMatchObject({ idle: true });
    expect((await house.steward(['cycle', '--dry-run'])).stdout).toContain(
      `its proposal #${pull?.number} waits for a review`,
    );
    await house.github.act.mergePull('octo', pull?.number ?? 0);
    await house.agent.git('pull', '--quiet');
    expect((await house.cycle()).entry).toMatchObject({ result: 'success', params: { word: 'more' } });
  });

  test('is verified when a person has merged it, once, with what its steps gave', async () => {
    const house = await houseOnGitHub(TREE);
    fileTask(house, 'octo', taskBody('count', 'word: pages'));
    const { entry } = await house.cycle();
    expect(entry).toMatchObject({ result: 'success', verification: 'unverified', criteria: [] });
    expect(await house.cycle()).toMatchObject({ idle: true });
    const pull = house.github.state.issues.find((each) => each.pull);
    await house.github.act.mergePull('octo', pull?.number ?? 0);
    await house.agent.git('pull', '--quiet');
    expect((await house.cycle()).entry).toMatchObject({
      occurrence: 'event:count.merged.task-1',
      decision: 'count',
      decided_by: 'single',
      reason: `its proposal ${entry.proposal} was merged`,
      params: { word: 'pages' },
      result: 'success',
      verification: 'verified',
      steps: [],
      criteria: [{ script: 'execution/check_count.ts', holds: true, reason: 'pages 1' }],
    });
    expect(await house.cycle()).toMatchObject({ idle: true });
  });

  test('that is merged and does not hold is looked at again half an hour later', async () => {
    const house = await houseOnGitHub(TREE);
    fileTask(house, 'octo', taskBody('count'));
    await house.cycle();
    const pull = house.github.state.issues.find((each) => each.pull);
    await house.github.act.mergePull('octo', pull?.number ?? 0);
    await house.agent.git('pull', '--quiet');
    await house.agent.commit({ files: { 'out/count.txt': 'nothing\n' } });
    await house.agent.git('push', '--quiet');
    const { entry } = await house.cycle();
    expect(entry).toMatchObject({ verification: 'refuted', final: false, failure: { kind: 'refuted' } });
    expect(await house.cycle()).toMatchObject({ idle: true });
    expect((await house.steward(['cycle', '--dry-run'])).stdout).toContain(
      'what its merge was to change is looked at again later',
    );
    expect(Date.parse(entry.next_wake) - Date.parse(entry.timestamp)).toBeGreaterThan(29 * 60_000);
  });

  test('of an occurrence that is run again replaces the agent’s own branch, never one that people work on', async () => {
    const house = await houseOnGitHub(TREE);
    const number = fileTask(house, 'octo', taskBody('count'));
    await house.cycle();
    const branch = house.github.state.issues.find((each) => each.pull)?.pull?.head ?? '';
    const before = await house.agent.git('rev-parse', 'HEAD~1');
    const forget = async () => {
      const issues = house.github.state.issues.find(({ number: each }) => each === number);
      if (issues) issues.comments = [];
      for (const pull of house.github.state.issues.filter((each) => each.pull)) pull.state = 'closed';
      await house.agent.git('reset', '--quiet', '--hard', before);
      await house.agent.git('push', '--quiet', '--force', 'origin', 'HEAD:main');
      if (issue(house, number)?.state === 'closed') house.github.act.reopenIssue('octo', number);
    };
    await forget();
    expect((await house.cycle()).entry).toMatchObject({ result: 'success', proposal: branch });
    expect(house.github.state.issues.filter((each) => each.pull)).toHaveLength(1);
    await forget();
    await house.github.act.pushFiles('ada', { 'out/count.txt': 'mine\n' }, branch);
    const { entry } = await house.cycle();
    // Theirs is what is reviewed, and the run is recorded: a runner must not fail on it again and again.
    const pulls = house.github.state.issues.filter((each) => each.pull);
    expect(pulls).toHaveLength(1);
    expect(entry.proposal_url).toBe(`${house.github.url}/octo/house/pull/${pulls[0]?.number}`);
    expect(await house.agent.git('ls-remote', 'origin', `refs/heads/${branch}`)).toContain(
      await house.agent.git('--git-dir', house.github.bare, 'rev-parse', branch),
    );
    expect(await house.agent.git('ls-remote', 'origin', `refs/heads/${branch}`)).not.toContain(
      await house.agent.git('rev-parse', branch),
    );
  });

  test('becomes a branch and one issue with the link where Actions may open none', async () => {
    const house = await houseOnGitHub(TREE);
    house.github.state.settings.mayActionsCreatePulls = false;
    fileTask(house, 'octo', taskBody('count'));
    const { entry } = await house.cycle();
    const asked = issue(house, 2);
    expect(entry.proposal_url).toBe(`${house.github.url}/octo/house/issues/2`);
    expect(asked?.pull).toBeUndefined();
    expect(asked?.body).toContain(`/compare/main...${entry.proposal}?expand=1`);
    expect(asked?.body).toContain('Allow GitHub Actions to create and approve pull requests');
    fileTask(house, 'octo', taskBody('count', 'word: more'));
    expect(await house.cycle()).toMatchObject({ idle: true });
    house.github.act.closeIssue('octo', 2);
    expect((await house.cycle()).entry).toMatchObject({ params: { word: 'more' } });
  });
});
