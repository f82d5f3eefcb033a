import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../../src/domain/agent-error.ts';
import { committedSpend } from '../../../src/domain/budget.ts';
import { fromDollars } from '../../../src/domain/money.ts';
import { type MoneyWorld, moneyWorld } from '../../support/money-runners.ts';
import { callRecord, spentEntry } from '../../support/money-samples.ts';
import { Killed } from '../../support/mortality.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('whatever two or three runners do, in any order, and wherever they die', () => {
  /** What a call may cost at most, and how much of that the vendor bills. */
  const call = fc.record({
    microCents: fc.oneof(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 800, max: 1200 })),
    percent: fc.oneof(fc.constant(100), fc.integer({ min: 0, max: 100 })),
    isProbe: fc.boolean(),
  });
  const runner = fc.record({
    /** The calls of a group are made at once. */
    groups: fc.array(fc.array(call, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
    diesAt: fc.option(fc.integer({ min: 1, max: 20 }), { freq: 2 }),
    skewMs: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(-HOUR, 5000, HOUR) },
    ),
  });
  const cap = fc.oneof(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 1000, max: 3000 }));
  const scene = fc.record({
    runners: fc.array(runner, { minLength: 2, maxLength: 3 }),
    budget: fc.record({ day: cap, month: cap.map((cents) => cents * 2), run: fc.oneof(cap, fc.constant(1e9)) }),
    startsAt: fc.constantFrom('2026-03-30T23:59:50.000Z', '2026-03-31T23:59:50.000Z', '2026-02-28T23:58:00.000Z'),
    /** Whether the model's breaker lets one run probe. */
    isHalfOpen: fc.boolean(),
    /** How much time goes by at each moment. */
    steps: fc.array(fc.constantFrom(0, 1, 3000, 9000, MINUTE, 5 * HOUR), { minLength: 1, maxLength: 12 }),
  });

  test('no cap is passed, the books never hold less than was billed, and exactly that in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), scene, async (scheduler, { runners, budget, startsAt, isHalfOpen, steps }) => {
        const world = moneyWorld(budget, startsAt);
        if (isHalfOpen) world.append(fiveFailures(startsAt));
        let moments = 0;
        const pass = async () => {
          await scheduler.schedule(Promise.resolve());
          world.clock.ms += steps[moments++ % steps.length] ?? 0;
          expectBooksHold(world);
        };
        const live = async ({ groups, diesAt, skewMs }: (typeof runners)[number], index: number) => {
          const run = `run-${index}`;
          const moment = mortal(pass, diesAt);
          const { ask, end } = world.runner({ run, skewMs, moment });
          for (const group of groups) {
            await moment();
            await Promise.all(
              group.map(({ percent, ...each }) => ask(each, Math.floor((each.microCents * percent) / 100))),
            );
          }
          await end();
        };
        const lives = runners.map(async (each, index) => survived(live(each, index)));
        const survivors = await scheduler.waitFor(Promise.all(lives));
        expectBooksHold(world);
        for (const [index] of runners.entries()) expect(world.billed(`run-${index}`)).toBeLessThanOrEqual(budget.run);
        for (const { at } of world.leases) {
          expect(world.billedIn(at.slice(0, 10)), at).toBeLessThanOrEqual(budget.day);
          expect(world.billedIn(at.slice(0, 7)), at).toBeLessThanOrEqual(budget.month);
        }
        if (survivors.every(Boolean)) expect(inTheBooks(world)).toEqual({ booked: world.billed(), leases: [] });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('at midnight', () => {
  test('of two runners that looked before it and pushed after it, one is granted the last of the old day', async () => {
    const world = moneyWorld({ day: 100 }, '2026-03-31T23:59:59.000Z');
    const tick = async () => {
      world.clock.ms += 300;
    };
    const [a, b] = ['a', 'b'].map((run) => world.runner({ run, moment: tick }).ask({ microCents: 100 }, 100));
    expect(await a).toBeUndefined();
    expect(await b).toEqual({ refused: 'another run took what was left of the budget' });
    expect(new Date(world.clock.ms).toISOString()).toMatch(/^2026-04-01/);
    expect(world.billedIn('2026-03-31')).toBe(100);
  });

  test('a run that spends on both sides of it is booked on both', async () => {
    const world = moneyWorld({ day: 250, month: 1000 }, '2026-03-04T23:59:59.000Z');
    const { ask, end } = world.runner({ run: 'a' });
    await ask({ microCents: 100 }, 100);
    world.clock.ms += 2000;
    for (const cost of [70, 100, 20]) await ask({ microCents: 100 }, cost);
    await end();
    // The first lease held two calls, the second one the rest.
    expect(world.state().spend).toEqual({
      day: '2026-03-05',
      dayMicroCents: 90,
      month: '2026-03',
      monthMicroCents: 290,
    });
    const next = world.runner({ run: 'b' });
    expect(await next.ask({ microCents: 160 }, 160)).toBeUndefined();
    expect(await next.ask({ microCents: 1 }, 1)).toMatchObject({ refused: expect.stringContaining('used up') });
  });
});

describe('a probe', () => {
  const halfOpen = (budget: Parameters<typeof moneyWorld>[0]) => {
    const world = moneyWorld(budget, '2026-03-04T12:00:00.000Z');
    world.append(fiveFailures('2026-03-04T12:00:00.000Z'));
    world.clock.ms += HOUR;
    return world;
  };

  test('of a model that costs nothing is told to the others, although no money is left', async () => {
    const world = halfOpen({ day: 0 });
    const [a, b] = ['a', 'b'].map((run) => world.runner({ run }));
    expect(await a?.ask({ microCents: 0, isProbe: true }, 0)).toBeUndefined();
    expect(await b?.ask({ microCents: 0, isProbe: true }, 0)).toEqual({ refused: 'another run is trying it again' });
    expect(world.records).toMatchObject([{}, { kind: 'lease', run: 'a', amount: 0, probe: 'flash' }, { run: 'b' }]);
  });

  test('that another run has leaves its money to the next model', async () => {
    const world = halfOpen({ day: 1000 });
    await world.runner({ run: 'a' }).ask({ microCents: 100, isProbe: true }, 100);
    const b = world.runner({ run: 'b' });
    expect(await b.ask({ microCents: 100, isProbe: true }, 100)).toBeDefined();
    expect(await b.ask({ microCents: 200 }, 200)).toBeUndefined();
    expect(b.purse.leases).toHaveLength(1);
  });

  test('takes no lease of less than nothing while others have set too much aside', async () => {
    const world = halfOpen({ day: 250 });
    const [a, b] = ['a', 'b'].map((run) => world.runner({ run }));
    // Both looked at an empty ledger: b's lease is one too many, and stands there until its run ends.
    expect(await a?.ask({ microCents: 100 }, 20)).toBeUndefined();
    expect(await b?.ask({ microCents: 100 }, 20)).toBeDefined();
    expect(await a?.ask({ microCents: 10, isProbe: true }, 10)).toBeDefined();
    expect(await a?.ask({ microCents: 10, isProbe: true }, 10)).toEqual({
      refused: "the day's budget of $0.0000025 is used up",
    });
    expect(await a?.ask({ microCents: 180 }, 180)).toBeUndefined();
    expect(world.state().leases.map(({ microCents }) => microCents)).toEqual([200, 200, 20]);
  });
});

describe('the cap of one run', () => {
  test('holds over several leases, and counts what was spent rather than what was set aside', async () => {
    const world = moneyWorld({ run: 250 }, '2026-03-04T12:00:00.000Z');
    const { ask, purse } = world.runner({ run: 'a' });
    for (const cost of [100, 30, 60]) expect(await ask({ microCents: 100 }, cost)).toBeUndefined();
    expect(await ask({ microCents: 61 }, 61)).toEqual({
      refused: 'one call may cost $0.00000061, and this run may spend $0.0000006 more (budget.run)',
    });
    expect(await ask({ microCents: 60 }, 60)).toBeUndefined();
    expect(await ask({ microCents: 0 }, 0)).toBeUndefined();
    const amounts = world.state().leases.map(({ microCents }) => microCents);
    expect(amounts.reduce((sum, amount) => sum + amount)).toBeLessThanOrEqual(250);
    expect(purse.leases.reduce((sum, { spent }) => sum + fromDollars(spent), 0)).toBe(250);
  });
});

describe('where the lease does not get out', () => {
  const NOON = '2026-03-04T12:00:00.000Z';

  test('a clone without a remote spends to the last micro-cent', async () => {
    const { runner } = moneyWorld({ day: 100 }, NOON);
    const alone = runner({ run: 'a', hasRemote: false, push: () => ({ pushed: false, reason: 'no remote' }) });
    expect(await alone.ask({ microCents: 100 }, 100)).toBeUndefined();
  });

  test.each([
    [800, undefined],
    [799, { refused: expect.stringMatching(/^the budget is nearly used up, .*: the remote is away$/) }],
  ])('a clone that can not push, with %i left for calls of 100: %j', async (day, refusal) => {
    const world = moneyWorld({ day }, NOON);
    const away = world.runner({ run: 'a', push: () => ({ pushed: false, reason: 'the remote is away' }) });
    expect(await away.ask({ microCents: 100 }, 100)).toEqual(refusal);
    await away.end();
    expect(world.state().leases).toEqual([]);
    expect(world.state().spend.dayMicroCents).toBe(refusal ? 0 : 100);
  });

  test('a push that is lost for good is a refusal; anything else is for the caller to hear, and blocks nobody', async () => {
    const { runner } = moneyWorld({}, NOON);
    const errors = [new AgentError('PUSH_CONTENDED', { attempts: 12 }), new AgentError('PUSH_REFUSED')];
    const { ask } = runner({
      run: 'a',
      push: () => {
        const error = errors.shift();
        if (error) throw error;
        return { pushed: true };
      },
    });
    expect(await ask({ microCents: 100 }, 100)).toEqual({
      refused: expect.stringMatching(/^no money could be set aside: Other writers won every one of 12 attempts/),
    });
    const [refused, granted] = await Promise.allSettled([ask({ microCents: 100 }, 100), ask({ microCents: 100 }, 100)]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'PUSH_REFUSED' } });
    expect(granted).toEqual({ status: 'fulfilled', value: undefined });
  });
});

