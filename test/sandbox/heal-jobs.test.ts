import { describe, expect, test } from 'vitest';
import { brokenHouse } from '../support/broken-house.ts';
import { BROKEN_SCRIPT, MENDED_SCRIPT, priceTree } from '../support/price-house.ts';

/** With the broken line in a module beside it. */
const CALLS_LIB = BROKEN_SCRIPT.replace(
  'import { z }',
  "import { cents as toCents } from './lib/price.ts';\nimport { z }",
).replace(/const cents = .*/, 'const cents = toCents(price);');

describe('propose', () => {
  test('tells a second attempt which checks refused the first and its own error, and a third nothing', async () => {
    const house = await brokenHouse();
    const first = await house.propose();
    const evidence = [
      { check: 'mended', status: 'fail' as const, detail: 'DETAIL-OF-A-CHECK' },
      { check: "the script's tests", status: 'fail' as const, detail: 'expected 7 to be 8' },
    ];
    const verdict = await house.verdict(first, { outcome: 'refused', evidence, stack: 'TypeError: ITS OWN ERROR' });
    await house.propose(['--attempt', '2', '--fix', first.file, '--verdict', verdict]);
    const second = house.models.requests[1]?.body ?? '';
    expect(second).toContain("refused by: mended, the script's tests");
    expect(second).toContain('ITS OWN ERROR');
    expect(second).not.toMatch(/expected 7|DETAIL-OF-A-CHECK/);
    await house.propose(['--attempt', '3']);
    expect(house.models.requests[2]?.body).not.toContain('attempt before');
  });

  test('opens nothing for a failure that does not happen again', async () => {
    const house = await brokenHouse();
    await house.agent.commit({ message: 'mend it', files: { 'execution/keep_price.ts': MENDED_SCRIPT } });
    const { attempt } = await house.propose();
    expect(attempt).toMatchObject({ outcome: 'none', cause: 'flaky', source: null, calls: [] });
    expect(attempt.reason).toMatch(/^not reproduced: the recorded call does not fail, and failed then with/);
    expect(house.models.requests).toEqual([]);
  });

  test('opens nothing for a service that is down, which the cycle does not even ask about', async () => {
    const house = await brokenHouse();
    house.shop.status = 503;
    const { entry } = await house.cycle();
    const { attempt } = await house.propose(['--entry', entry.id]);
    expect(attempt).toMatchObject({
      outcome: 'none',
      reason: expect.stringMatching(/had a failure of its own \(503\)$/),
    });
  });

  test('writes down what to check where access is refused, and asks no model', async () => {
    const house = await brokenHouse();
    house.shop.status = 403;
    const { entry } = await house.cycle();
    const { attempt } = await house.propose(['--entry', entry.id]);
    expect(attempt).toMatchObject({ outcome: 'note', cause: 'environment', source: null });
    expect(attempt.failure_mode).toMatch(
      /^Fails when 127\.0\.0\.1:\d+ refuses access \(403\): check what it needs outside$/,
    );
    expect(house.models.requests).toEqual([]);
  });

  test('asks a person, with the stack, when the failure lies in a file that no repair may touch', async () => {
    const inLib = (url: string) => ({
      ...priceTree(url, CALLS_LIB),
      'execution/lib/price.ts': 'export const cents = (price: any): number => Math.round(price.toFixed(2) * 100);\n',
    });
    const house = await brokenHouse({ tree: inLib });
    const { attempt } = await house.propose();
    expect(attempt).toMatchObject({
      outcome: 'escalate',
      cause: 'protected',
      reason: 'it failed in execution/lib/price.ts, which no repair may touch',
    });
    const fix = (await house.propose()).file;
    const { published } = await house.publish({ fix: [fix] });
    expect(published.outcome).toBe('escalated');
    const issue = house.github.state.issues.find(({ title }) => title.startsWith('Needs a person'));
    expect(issue?.body).toContain('execution/lib/price.ts:1');
  });

  test('asks a person when no key is set', async () => {
    const house = await brokenHouse();
    const { stdout } = await house.steward(['heal', 'propose']);
    expect(stdout).toContain('a person must look');
    expect(stdout).toContain('no model key (GEMINI_API_KEY or ANTHROPIC_API_KEY)');
  });
});

