import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationMs } from '../../../src/domain/duration.ts';
import {
  isSlotOccurrence,
  mergedBranch,
  mergeOccurrence,
  nextSlotStart,
  proposalBranch,
  sha256,
  slotOccurrence,
  slotStart,
  stepKey,
} from '../../../src/domain/occurrence.ts';

const at = (text: string) => new Date(text);

describe('a merge', () => {
  it.each(['sweep@2026-03-04T00:00Z', 'task:17.2', 'event:sweep.issue-3', 'dispatch:20260304t1430-ab'])(
    'of what %s proposed names its branch, and that its occurrence',
    (occurrence) => {
      const branch = proposalBranch('sweep', occurrence);
      expect(mergeOccurrence(branch)).toMatch(/^event:sweep\.merged\.[\w.-]+$/);
      expect(mergedBranch(mergeOccurrence(branch))).toBe(branch);
    },
  );

  it('is no other event', () => {
    for (const other of [
      'event:sweep.issue-3',
      'event:sweep.pull-3',
      'task:3',
      'sweep@2026-03-04T00:00Z',
      'dispatch:x.merged.y',
    ])
      expect(mergedBranch(other)).toBeUndefined();
  });
});

describe('due slots', () => {
  it.each([
    ['1d', '2026-03-04T14:30:00Z', '2026-03-04T00:00:00.000Z'],
    ['1d', '2026-03-04T00:00:00Z', '2026-03-04T00:00:00.000Z'],
    ['1d', '2026-03-03T23:59:59.999Z', '2026-03-03T00:00:00.000Z'],
    ['1w', '2026-03-04T14:30:00Z', '2026-03-02T00:00:00.000Z'],
    ['2h', '2026-03-04T15:30:00Z', '2026-03-04T14:00:00.000Z'],
    ['5m', '2026-03-04T15:34:59Z', '2026-03-04T15:30:00.000Z'],
    ['90s', '2026-03-04T00:03:00Z', '2026-03-04T00:03:00.000Z'],
  ])('every %s at %s began at %s', (every, now, start) => {
    expect(slotStart(durationMs(every), at(now)).toISOString()).toBe(start);
  });

  const every = fc
    .tuple(fc.integer({ min: 1, max: 999_999 }), fc.constantFrom('s', 'm', 'h', 'd', 'w'))
    .map(([n, unit]) => durationMs(`${n}${unit}`));
  const now = fc.date({ min: at('1970-01-01'), max: at('2100-01-01'), noInvalidDate: true });

  it('hold the moment they are asked for, and follow each other without a gap', () => {
    fc.assert(
      fc.property(every, now, (everyMs, moment) => {
        const start = slotStart(everyMs, moment);
        const next = nextSlotStart(everyMs, moment);
        expect(start.getTime()).toBeLessThanOrEqual(moment.getTime());
        expect(next.getTime()).toBeGreaterThan(moment.getTime());
        expect(next.getTime() - start.getTime()).toBe(everyMs);
        expect(slotStart(everyMs, new Date(next.getTime() - 1))).toEqual(start);
        expect(slotStart(everyMs, next)).toEqual(next);
      }),
    );
  });
});

describe('names of occurrences', () => {
  it('say directive and slot, to the second where it is not a whole minute', () => {
    expect(slotOccurrence('sweep', at('2026-03-04T00:00:00Z'))).toBe('sweep@2026-03-04T00:00Z');
    expect(slotOccurrence('sweep', at('2026-03-04T00:01:30Z'))).toBe('sweep@2026-03-04T00:01:30.000Z');
  });

  it('differ for different slots and directives', () => {
    const slot = fc.nat(5_000_000).map((minutes) => new Date(minutes * 30_000));
    fc.assert(
      fc.property(
        fc.constantFrom('a', 'ab', 'b'),
        slot,
        fc.constantFrom('a', 'ab', 'b'),
        slot,
        (one, slotOne, two, slotTwo) => {
          const isSame = one === two && slotOne.getTime() === slotTwo.getTime();
          expect(slotOccurrence(one, slotOne) === slotOccurrence(two, slotTwo)).toBe(isSame);
        },
      ),
    );
  });

  it('tell slots from tasks, events and requests, whatever stands in their ids', () => {
    expect(isSlotOccurrence('repo_status@2026-03-04T00:00Z')).toBe(true);
    for (const other of ['task:17', 'dispatch:a@b', 'event:me@example.org@1', 'task:x@2026-03-04T00:00Z'])
      expect(isSlotOccurrence(other)).toBe(false);
  });
});

describe('step keys', () => {
  it('are sha256 of occurrence and step', () => {
    expect(stepKey('task:1', 2)).toBe(sha256('task:1\n2'));
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('differ for every step of every occurrence', () => {
    const keys = ['task:1', 'task:11', 'sweep@1'].flatMap((occurrence) =>
      [1, 2, 11, 12].map((step) => stepKey(occurrence, step)),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});
