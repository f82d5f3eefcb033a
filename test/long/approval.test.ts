import { describe, expect, test } from 'vitest';
import { COUNT_DIRECTIVE, COUNT_TREE } from '../support/agent-fixture.ts';
import { type House, houseOnGitHub } from '../support/house-on-github.ts';

const TREE = {
  ...COUNT_TREE,
  'directives/count.md': COUNT_DIRECTIVE.replace('effects: repo', 'effects: repo\napproval: required'),
};
const approval = ({ github }: House) => github.state.issues.find(({ labels }) => labels.includes('steward:approval'));
const hasRun = async (house: House) =>
  (await house.agent.git('ls-tree', '-r', '--name-only', 'origin/main', 'out')) !== '';

async function waiting(): Promise<{ house: House; number: number }> {
  const house = await houseOnGitHub(TREE);
  house.github.state.users.ada = { role: 'write' };
  house.github.state.users.tim = { role: 'triage' };
  expect(await house.cycle()).toMatchObject({ idle: true });
  return { house, number: approval(house)?.number ?? 0 };
}

describe('a run that needs approval', () => {
  test('is shown in one issue: what would run, with which inputs, at what cost; and is not run', async () => {
    const { house } = await waiting();
    const { body, title } = approval(house) ?? {};
    expect(title).toBe('Approval: may `count` run?');
    expect(body).toContain('1. `execution/count.ts --word {word}`');
    expect(body).toContain('| `word` | `files` |');
    expect(body).toMatch(/cost: nothing, or at most \$0\.25/);
    const writes = () => house.github.requests.filter(({ method }) => method !== 'GET').length;
    const before = writes();
    expect(await house.cycle()).toMatchObject({ idle: true });
    expect(writes()).toBe(before);
    expect(await hasRun(house)).toBe(false);
  });

  test('runs once somebody with write access has set the label, without a model, and says so in its issue', async () => {
    const { house, number } = await waiting();
    house.github.act.label('ada', number, 'steward:approved');
    const { entry, commit } = await house.cycle([], {
      GEMINI_API_KEY: 'AIza-none',
      GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:9',
    });
    expect(entry).toMatchObject({ result: 'success', decided_by: 'person', reason: `approved by ada in #${number}` });
    expect(entry.metrics.calls).toEqual([]);
    expect(await hasRun(house)).toBe(true);
    expect(approval(house)).toMatchObject({ state: 'closed', labels: ['steward', 'steward:approval'] });
    expect(approval(house)?.body).toContain(commit);
    expect(await house.cycle()).toMatchObject({ idle: true });
  });

  test('is not released by somebody without write access', async () => {
    const { house, number } = await waiting();
    house.github.act.label('tim', number, 'steward:approved');
    const { stdout } = await house.steward(['cycle']);
    expect(stdout).toContain('does not count: tim has no write access');
    expect(approval(house)?.labels).not.toContain('steward:approved');
    expect(await hasRun(house)).toBe(false);
  });

  test('is not released by a label for another plan: the script was changed meanwhile', async () => {
    const { house, number } = await waiting();
    const script = String(COUNT_TREE['execution/count.ts']);
    await house.github.act.pushFile('ada', 'execution/count.ts', `${script}// changed\n`);
    house.github.act.label('ada', number, 'steward:approved');
    expect(await house.cycle()).toMatchObject({ idle: true });
    expect(approval(house)?.labels).not.toContain('steward:approved');
    expect(await hasRun(house)).toBe(false);
    house.github.act.label('ada', number, 'steward:approved');
    expect((await house.cycle()).entry).toMatchObject({ result: 'success' });
  });

  test('is not released by a label that is older than a day', async () => {
    const { house, number } = await waiting();
    house.github.act.label('ada', number, 'steward:approved');
    const event = approval(house)?.events.find(({ label }) => label?.name === 'steward:approved');
    if (event) event.createdAt = new Date(Date.now() - 25 * 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
    const { stdout } = await house.steward(['cycle']);
    expect(stdout).toContain('has expired');
    expect(await hasRun(house)).toBe(false);
  });

  test('that fails is not run again on the same word', async () => {
    const { house, number } = await waiting();
    await house.github.act.pushFile(
      'ada',
      'execution/count.ts',
      "import nothing from './nothing.ts';\nexport default nothing;\n",
    );
    await house.cycle();
    house.github.act.label('ada', number, 'steward:approved');
    expect((await house.cycle()).entry).toMatchObject({ result: 'failure', final: false });
    expect(await house.cycle()).toMatchObject({ idle: true });
  });

  test('is declined by closing its issue', async () => {
    const { house, number } = await waiting();
    house.github.act.closeIssue('ada', number);
    expect(await house.cycle()).toMatchObject({ idle: true });
    expect(approval(house)?.state).toBe('closed');
  });

  test('is changed by no dry run', async () => {
    const house = await houseOnGitHub(TREE);
    expect((await house.steward(['cycle', '--dry-run'])).stdout).toContain('waits for a person: approval is required');
    expect(house.github.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});
