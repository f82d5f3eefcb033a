import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextWake } from '../../../src/domain/wake.ts';

const now = new Date('2026-03-04T12:00:00Z');
const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const wake = (parts: Partial<Parameters<typeof nextWake>[0]>) =>
  (nextWake({ now, optionsLeft: 0, due: [], held: [], intents: [], ...parts }).getTime() - now.getTime()) / 60_000;

describe('the next wake', () => {
  it.each([
    ['options are left', { optionsLeft: 1, due: [inMinutes(60)] }, 0],
    ['nothing is scheduled', {}, 24 * 60],
    ['a slot begins', { due: [inMinutes(600), inMinutes(90)] }, 90],
    ['a slot begins in a week', { due: [inMinutes(7 * 24 * 60)] }, 24 * 60],
    ['a slot begins at once', { due: [inMinutes(1)] }, 5],
    ['a hold ends', { due: [inMinutes(600)], held: [{ directive: 'a', reason: 'broken', until: inMinutes(30) }] }, 30],
    ['a hold waits for a person', { held: [{ directive: 'a', reason: 'blocked' }] }, 24 * 60],
    ['an intent expires', { due: [inMinutes(600)], intents: [{ expires: inMinutes(20).toISOString() }] }, 20],
    ['an intent expired long ago', { intents: [{ expires: inMinutes(-999).toISOString() }] }, 5],
  ])('when %s', (_, parts, minutes) => {
    expect(wake(parts)).toBe(minutes);
  });

  it('is between five minutes and a day away, never later than the earliest reason', () => {
    const times = fc.array(fc.integer({ min: -5000, max: 5000 }), { maxLength: 5 });
    fc.assert(
      fc.property(times, times, times, (due, held, intents) => {
        const minutes = wake({
          due: due.map(inMinutes),
          held: held.map((each) => ({ directive: 'a', reason: 'x', until: inMinutes(each) })),
          intents: intents.map((each) => ({ expires: inMinutes(each).toISOString() })),
        });
        expect(minutes).toBe(Math.max(5, Math.min(1440, ...due, ...held, ...intents)));
      }),
    );
  });
});
