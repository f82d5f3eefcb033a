import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { committedSpend } from '../../../src/domain/budget.ts';
import { applyRecord, EMPTY_STATE, LedgerState } from '../../../src/domain/ledger-state.ts';
import { fromDollars, toDollars } from '../../../src/domain/money.ts';
import type { UnsealedRecord } from '../../../src/domain/record.ts';
import { genesis, intent, sealAll } from '../../support/ledger-samples.ts';
import { callRecord, lease, spentEntry } from '../../support/money-samples.ts';

const fold = (lines: ReturnType<typeof sealAll>, from = EMPTY_STATE) =>
  lines.reduce((state, { record, head }) => applyRecord(state, record, head), from);
const sealed = (...records: UnsealedRecord[]) =>
  sealAll([{ ...genesis, timestamp: '2026-02-01T00:00:00.000Z' }, ...records]);
const stateAfter = (...records: UnsealedRecord[]) => fold(sealed(...records));
const spentAt = (state: LedgerState, time: string) => {
  const { dayMicroCents, monthMicroCents } = committedSpend(state, new Date(time));
  return { day: toDollars(dayMicroCents), month: toDollars(monthMicroCents) };
};
const ends = (id: string, spent: number, timestamp: string) =>
  spentEntry({ cost: spent }, { id: 'r1', timestamp, leases: [{ id, spent }] });

describe('a lease', () => {
  const taken = lease({ timestamp: '2026-03-04T10:00:00.000Z' });

  it('counts as spent from the record on, and is no more than what was spent of it after its entry', () => {
    const open = stateAfter(taken);
    expect(open.leases).toEqual([{ id: 'l1', run: 'r1', microCents: 50_000_000, at: '2026-03-04T10:00:00.000Z' }]);
    expect(open.spend).toEqual(EMPTY_STATE.spend);
    expect(spentAt(open, '2026-03-04T10:00:00.000Z')).toEqual({ day: 0.5, month: 0.5 });
    const ended = stateAfter(taken, ends('l1', 0.125, '2026-03-04T10:01:00.000Z'));
    expect(ended.leases).toEqual([]);
    expect(spentAt(ended, '2026-03-04T10:01:00.000Z')).toEqual({ day: 0.125, month: 0.125 });
  });

  it('is ended by the entry that names it, and by no other record', () => {
    const others = [
      intent({ run: 'r1', timestamp: '2026-03-04T10:01:00.000Z' }),
      spentEntry({ cost: 0.25 }, { id: 'r2', timestamp: '2026-03-04T10:02:00.000Z' }),
      ends('l2', 0, '2026-03-04T10:03:00.000Z'),
      lease({ id: 'l3', amount: 0.0625, timestamp: '2026-03-04T10:04:00.000Z' }),
    ];
    const state = stateAfter(taken, ...others);
    expect(state.leases.map(({ id }) => id)).toEqual(['l1', 'l3']);
    expect(spentAt(state, '2026-03-04T10:05:00.000Z').day).toBe(0.5 + 0.25 + 0.0625);
  });

  it('that nobody gives back counts on its day, and in its month until that is over', () => {
    const later = (timestamp: string) => spentEntry({}, { id: 'r2', timestamp });
    const nextDay = stateAfter(taken, later('2026-03-05T00:00:00.000Z'));
    expect(spentAt(nextDay, '2026-03-05T00:00:00.000Z')).toEqual({ day: 0, month: 0.5 });
    const lastDay = stateAfter(taken, later('2026-03-31T23:59:59.999Z'));
    expect(spentAt(lastDay, '2026-03-31T23:59:59.999Z').month).toBe(0.5);
    expect(spentAt(lastDay, '2026-04-01T00:00:00.000Z').month).toBe(0);
    expect(stateAfter(taken, later('2026-04-01T00:00:00.000Z')).leases).toEqual([]);
  });

  it('of a run that outlives the month by moments is booked in the month it was taken, and forgotten two days later', () => {
    const state = stateAfter(
      lease({ timestamp: '2026-03-31T23:59:00.000Z' }),
      spentEntry({}, { id: 'r2', timestamp: '2026-04-01T00:00:01.000Z' }),
      ends('l1', 0.25, '2026-04-01T00:00:02.000Z'),
    );
    expect(spentAt(state, '2026-04-01T00:00:03.000Z')).toEqual({ day: 0, month: 0 });
    const forgotten = stateAfter(
      lease({ timestamp: '2026-03-31T23:59:00.000Z' }),
      spentEntry({}, { id: 'r2', timestamp: '2026-04-02T23:59:00.000Z' }),
    );
    expect(forgotten.leases).toEqual([]);
  });

  it('of a machine whose clock is behind joins the newest day, as its line does', () => {
    const state = stateAfter(
      spentEntry({}, { id: 'r2', timestamp: '2026-03-05T00:00:01.000Z' }),
      lease({ timestamp: '2026-03-04T23:59:59.000Z' }),
    );
    expect(state.leases[0]?.at).toBe('2026-03-05T00:00:01.000Z');
    expect(spentAt(state, '2026-03-04T23:59:59.000Z').day).toBe(0.5);
  });
});