describe('publish', () => {
  test('a second time finds the first: the pull request is updated, and none is opened', async () => {
    const house = await brokenHouse();
    const made = await house.propose();
    await house.publish({ fix: [made.file], verdict: [await house.verdict(made)] });
    const evidence = [{ check: 'mended', status: 'pass' as const, detail: 'seen a second time' }];
    await house.publish({ fix: [made.file], verdict: [await house.verdict(made, { evidence })] });
    expect(house.github.state.issues.filter(({ title }) => title.startsWith('Repair'))).toHaveLength(1);
    expect(house.github.state.issues[0]?.body).toContain('seen a second time');
  });

  test('says `ci` only of the very tree that was verified, and leaves it to a token of its own', async () => {
    const house = await brokenHouse();
    const made = await house.propose();
    await house.publish({ fix: [made.file], verdict: [await house.verdict(made)] });
    expect(house.github.state.statuses).toEqual([]);
    await house.agent.git('fetch', '-q', 'origin', house.branch);
    const [commit, tree] = (await house.agent.git('log', '-1', '--format=%H %T', 'FETCH_HEAD')).split(' ') as [
      string,
      string,
    ];
    await house.publish({ fix: [made.file], verdict: [await house.verdict(made, { tree })] });
    expect(house.github.state.statuses).toMatchObject([{ sha: commit, context: 'ci', state: 'success' }]);
    const other = await house.publish({
      fix: [made.file],
      verdict: [await house.verdict(made, { tree: 'e'.repeat(40) })],
    });
    expect(other.published).toMatchObject({
      outcome: 'none',
      reason: expect.stringMatching(/and eeeeeeeeee was verified$/),
    });
  });

  test('does not believe a verdict on another text', async () => {
    const house = await brokenHouse();
    const made = await house.propose();
    const stranger = await house.verdict({ ...made, sha256: 'a'.repeat(64) });
    const { published } = await house.publish({ fix: [made.file], verdict: [stranger] });
    expect(published).toMatchObject({ outcome: 'escalated', reason: expect.stringContaining('was not verified') });
  });

  test('where Actions may open no pull requests, leaves the branch and one issue with the link', async () => {
    const house = await brokenHouse();
    house.github.state.settings.mayActionsCreatePulls = false;
    const made = await house.propose();
    const { published } = await house.publish({ fix: [made.file], verdict: [await house.verdict(made)] });
    const [issue] = house.github.state.issues;
    expect(published).toMatchObject({ outcome: 'proposed', url: `${house.github.url}/octo/house/issues/1` });
    expect(issue?.title).toBe('For review: Repair execution/keep_price.ts');
    expect(issue?.body).toContain(`/octo/house/compare/main...${house.branch}?expand=1`);
    expect(issue?.body).toContain('Allow GitHub Actions to create and approve pull requests');
    expect(await house.cycle()).toMatchObject({ idle: true });
  });

  test('respects that people closed it: the same failure is not proposed again', async () => {
    const house = await brokenHouse();
    const made = await house.propose();
    await house.publish({ fix: [made.file], verdict: [await house.verdict(made)] });
    house.github.act.closeIssue('octo', 1);
    const again = await house.propose();
    expect(again.attempt).toMatchObject({ outcome: 'none', reason: 'its repair #1 was declined', calls: [] });
    const { published, entry } = await house.publish({ fix: [again.file] });
    expect([published.outcome, entry]).toEqual(['none', null]);
  });

  test('asks a person after three refusals, in one issue that counts', async () => {
    const house = await brokenHouse();
    const [one, two, three] = [
      await house.propose(),
      await house.propose(['--attempt', '3']),
      await house.propose(['--attempt', '3']),
    ];
    const refused = (made: typeof one) =>
      house.verdict(made, { outcome: 'refused', evidence: [{ check: 'types', status: 'fail', detail: 'no' }] });
    const verdict = [await refused(one), await refused(two), await refused(three)];
    const { published, entry } = await house.publish({ fix: [one.file, two.file, three.file], verdict });
    expect(published).toMatchObject({ outcome: 'escalated', url: `${house.github.url}/octo/house/issues/1` });
    expect(entry).toMatchObject({ result: 'skipped', heal: { outcome: 'escalated', attempts: 3 } });
    expect(house.github.state.issues[0]?.body).toContain('seen once');
    await house.cycle(['--directive', 'keep_price']);
    await house.publish({ fix: [one.file], verdict: [verdict[0] ?? ''] });
    expect(house.github.state.issues.filter(({ title }) => title.startsWith('Needs a person'))).toHaveLength(1);
    expect(house.github.state.issues[0]?.body).toContain('seen 2 times');
  });

  test('changes nothing when the script was changed meanwhile', async () => {
    const house = await brokenHouse();
    const made = await house.propose();
    await house.agent.commit({ message: 'by hand', files: { 'execution/keep_price.ts': `${BROKEN_SCRIPT}// new\n` } });
    await house.agent.git('push', '-q');
    const { published } = await house.publish({ fix: [made.file], verdict: [await house.verdict(made)] });
    expect(published).toMatchObject({ outcome: 'none', reason: 'execution/keep_price.ts was changed meanwhile' });
    expect(house.github.state.issues).toEqual([]);
  });
});

