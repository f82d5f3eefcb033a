import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FAILURES_TO_OPEN,
  healthAfterCall,
  healthAfterProbe,
  type ModelsHealth,
  standingOf,
} from '../../../src/domain/model-breaker.ts';
import { callRecord } from '../../support/money-samples.ts';

const NOON = '2026-03-04T12:00:00.000Z';
const minutesAfter = (minutes: number, time = NOON) => new Date(Date.parse(time) + minutes * 60_000).toISOString();
const call = (outcome: string, { model = 'flash', count = 1 } = {}) =>
  callRecord({ model_asked: model, outcome, ...(count > 1 ? { count } : {}) });

/** The health after calls with these outcomes, all at one time. */
const healthAfter = (outcomes: readonly string[], at = NOON, from: ModelsHealth = {}, model = 'flash') =>
  outcomes.reduce((health, outcome) => healthAfterCall(health, call(outcome, { model }), at), from);
const failures = (count: number) => Array.from({ length: count }, () => 'overload');
const standing = (health: ModelsHealth, at: string, run = 'r1', model = 'flash') =>
  standingOf(health[model], run, new Date(at));

/** Open from noon until 12:15. */
const OPEN = healthAfter(failures(FAILURES_TO_OPEN));

describe('a model that fails', () => {
  it('is asked as usual until it has failed five times in a row', () => {
    const four = healthAfter(failures(FAILURES_TO_OPEN - 1));
    expect(four).toEqual({ flash: { failures: 4, kind: 'overload', until: null, opened: 0, probe: null } });
    expect(standing(four, NOON)).toEqual({ kind: 'closed' });
    const five = healthAfter(['rate_limit'], NOON, four);
    expect(five).toEqual({
      flash: { failures: 5, kind: 'rate_limit', until: minutesAfter(15), opened: 1, probe: null },
    });
    expect(standing(five, minutesAfter(14.9))).toEqual({ kind: 'open', until: minutesAfter(15) });
  });

  it('is as good as new when it has answered, even once', () => {
    expect(healthAfter([...failures(4), 'ok', ...failures(4)]).flash).toMatchObject({ failures: 4, until: null });
    expect(healthAfter(['ok'], minutesAfter(15), OPEN)).toEqual({});
    const health = healthAfter(failures(2), NOON, {}, 'haiku');
    expect(healthAfter(['ok'], NOON, health)).toBe(health);
  });

  it.each(['content', 'truncated'])('is not blamed for `%s`, nor is it cleared by it', (outcome) => {
    expect(healthAfter(Array.from({ length: 9 }, () => outcome))).toEqual({});
    expect(healthAfter([...failures(4), outcome, 'overload'])).toEqual(OPEN);
    expect(healthAfter([outcome], minutesAfter(20), OPEN)).toBe(OPEN);
  });

  it('counts for each call that a summed-up line stands for', () => {
    const line = (count: number) => call('overload', { count });
    expect(healthAfterCall({}, line(5), NOON)).toEqual(OPEN);
    expect(healthAfterCall(healthAfterCall({}, line(3), NOON), line(2), NOON)).toEqual(OPEN);
    expect(healthAfterCall({}, line(4), NOON).flash).toMatchObject({ failures: 4, until: null });
  });

  it('takes no other model along', () => {
    expect(standing(OPEN, NOON, 'r1', 'haiku')).toEqual({ kind: 'closed' });
    expect(healthAfter(failures(5), NOON, OPEN, 'haiku')).toMatchObject({ flash: OPEN.flash, haiku: { failures: 5 } });
  });

  it.each(['__proto__', 'constructor', 'toString'])('may be called `%s`', (model) => {
    expect(healthAfter(['ok'], NOON, {}, model)).toEqual({});
    const open = healthAfter(failures(5), NOON, {}, model);
    expect(Object.keys(open)).toEqual([model]);
    expect(Object.getPrototypeOf(open)).toBe(Object.prototype);
    expect(standing(open, NOON, 'r1', model)).toEqual({ kind: 'open', until: minutesAfter(15) });
    const probed = healthAfterProbe(open, { model, run: 'r1', at: minutesAfter(15) });
    expect(Object.getOwnPropertyDescriptor(probed, model)?.value).toMatchObject({ probe: { run: 'r1' } });
    expect(Object.keys(healthAfter(['ok'], minutesAfter(16), probed, model))).toEqual([]);
    expect(healthAfterProbe({}, { model, run: 'r1', at: NOON })).toEqual({});
  });
});

describe('a failure that comes in late, of a call made before the breaker opened', () => {
  it.each([0, 1, 14])('%i minutes after it opened does not lengthen the cool-down', (minutes) => {
    const late = healthAfter(['timeout'], minutesAfter(minutes), OPEN);
    expect(late.flash).toEqual({ ...OPEN.flash, failures: 6, kind: 'timeout' });
  });

  it('does not shorten it either, however old it is', () => {
    expect(healthAfter(failures(3), minutesAfter(-300), OPEN).flash).toMatchObject({
      until: minutesAfter(15),
      opened: 1,
    });
  });
});

