import { describe, expect, test } from 'vitest';
import { brokenHouse, pathWithoutSandbox } from '../support/broken-house.ts';
import { MENDED_SCRIPT, repairAnswer } from '../support/price-house.ts';

/** The parts of a repair that need no sandbox; test/sandbox has the rest. */

describe('propose', () => {
  test('finds the newest failure, reproduces it from its tape and asks for code that nobody runs', async () => {
    const house = await brokenHouse();
    const { attempt } = await house.propose();
    expect(attempt).toMatchObject({
      patient: {
        entry: house.failed.id,
        directive: 'keep_price',
        script: 'execution/keep_price.ts',
        signature: house.signature,
      },
      number: 1,
      outcome: 'fix',
      cause: 'script',
      source: MENDED_SCRIPT,
      calls: [{ task: 'self_repair', outcome: 'ok' }],
    });
    const prompt = house.models.requests[0]?.body ?? '';
    for (const seen of [
      'price.toFixed is not a function',
      'keep_price.ts',
      'Keep the price of tea',
      'export interface ScriptContext',
      '1.20',
    ])
      expect(prompt).toContain(seen);
    expect(prompt).not.toContain('key-0123456789abcdef');
    expect(await house.agent.git('status', '--porcelain')).toBe('');
  });
});

describe('verify', () => {
  test('refuses to run anything where there is no sandbox, and says what to install', async () => {
    const house = await brokenHouse();
    const { file } = await house.propose();
    const run = await house.steward(['heal', 'verify', '--fix', file, '--json'], { PATH: await pathWithoutSandbox() });
    const verdict = JSON.parse(run.stdout);
    expect(verdict).toMatchObject({ outcome: 'unable', tree: null, evidence: [{ check: 'sandbox', status: 'fail' }] });
    expect(verdict.evidence[0].detail).toMatch(/bubblewrap/);
  });

  test('refuses a parcel that is not what was sent', async () => {
    const house = await brokenHouse();
    const { exitCode, stderr } = await house.steward(['heal', 'verify'], {
      STEWARD_FIX: 'hello',
      STEWARD_FIX_SHA256: 'f'.repeat(64),
    });
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(
        /PARCEL_INVALID: The attempt can not be used: its sha256 is .*, and ffffffffffff was announced/,
      ),
    ]);
  });
});

describe('publish', () => {
  test('opens one pull request with evidence, files and labels, and writes it down', async () => {
    const house = await brokenHouse();
    const made = await house.propose();
    const { published, entry, cost } = await house.publish({ fix: [made.file], verdict: [await house.verdict(made)] });
    expect(published).toMatchObject({
      outcome: 'proposed',
      branch: house.branch,
      url: `${house.github.url}/octo/house/pull/1`,
    });
    const [pull] = house.github.state.issues;
    expect(pull).toMatchObject({ title: 'Repair execution/keep_price.ts', labels: ['steward', 'steward:heal'] });
    for (const part of [
      '## What failed',
      house.failed.id,
      '## Evidence',
      '| ✅ | mended |',
      'The shop may give a price as text',
      'To roll back',
      `heal revert ${house.signature}`,
      `<!-- steward:heal:${house.signature} -->`,
    ])
      expect(pull?.body).toContain(part);
    await house.agent.git('fetch', '-q', 'origin', house.branch);
    expect(
      (await house.agent.git('diff', '--name-only', `${made.attempt.patient.base}..FETCH_HEAD`)).split('\n'),
    ).toEqual([
      'directives/keep_price.md',
      'execution/keep_price.ts',
      `test/execution/tapes/keep_price-${house.signature}.json`,
    ]);
    expect(entry).toMatchObject({
      flow: 'heal',
      occurrence: `heal:${house.failed.id}`,
      result: 'success',
      proposal: house.branch,
      heal: { script: 'execution/keep_price.ts', signature: house.signature, outcome: 'proposed', attempts: 1 },
      metrics: { cost },
    });
    expect(cost).toBeGreaterThan(0);
    expect(await house.cycle()).toMatchObject({ idle: true });
  });
});

describe('heal', () => {
  test('spends nothing on what it could not verify', async () => {
    const house = await brokenHouse({ answers: [repairAnswer()] });
    const { exitCode, stderr } = await house.steward(['heal'], {
      PATH: await pathWithoutSandbox(),
      GEMINI_API_KEY: 'key-0123456789abcdef',
      GOOGLE_GEMINI_BASE_URL: house.models.url,
    });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('SANDBOX_MISSING')]);
    expect(house.models.requests).toEqual([]);
  });
});
