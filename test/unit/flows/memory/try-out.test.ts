import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../src/flows/account.ts';
import { tryOut } from '../../../../src/flows/memory/try-out.ts';
import { lesson } from '../../../support/lesson-samples.ts';
import { daily, pastHouse } from '../../../support/past-house.ts';

const NEW = lesson({ id: 'L1', claim: 'The broom is at the door.', when: { tag: 'any' } });
const FAILED = { result: 'failure', verification: 'unverified', final: true } as const;

/** Decisions of several days, each the first of two options, as many of them failures as `failures` says. */
async function houseOf({ days, failures }: { days: number; failures: number }) {
  const house = await pastHouse({ ...daily('sweep'), ...daily('mop') });
  for (let day = 1; day <= days; day++)
    await house.decide({
      at: `2026-03-${String(day + 3).padStart(2, '0')}T14:30:00.000Z`,
      ...(day <= failures ? { entry: FAILED } : {}),
    });
  return house;
}

/** Chooses the first option, and another one where it reads the new lesson; `answers` is how often it can be asked. */
function accountOf(answers = Number.POSITIVE_INFINITY): Account & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    calls: [],
    leases: [],
    availability: () => ({ model: 'flash' }),
    stalePrices: () => [],
    async ask({ prompt }) {
      if (asked.length >= answers) return { unavailable: 'the budget is used up', calls: [] };
      asked.push(prompt.user);
      const options = [...prompt.user.matchAll(/^- (\S+@\S+) \[/gm)].map(([, id]) => id);
      const option = options[prompt.user.includes(NEW.claim) ? 1 : 0];
      const text = JSON.stringify({ option, inputs: [], reason: 'it is due', lessons: [] });
      return { text, model: 'flash', passedOver: [], calls: [] };
    },
  };
}

describe('new lessons, tried on past decisions', () => {
  const tried = async (past: { days: number; failures: number }, account = accountOf()) => {
    const { context } = await houseOf(past);
    return { ...(await tryOut(context, account, { before: [], after: [NEW] })), asked: account.asked.length };
  };

  it('are refused where two more come out worse than better', async () => {
    expect(await tried({ days: 2, failures: 0 })).toEqual({
      verdict: 'rejected',
      note: 'of 2 past decisions 0 would be better and 2 worse with the new lessons',
      asked: 4,
    });
  });

  it('pass where one is worse, where as many are better, and where all are better', async () => {
    expect(await tried({ days: 1, failures: 0 })).toMatchObject({ verdict: 'passed' });
    expect(await tried({ days: 4, failures: 2 })).toMatchObject({
      verdict: 'passed',
      note: expect.stringContaining('of 4 past decisions 2 would be better and 2 worse'),
    });
    expect(await tried({ days: 3, failures: 3 })).toMatchObject({ verdict: 'passed' });
  });

  it('are tried on five decisions at most, each asked twice', async () => {
    expect(await tried({ days: 8, failures: 8 })).toMatchObject({ asked: 10 });
  });

  it('cost nothing where no past prompt would read otherwise', async () => {
    const { context } = await houseOf({ days: 2, failures: 0 });
    const account = accountOf();
    const elsewhere = lesson({ id: 'L1', when: { directive: 'dust' } });
    expect(await tryOut(context, account, { before: [], after: [elsewhere] })).toMatchObject({ verdict: 'passed' });
    expect(account.asked).toEqual([]);
  });

  it('are not taken for good where the model stops answering', async () => {
    expect(await tried({ days: 4, failures: 4 }, accountOf(3))).toEqual({
      verdict: 'untried',
      note: 'the new lessons could not be tried on past decisions: the budget is used up',
      asked: 3,
    });
  });
});