describe('after the merge', () => {
  test('the next cycle works, says that it healed, and closes what was open; a revert takes it back', async () => {
    const house = await brokenHouse();
    const made = await house.propose();
    await house.publish({ fix: [made.file], verdict: [await house.verdict(made)] });
    await house.github.act.mergePull('octo', 1);
    await house.agent.git('pull', '-q', '--rebase');
    const { entry, commit } = await house.cycle();
    expect(entry).toMatchObject({
      decision: 'keep_price',
      result: 'success',
      verification: 'verified',
      healed: [{ script: 'execution/keep_price.ts', signature: house.signature, entry: house.failed.id }],
    });
    expect(await house.agent.git('log', '-1', '--format=%s', commit)).toMatch(/, healed after \d+(\.\d)? (s|min) \(/);
    await house.agent.commit({ message: 'other work', files: { 'README.md': '# Other\n' } });
    await house.agent.git('push', '-q');
    const reverted = await house.steward(['heal', 'revert', '#1', '--json']);
    expect(JSON.parse(reverted.stdout)).toMatchObject({
      branch: `steward/heal-revert/keep_price-${house.signature}`,
      url: `${house.github.url}/octo/house/pull/2`,
      files: [
        'directives/keep_price.md',
        'execution/keep_price.ts',
        `test/execution/tapes/keep_price-${house.signature}.json`,
      ],
    });
    await house.agent.git('fetch', '-q', 'origin', `steward/heal-revert/keep_price-${house.signature}`);
    expect(await house.agent.git('show', 'FETCH_HEAD:execution/keep_price.ts')).toBe(BROKEN_SCRIPT.trim());
    expect(await house.agent.git('show', 'FETCH_HEAD:README.md')).toBe('# Other');
  });

  test('what was never merged can not be taken back', async () => {
    const house = await brokenHouse();
    const { exitCode, stderr } = await house.steward(['heal', 'revert', '0123456789ab']);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('REVERT_NOTHING: No repair 0123456789ab was merged into main'),
    ]);
  });
});

describe('heal', () => {
  test('has nothing to do where nothing failed, and says how to look', async () => {
    const house = await brokenHouse();
    const { exitCode, stderr } = await house.steward(['heal', 'propose', '--script', 'check_price']);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(
        /HEAL_NOTHING: .*a failure of execution\/check_price\.ts was not found[\s\S]*ledger --result failure/,
      ),
    ]);
  });
});
