import { expect, test } from 'vitest';
import { MENDED_SCRIPT, repairAnswer } from '../support/price-house.ts';
import {
  type HealHouse,
  healHouse,
  MISREAD_SCRIPT,
  ran,
  SCRIPT,
  STILL_BROKEN_SCRIPT,
  TESTED_NAME,
} from '../support/workflows/heal-house.ts';

const answers = (...sources: string[]) => sources.map((source) => repairAnswer({ source }));
const ALL = [1, 2, 3].flatMap((round) => [`propose-${round}: success`, `verify-${round}: success`]);
const asked = ({ vendors }: HealHouse) => vendors.requests.map(({ vendor }) => vendor);

test('a repair that is refused twice is written a third time by another model, and that one is proposed', async () => {
  const house = await healHouse({
    gemini: answers(STILL_BROKEN_SCRIPT, MISREAD_SCRIPT),
    anthropic: answers(MENDED_SCRIPT),
  });
  const { id: entry } = await house.fail();
  const run = await house.heal({ entry });
  expect(ran(run)).toEqual([...ALL, 'publish: success']);
  expect([1, 2, 3].map((round) => run.jobs[`verify-${round}`]?.outputs.again)).toEqual(['true', 'true', undefined]);
  expect(asked(house)).toEqual(['gemini', 'gemini', 'anthropic']);
  const [first, second, third] = house.vendors.requests.map(({ body }) => body);
  expect(first).not.toContain('Your attempt before this one');
  // It learns that its code has failed as before and where, and nothing of the tests.
  expect(second).toContain('Your attempt before this one was refused by: mended');
  expect(second).toContain('price.toFixed(3)');
  expect(third).not.toContain('Your attempt before this one');
  for (const body of [first, second, third]) expect(body).not.toContain(TESTED_NAME);

  const [proposal, ...others] = house.pulls();
  expect(others).toEqual([]);
  expect(house.issues()).toEqual([]);
  expect(proposal?.body).toContain('attempt 3 of 3');
  expect(`${await house.git('show', `${proposal?.pull?.head}:${SCRIPT}`)}\n`).toBe(MENDED_SCRIPT);
  const [booked] = await house.entries();
  expect(booked?.heal).toMatchObject({ outcome: 'proposed', attempts: 3 });
  expect(booked?.metrics.calls).toHaveLength(3);
});

test('a repair that is refused three times is brought to people once; a person may have it tried again', async () => {
  const house = await healHouse({
    gemini: answers(STILL_BROKEN_SCRIPT, MISREAD_SCRIPT, STILL_BROKEN_SCRIPT, MENDED_SCRIPT),
    anthropic: answers(MISREAD_SCRIPT),
  });
  const { id: entry, failure } = await house.fail();
  expect(ran(await house.heal({ entry }))).toEqual([...ALL, 'publish: success']);
  expect(house.pulls()).toEqual([]);
  expect(await house.git('branch', '--list', 'steward/*')).toBe('');
  const [issue, ...others] = house.issues();
  expect(others).toEqual([]);
  expect(issue).toMatchObject({ state: 'open', labels: ['steward', 'steward:heal'] });
  expect(issue?.title).toBe(`Needs a person: ${SCRIPT} fails (${failure?.signature})`);
  expect(issue?.body).toMatch(/attempt 1 by .*: refused by mended\n.*attempt 2 .*\n.*attempt 3 by /);
  expect(issue?.body).toContain('price.toFixed is not a function');
  expect(issue?.body).not.toContain(TESTED_NAME);
  expect((await house.entries())[0]?.heal).toMatchObject({ outcome: 'escalated', attempts: 3 });

  // Asked again by a cycle, it leaves the script alone for a while.
  expect(ran(await house.heal({ entry }))).not.toContain('verify-1: success');
  expect(asked(house)).toEqual(['gemini', 'gemini', 'anthropic']);
  expect(house.issues()).toHaveLength(1);

  // By hand it does not, in the first attempt and in the ones after it.
  expect(ran(await house.healByHand())).toEqual([...ALL.slice(0, 4), 'publish: success']);
  expect(house.pulls()).toHaveLength(1);
  expect(house.pulls()[0]?.body).toContain('attempt 2 of 3');
  expect(house.issues()).toHaveLength(1);
});