/** A moment that the process does not survive when it is its `diesAt`-th: nothing it does afterwards happens either. */
function mortal(moment: () => Promise<void>, diesAt: number | null): () => Promise<void> {
  let left = diesAt ?? Number.POSITIVE_INFINITY;
  return async () => {
    await moment();
    left -= 1;
    if (left <= 0) throw new Killed();
  };
}

async function survived(life: Promise<void>): Promise<boolean> {
  try {
    await life;
    return true;
  } catch (error) {
    if (error instanceof Killed) return false;
    throw error;
  }
}

/** What was billed is in the books: every call has a lease, and what is spent or set aside is no less. */
function expectBooksHold(world: MoneyWorld): void {
  const state = world.state();
  const at = state.head?.timestamp ?? '';
  const { dayMicroCents, monthMicroCents } = committedSpend(state, new Date(at));
  expect(dayMicroCents).toBeGreaterThanOrEqual(world.billedIn(at.slice(0, 10)));
  expect(monthMicroCents).toBeGreaterThanOrEqual(world.billedIn(at.slice(0, 7)));
  expect(world.unpaid()).toBe(0);
}

function inTheBooks({ records, state }: MoneyWorld) {
  const costs = records.map((record) => (record.kind === 'entry' ? fromDollars(record.metrics.cost) : 0));
  return { booked: costs.reduce((sum, cost) => sum + cost, 0), leases: state().leases };
}

/** The entry of a run that opened the model's breaker. */
const fiveFailures = (timestamp: string) =>
  spentEntry({ calls: [callRecord({ outcome: 'overload', count: 5 })] }, { id: 'failed', timestamp });
