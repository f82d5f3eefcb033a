import { describe, expect, test } from 'vitest';
import { ALL_PERMISSIONS } from '../support/github/auth.ts';
import { repairAnswer } from '../support/price-house.ts';
import { healHouse, ran, SCRIPT } from '../support/workflows/heal-house.ts';
import { edited } from '../support/workflows/house-with-workflows.ts';

const ONE_ROUND = ['propose-1: success', 'verify-1: success', 'publish: success'];
const UNVERIFIED = ['propose-1: success', 'publish: success'];

describe('a verified repair', () => {
  test('becomes a branch and one issue with a link where Actions may open no pull requests', async () => {
    const house = await healHouse({ gemini: [repairAnswer()] });
    house.github.state.settings.mayActionsCreatePulls = false;
    const { id: entry, failure } = await house.fail();
    expect(ran(await house.heal({ entry }))).toEqual(ONE_ROUND);
    const branch = `steward/heal/keep_price-${failure?.signature}`;
    expect(await house.git('branch', '--list', 'steward/*')).toBe(`  ${branch}`);
    expect(house.pulls()).toEqual([]);
    const [issue, ...others] = house.issues();
    expect(others).toEqual([]);
    expect(issue).toMatchObject({ title: `For review: Repair ${SCRIPT}`, labels: ['steward', 'steward:heal'] });
    expect(issue?.body).toContain(`${house.github.url}/octo/house/compare/main...${branch}?expand=1`);
    expect(issue?.body).toContain('Allow GitHub Actions to create and approve pull requests');
    expect(issue?.body).toContain('| ✅ | the whole suite |');
  });

  test('is opened with STEWARD_TOKEN where there is one, so that the real ci runs, and gets no status of ours', async () => {
    const house = await healHouse({ gemini: [repairAnswer()] });
    const token = house.github.token({ login: 'octo', permissions: ALL_PERMISSIONS });
    const { id: entry, failure } = await house.fail();
    const pushes = house.github.gitRequests.length;
    expect(ran(await house.heal({ entry }, { secrets: { STEWARD_TOKEN: token } }))).toEqual(ONE_ROUND);
    expect(house.pulls()).toMatchObject([
      { login: 'octo', pull: { head: `steward/heal/keep_price-${failure?.signature}` } },
    ]);
    expect(house.github.state.statuses).toEqual([]);
    const pushedBy = house.github.gitRequests
      .slice(pushes)
      .filter(({ path, method }) => method === 'POST' && path.endsWith('/git-receive-pack'))
      .map(({ login }) => login);
    expect(new Set(pushedBy)).toEqual(new Set(['octo']));
  });

  test('that a person has closed is not proposed again for the same failure', async () => {
    const house = await healHouse({ gemini: [repairAnswer()] });
    const { id: entry } = await house.fail();
    await house.heal({ entry });
    const [proposal] = house.pulls();
    house.github.act.closePull('octo', proposal?.number ?? 0);
    const again = await house.healByHand();
    expect(ran(again)).not.toContain('verify-1: success');
    expect(again.summary).toContain(`#${proposal?.number} was declined`);
    expect(house.github.state.issues).toHaveLength(1);
    expect(house.pulls()).toMatchObject([{ state: 'closed' }]);
    expect(house.vendors.requests).toHaveLength(1);
  });
});

describe('people are asked', () => {
  test('when GitHub withholds the repair, since a secret stands in it', async () => {
    const house = await healHouse({ gemini: [repairAnswer()] });
    const { id: entry, failure } = await house.fail();
    // All that gzip writes begins so.
    const run = await house.heal({ entry }, { secrets: { GEMINI_API_KEY: 'H4sI' } });
    expect(run.jobs['propose-1']?.outputs).toMatchObject({ parcel: '', verify: 'true' });
    expect(ran(run)).toEqual(UNVERIFIED);
    expect(house.pulls()).toEqual([]);
    expect(house.issues()).toMatchObject([{ title: `Needs a person: ${SCRIPT} fails (${failure?.signature})` }]);
    expect(house.issues()[0]?.body).toContain('output withheld');
  });

  test('when there is no model key', async () => {
    const house = await healHouse();
    const { id: entry } = await house.fail();
    expect(ran(await house.heal({ entry }))).toEqual(UNVERIFIED);
    expect(house.pulls()).toEqual([]);
    expect(house.issues()).toHaveLength(1);
    expect(house.issues()[0]?.body).toContain('GEMINI_API_KEY or ANTHROPIC_API_KEY');
  });

  test('when the job that should verify dies', async () => {
    const dying = edited('heal.yml', 'npm ci --no-audit --no-fund # with', 'exit 9 # with');
    const house = await healHouse({ gemini: [repairAnswer()], files: dying });
    const { id: entry } = await house.fail();
    const run = await house.heal({ entry });
    expect(run.conclusion).toBe('failure');
    expect(ran(run)).toEqual(['propose-1: success', 'verify-1: failure', 'publish: success']);
    expect(house.pulls()).toEqual([]);
    expect(house.issues()).toHaveLength(1);
    expect(house.issues()[0]?.body).toContain('was not verified');
  });
});

test('a service that refuses access is noted in the directive, without any code', async () => {
  const house = await healHouse({ gemini: [repairAnswer()] });
  house.shop.status = 403;
  const { id: entry } = await house.fail();
  expect(ran(await house.heal({ entry }))).toEqual(UNVERIFIED);
  const [proposal] = house.pulls();
  expect(await house.git('diff', '--name-only', `main...${proposal?.pull?.head}`)).toBe('directives/keep_price.md');
  expect(house.vendors.requests).toEqual([]);
  expect(house.github.state.statuses).toEqual([]);
});

test('a paused repository repairs nothing and says why', async () => {
  const house = await healHouse({ gemini: [repairAnswer()] });
  const { id: entry } = await house.fail();
  const run = await house.heal({ entry }, { vars: { STEWARD_PAUSED: 'holiday' } });
  expect(ran(run)).toEqual(['propose-1: success']);
  expect(run.step('propose').log).toContain('paused: holiday');
  expect(house.vendors.requests).toEqual([]);
  expect(house.github.state.issues).toEqual([]);
});