describe('the probe', () => {
  const taken = healthAfterProbe(OPEN, { model: 'flash', run: 'r1', at: minutesAfter(15) });

  it('is offered to everybody when the cool-down is over, and is then the run’s that was first', () => {
    expect(['r1', 'r2'].map((run) => standing(OPEN, minutesAfter(15), run).kind)).toEqual(['probe', 'probe']);
    expect(standing(taken, minutesAfter(16), 'r1')).toEqual({ kind: 'probe' });
    expect(standing(taken, minutesAfter(16), 'r2')).toEqual({ kind: 'open', until: minutesAfter(25) });
    expect(healthAfterProbe(taken, { model: 'flash', run: 'r2', at: minutesAfter(24.9) })).toBe(taken);
  });

  it('closes the breaker when it is answered', () => {
    expect(healthAfter(['ok'], minutesAfter(16), taken)).toEqual({});
  });

  it('that fails opens it for twice as long each time, and for six hours at most', () => {
    let health = OPEN;
    let at = NOON;
    const coolDowns = Array.from({ length: 7 }, () => {
      const until = health.flash?.until ?? '';
      const minutes = (Date.parse(until) - Date.parse(at)) / 60_000;
      at = minutesAfter(3, until);
      health = healthAfter(['overload'], at, healthAfterProbe(health, { model: 'flash', run: 'r1', at: until }));
      expect(health.flash?.probe).toBeNull();
      return minutes;
    });
    expect(coolDowns).toEqual([15, 30, 60, 120, 240, 360, 360]);
    expect(health.flash).toMatchObject({ failures: 12, opened: 8 });
  });

  it('of a run that died is another one’s after ten minutes', () => {
    expect(standing(taken, minutesAfter(25), 'r2')).toEqual({ kind: 'probe' });
    const second = healthAfterProbe(taken, { model: 'flash', run: 'r2', at: minutesAfter(25) });
    expect(second.flash?.probe).toEqual({ run: 'r2', until: minutesAfter(35) });
    expect(standing(second, minutesAfter(26), 'r1')).toEqual({ kind: 'open', until: minutesAfter(35) });
    expect(healthAfter(['overload'], minutesAfter(26), second).flash).toMatchObject({
      opened: 2,
      until: minutesAfter(56),
    });
  });
});

describe('a run that does not know the newest', () => {
  const failedAgain = healthAfter(
    ['overload'],
    minutesAfter(16),
    healthAfterProbe(OPEN, { model: 'flash', run: 'r1', at: minutesAfter(15) }),
  );

  it('gets no probe right after another one failed', () => {
    expect(healthAfterProbe(failedAgain, { model: 'flash', run: 'r2', at: minutesAfter(17) })).toBe(failedAgain);
  });

  it('needs none where the model has answered, or never was left alone', () => {
    const few = healthAfter(failures(2));
    expect(healthAfterProbe(few, { model: 'flash', run: 'r2', at: minutesAfter(17) })).toBe(few);
  });
});

describe('whatever is called, failed, taken and lost', () => {
  const RUNS = ['r1', 'r2', 'r3'];
  const event = fc.record({
    /** Since the event before. */
    minutes: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 400 })),
    act: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('overload', 'overload', 'timeout', 'schema', 'ok', 'content') },
      { weight: 2, arbitrary: fc.constantFrom(...RUNS) },
    ),
    count: fc.integer({ min: 1, max: 6 }),
    /** How many events a run that wants to ask has not heard of. */
    behind: fc.oneof(fc.constant(0), fc.nat(4)),
  });

  it('no two runs probe at the same time, and nobody waits for ever', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const known: ModelsHealth[] = [];
        let health: ModelsHealth = {};
        let at = NOON;
        /** Who was let through last, and until when that call may be under way. */
        let probing = { run: '', until: '' };
        for (const { minutes, act, count, behind } of events) {
          at = minutesAfter(minutes, at);
          const before = standing(health, at, act).kind;
          if (!RUNS.includes(act)) health = healthAfterCall(health, call(act, { count }), at);
          else if (standing(known.at(-1 - behind) ?? health, at, act).kind === 'probe') {
            health = healthAfterProbe(health, { model: 'flash', run: act, at });
            const isGranted = health.flash?.probe?.run === act;
            expect(isGranted).toBe(before === 'probe');
            if (isGranted && at < probing.until) expect(act).toBe(probing.run);
            else if (isGranted) probing = { run: act, until: minutesAfter(10, at) };
          }
          known.push(health);
          const others = RUNS.filter((run) => at < probing.until && run !== probing.run);
          for (const run of others) expect(standing(health, at, run).kind).not.toBe('probe');
          for (const run of RUNS) expect(standing(health, minutesAfter(6 * 60 + 10, at), run).kind).not.toBe('open');
        }
      }),
      { numRuns: 500 },
    );
  });
});