describe('what was spent of a lease', () => {
  const late = (timestamp: string) => ends('l1', 0.375, timestamp);
  const spentOver = (lastMoment: string, ended: string) => stateAfter(lease({ timestamp: lastMoment }), late(ended));

  it('is booked on the day it was set aside, although the entry is of the next', () => {
    const state = spentOver('2026-03-04T23:59:59.999Z', '2026-03-05T00:00:00.001Z');
    expect(state.spend).toMatchObject({ day: '2026-03-04', month: '2026-03', monthMicroCents: 37_500_000 });
    expect(spentAt(state, '2026-03-05T00:00:00.001Z')).toEqual({ day: 0, month: 0.375 });
  });

  it('does not reach into the next month', () => {
    const state = spentOver('2026-02-28T23:59:59.999Z', '2026-03-01T00:00:00.001Z');
    expect(state.spend).toMatchObject({ day: '2026-02-28', month: '2026-02' });
    expect(spentAt(state, '2026-03-01T00:00:00.001Z')).toEqual({ day: 0, month: 0 });
  });

  it('of each of several days is booked on each', () => {
    const leases = ['2026-03-04T23:59:00.000Z', '2026-03-05T00:00:00.000Z', '2026-03-05T00:01:00.000Z'];
    const spent = [0.5, 0.25, 0.0625].map((dollars, index) => ({ id: `l${index}`, spent: dollars }));
    const state = stateAfter(
      ...leases.map((timestamp, index) => lease({ id: `l${index}`, timestamp })),
      spentEntry({ cost: 0.8125 }, { id: 'r1', timestamp: '2026-03-05T00:02:00.000Z', leases: spent }),
    );
    expect(state.leases).toEqual([]);
    expect(spentAt(state, '2026-03-05T00:02:00.000Z')).toEqual({ day: 0.3125, month: 0.8125 });
  });

  it('leaves the rest of the cost, which no lease covers, to the day of the entry', () => {
    const state = stateAfter(
      lease({ timestamp: '2026-03-04T23:59:00.000Z' }),
      spentEntry(
        { cost: 0.75 },
        { id: 'r1', timestamp: '2026-03-05T00:01:00.000Z', leases: [{ id: 'l1', spent: 0.5 }] },
      ),
    );
    expect(spentAt(state, '2026-03-05T00:01:00.000Z')).toEqual({ day: 0.25, month: 0.75 });
  });
});

describe('the health of models', () => {
  const failed = (id: string, timestamp: string, count: number) =>
    spentEntry(
      { calls: Array.from({ length: count }, () => callRecord({ outcome: 'overload' })) },
      { id, timestamp, occurrence: `task:${id}` },
    );
  const opened = [failed('r1', '2026-03-04T10:00:00.000Z', 3), failed('r2', '2026-03-04T10:30:00.000Z', 2)];
  const probe = (run: string, timestamp: string) => lease({ id: `probe-${run}`, run, timestamp, probe: 'flash' });

  it('adds up over the entries of several runs', () => {
    expect(stateAfter(...opened).models).toEqual({
      flash: { failures: 5, kind: 'overload', until: '2026-03-04T10:45:00.000Z', opened: 1, probe: null },
    });
    const answered = spentEntry({ calls: [callRecord()] }, { id: 'r3', timestamp: '2026-03-04T10:31:00.000Z' });
    expect(stateAfter(...opened, answered).models).toEqual({});
  });

  it('knows who probes: the run whose lease stands first', () => {
    const state = stateAfter(
      ...opened,
      probe('r8', '2026-03-04T11:00:00.000Z'),
      probe('r9', '2026-03-04T11:00:00.001Z'),
    );
    expect(state.models.flash?.probe).toEqual({ run: 'r8', until: '2026-03-04T11:10:00.000Z' });
    expect(stateAfter(lease({ probe: 'flash' })).models).toEqual({});
  });

  it('is not confused by an entry that lay in a clone for hours before it could be pushed', () => {
    const stale = failed('r3', '2026-03-04T08:00:00.000Z', 1);
    const state = stateAfter(...opened, probe('r8', '2026-03-04T11:00:00.000Z'), stale);
    expect(state.models.flash).toMatchObject({ opened: 2, until: '2026-03-04T11:30:00.000Z' });
  });
});

