import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../../src/domain/agent-error.ts';
import { committedSpend } from '../../../src/domain/budget.ts';
import { fromDollars } from '../../../src/domain/money.ts';
import { callRecord, lease, spentEntry } from '../../support/money-samples.ts';
import { type MoneyWorld, moneyWorld } from '../../support/money-runners.ts';
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
    skewMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-HOUR, 5000, HOUR) }),
  });
  const cap = fc.oneof(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 1000, max: 3000 }));
  const scene = fc.record({
    runners: fc.array(runner, { minLength: 2, maxLength: 3 }),
    budget: fc.record({ day: cap, month: cap.map((cents) => cents * 2), run: fc.oneof(cap, fc.constant(1e9)) }),
    startsAt: fc.constantFrom('2026-03-30T23:59:50.000Z', '2026-03-31T23:59:50.000Z', '2026-02-28T23:58:00.000Z'),
    /** How much time goes by at each moment. */
    steps: fc.array(fc.constantFrom(0, 1, 3000, 9000, MINUTE, 5 * HOUR), { minLength: 1, maxLength: 12 }),
  });

  test('no cap is passed, the books never hold less than was billed, and exactly that in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), scene, async (scheduler, { runners, budget, startsAt, steps }) => {
        const world = moneyWorld(budget, startsAt);
        let moments = 0;
        const pass = async () => {
          await scheduler.schedule(Promise.resolve());
          world.clock.ms += steps[moments++ % steps.length] ?? 0;
          expectBooksHold(world);
        };
        const live = async ({ groups, diesAt, skewMs }: (typeof runners)[number], index: number) => {
          const run = `run-${index}`;
          const moment = mortalMoment(pass, diesAt);
          const { ask, end } = world.runner({ run, skewMs, moment });
          const survives = groups
            .reduce(async (before, group) => {
              await before;
              await Promise.all(group.map((each) => ask(each, Math.floor((each.microCents * each.percent) / 100))));
            }, moment())
            .then(end);
          const isDead = await survives.then(() => false, isKilled);
          expect(world.billed(run)).toBeLessThanOrEqual(budget.run);
          return isDead;
        };
        const deaths = await scheduler.waitFor(Promise.all(runners.map(live)));
        expectBooksHold(world);
        expect(world.unpaid()).toBe(0);
        expectWithin(world, budget);
        if (!deaths.includes(true)) expect(booked(world)).toEqual({ cost: world.billed(), leases: [] });
      }),
      { numRuns: 1500 },
    );
  });
});
