import { expect, test } from 'vitest';
import { MENDED_SCRIPT, repairAnswer } from '../support/price-house.ts';
import { stepNames } from '../support/workflows/act-log.ts';
import { healHouse, INSTALLING, ran, SCRIPT, TESTED_NAME } from '../support/workflows/heal-house.ts';

/** Eight runs of workflows, three of their jobs with all that a runner installs. */
const TIMEOUT_MS = 600_000;
const BOT = 'github-actions[bot]';

test(
  'a script is broken on main: a cycle fails, its repair is proposed, and once merged the next cycle succeeds',
  async () => {
    const house = await healHouse({ gemini: [repairAnswer()], hasTypes: true });
    const { github } = house;

    // One cycle from the failure to the proposal.
    await house.cycle();
    const [failure] = await house.entries();
    expect(failure).toMatchObject({ decision: 'keep_price', failure: { kind: 'crash', script: SCRIPT } });
    const signature = failure?.failure?.signature ?? '';
    const [asked] = house.asked();
    if (!asked) throw new Error('the cycle has not asked for a repair');
    const heal = await house.heal(asked, INSTALLING);
    expect(ran(heal)).toEqual(['propose-1: success', 'verify-1: success', 'publish: success']);
    expect(stepNames(heal).filter((name) => /^\w+$/.test(name))).toEqual([
      ...['checkout', 'install', 'propose'],
      ...['checkout', 'install', 'verify'],
      ...['checkout', 'install', 'publish'],
    ]);
    expect(house.issues()).toEqual([]);
    const [proposal, ...others] = house.pulls();
    expect(others).toEqual([]);
    const branch = `steward/heal/keep_price-${signature}`;
    expect(proposal).toMatchObject({ login: BOT, state: 'open', labels: ['steward', 'steward:heal'] });
    expect(proposal?.pull).toMatchObject({ head: branch, base: 'main', isDraft: false });

    // What a reviewer sees.
    const rows = proposal?.body?.match(/^\| (✅|❌|ℹ️) \| [^|]+/gm)?.map((row) => row.replaceAll('|', '').trim());
    expect(rows?.map((row) => row.replace(/^(\S+) +/, '$1 '))).toEqual([
      '✅ sandbox',
      '✅ protected files',
      '✅ source',
      '✅ reproduced',
      '✅ mended',
      '✅ schema',
      '✅ effects',
      'ℹ️ good calls',
      '✅ other values',
      '✅ criteria',
      "✅ the script's tests",
      '✅ types',
      '✅ the whole suite',
    ]);
    expect(proposal?.body).toContain(`[${asked.entry}](${github.url}/octo/house/blob/HEAD/ledger/`);
    expect(proposal?.body).toContain(`npm run steward -- heal revert ${signature}`);
    expect(await house.git('diff', '--name-status', `main...${branch}`)).toBe(
      `M\tdirectives/keep_price.md\nM\t${SCRIPT}\nA\ttest/execution/tapes/keep_price-${signature}.json`,
    );
    expect(`${await house.git('show', `${branch}:${SCRIPT}`)}\n`).toBe(MENDED_SCRIPT);
    expect(await house.git('show', `${branch}:directives/keep_price.md`)).toMatch(
      /^- The shop is closed at night\n- The shop may give prices as text; they are read as numbers$/m,
    );
    expect(github.state.statuses).toMatchObject([
      { sha: await house.git('rev-parse', branch), context: 'ci', state: 'success', creator: BOT },
    ]);
    // No model has seen the tests, and no proposal starts without a cost in the books.
    expect(house.vendors.requests).toHaveLength(1);
    expect(house.vendors.requests[0]?.body).toContain('price.toFixed');
    expect(house.vendors.requests[0]?.body).not.toContain(TESTED_NAME);
    const [booked] = await house.entries();
    expect(booked).toMatchObject({
      flow: 'heal',
      result: 'success',
      proposal: branch,
      heal: { signature, attempts: 1 },
    });
    expect(booked?.metrics.cost).toBeGreaterThan(0);

    // Asked once more, by whom ever, it finds what is there; and no cycle runs the script until a person has decided.
    for (const inputs of house.asked().slice(1)) await house.heal(inputs);
    expect(ran(await house.healByHand({ entry: asked.entry ?? '' }))).not.toContain('verify-1: success');
    expect((await house.cycle()).summary).toContain('No cycle ran');
    expect(house.vendors.requests).toHaveLength(1);
    expect(github.state.issues).toHaveLength(1);

    // One cycle from the merge to the success.
    await github.act.mergePull('octo', proposal?.number ?? 0);
    const next = await house.cycle();
    expect(next.summary).toContain('**healed**');
    const [success] = await house.entries();
    expect(success).toMatchObject({ decision: 'keep_price', result: 'success', verification: 'verified' });
    expect(success?.healed).toEqual([{ script: SCRIPT, signature, entry: asked.entry, after_s: expect.any(Number) }]);
    const cycles = (await house.entries()).filter(({ flow, result }) => flow === 'cycle' && result === 'success');
    expect(cycles).toHaveLength(1);
  },
  TIMEOUT_MS,
);