describe('any ledger with money in it', () => {
  const step = fc.record({
    hours: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 })),
    cents: fc.integer({ min: 0, max: 60_000 }),
    part: fc.integer({ min: 0, max: 100 }),
    kind: fc.constantFrom('lease', 'lease', 'end', 'probe'),
    outcome: fc.constantFrom('ok', 'overload', 'timeout', 'content'),
  });

  /** Runs that take one lease each; every `end` gives the oldest back that is open. */
  const ledger = fc.array(step, { maxLength: 40 }).map((steps) => {
    let ms = Date.parse('2026-02-27T20:00:00.000Z');
    const open: { id: string; cents: number }[] = [];
    return steps.flatMap(({ hours, cents, part, kind, outcome }, index): UnsealedRecord[] => {
      ms += hours * 3_600_000;
      const timestamp = new Date(ms).toISOString();
      const id = `l${index}`;
      if (kind !== 'end') {
        open.push({ id, cents });
        const probe = kind === 'probe' ? { probe: 'flash' } : {};
        return [lease({ id, run: `run-of-${id}`, timestamp, amount: toDollars(cents), ...probe })];
      }
      const ended = open.shift();
      const spent = toDollars(Math.floor(((ended?.cents ?? 0) * part) / 100));
      const calls = [callRecord({ outcome, cost: spent })];
      const leases = ended ? [{ id: ended.id, spent }] : [];
      return [spentEntry({ cost: spent, calls }, { id: `run-of-${ended?.id}`, timestamp, leases })];
    });
  });

  it('counts what was spent, or else set aside, of the newest day and month, to the last micro-cent', () => {
    fc.assert(
      fc.property(ledger, (records) => {
        const now = records.at(-1)?.timestamp ?? genesis.timestamp;
        const expected = { day: 0, month: 0 };
        const open = new Map<string, { at: string; microCents: number }>();
        const count = (at: string, microCents: number) => {
          if (at.slice(0, 10) === now.slice(0, 10)) expected.day += microCents;
          if (at.slice(0, 7) === now.slice(0, 7)) expected.month += microCents;
        };
        for (const record of records) {
          if (record.kind === 'lease')
            open.set(record.id, { at: record.timestamp, microCents: fromDollars(record.amount) });
          for (const { id, spent } of record.kind === 'entry' ? (record.leases ?? []) : []) {
            count(open.get(id)?.at ?? record.timestamp, fromDollars(spent));
            open.delete(id);
          }
          // A month that is over for two days takes along what was still set aside.
          for (const [id, { at }] of open) {
            const isOver = at.slice(0, 7) < record.timestamp.slice(0, 7);
            if (isOver && Date.parse(record.timestamp) - Date.parse(at) >= 2 * 86_400_000) open.delete(id);
          }
        }
        for (const { at, microCents } of open.values()) count(at, microCents);
        const spent = committedSpend(stateAfter(...records), new Date(now));
        expect({ day: spent.dayMicroCents, month: spent.monthMicroCents }).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('folds to a state that can be kept as JSON and folded on from there', () => {
    fc.assert(
      fc.property(ledger, fc.nat(), (records, cut) => {
        const lines = sealed(...records);
        const at = cut % (lines.length + 1);
        const half = fold(lines.slice(0, at));
        const kept = LedgerState.parse(JSON.parse(JSON.stringify(half)));
        expect(kept).toEqual(half);
        expect(JSON.stringify(fold(lines.slice(at), kept))).toBe(JSON.stringify(fold(lines)));
      }),
    );
  });
});
