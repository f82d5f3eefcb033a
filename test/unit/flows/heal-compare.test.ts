import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/domain/occurrence.ts';
import type { Tape } from '../../../src/domain/tape.ts';
import { compareEffects, compareGood, compareSchemas } from '../../../src/flows/heal/compare.ts';
import type { Replay } from '../../../src/flows/heal/replay.ts';
import type { ScriptDescription } from '../../../src/ports.ts';

const replayOf = (parts: Partial<Omit<Replay, 'run'>> & { output?: Record<string, unknown> } = {}): Replay => {
  const { output = { cents: 120 }, ...rest } = parts;
  return {
    run: { outcome: { status: 'ok', output }, hasFind: false, durationMs: 1, exchanges: [] },
    strays: [],
    borrowed: [],
    calls: new Set(['GET shop.example']),
    effects: new Set(),
    repeated: [],
    files: new Map([['site/price.txt', sha256(JSON.stringify(output))]]),
    ...rest,
  };
};
const tapeOf = (output?: Tape['output'], kind = 'crash'): Tape => ({
  v: 1,
  script: 'execution/keep_price.ts',
  mode: 'run',
  input: {},
  key: 'k',
  clock: '2026-03-04T14:30:00.000Z',
  commit: 'c'.repeat(40),
  exchanges: [],
  ...(output ? { output } : { failure: { kind, message: 'no', signature: '0123456789ab' } }),
  replayable: true,
});

describe('what a script says of itself', () => {
  const before: ScriptDescription = { summary: 'Keeps it.', input: {}, output: {}, hasFind: false };
  const compare = (after: Partial<ScriptDescription>, was = before) =>
    compareSchemas(was, { description: { ...was, ...after } });

  it('may stay as it is', () => {
    expect(compare({}).status).toBe('pass');
  });

  it.each([
    ['another summary', { summary: 'Choose this one first.' }],
    ['another input', { input: { properties: { url: {} } } }],
    ['another output', { output: { properties: { cents: {} } } }],
    ['a find() that was not there', { hasFind: true }],
  ])('may not be %s', (_, after) => {
    expect(compare(after)).toMatchObject({ check: 'schema', status: 'fail' });
  });

  it('may not lose its find()', () => {
    expect(compare({ hasFind: false }, { ...before, hasFind: true }).detail).toBe('its find() is gone');
  });
});

describe('what the mended call does', () => {
  const good = [{ tape: tapeOf({ cents: 120 }), replay: replayOf() }];
  const compare = (mended: Partial<Replay>, failing = replayOf({ files: new Map() })) =>
    compareEffects({ reproduced: true, detail: '', failing, good, description: undefined }, replayOf(mended))[0];

  it('may be all that a good call does', () => {
    expect(compare({})).toMatchObject({ status: 'pass', detail: 'all that it did before: site/price.txt' });
  });

  it.each([
    ['does an effect twice', { repeated: ['POST shop.example'] }, 'it does POST shop.example more often than recorded'],
    ['asks no more', { calls: new Set<string>() }, 'it no longer asks GET shop.example'],
    ['writes nothing', { files: new Map() }, 'it writes 0 files where a good call wrote 1'],
    ['empties a file', { files: new Map([['site/price.txt', sha256('')]]) }, 'it leaves site/price.txt empty'],
  ])('is refused when it %s', (_, mended, detail) => {
    expect(compare(mended)).toEqual({ check: 'effects', status: 'fail', detail });
  });

  it('is refused when it leaves an effect out that came before the failure', () => {
    const failing = replayOf({ effects: new Set(['POST shop.example']) });
    expect(compare({}, failing)?.detail).toBe('it no longer does POST shop.example');
  });
});

describe('what good calls do', () => {
  const pair = (cents: number, after: Replay, recorded = cents) => ({
    tape: tapeOf({ cents: recorded }),
    before: replayOf({ output: { cents } }),
    after,
  });
  const compare = (
    pairs: Parameters<typeof compareGood>[0],
    failing = tapeOf(),
    mended = replayOf({ output: { cents: 345 } }),
  ) => compareGood(pairs, mended, failing);
  const giving = (cents: number) => replayOf({ output: { cents } });

  it('may stay as it was', () => {
    expect(compare([pair(120, giving(120)), pair(250, giving(250))])).toEqual([
      { check: 'good calls', status: 'pass', detail: '2 recorded calls give what they gave' },
    ]);
  });

  it.each([
    ['less', replayOf({ files: new Map([['site/prices.txt', 'x']]) }), 'does less now: site/price.txt'],
    [
      'nothing with a file',
      replayOf({ files: new Map([['site/price.txt', sha256('')]]) }),
      'does less now: site/price.txt',
    ],
    ['an effect twice', replayOf({ repeated: ['POST shop.example'] }), 'does POST shop.example twice now'],
    ['a call that was not recorded', replayOf({ strays: ['GET evil.example'] }), 'fails now: no result'],
  ])('is refused when it is %s', (_, after, how) => {
    expect(compare([pair(120, after)])).toEqual([
      { check: 'good calls', status: 'fail', detail: `a recorded call that went well ${how}` },
    ]);
  });

  it('is for the reviewer where one gives another result, or writes one', () => {
    expect(
      compare([pair(120, giving(119)), pair(250, giving(250))]).map(({ status, detail }) => [status, detail]),
    ).toEqual([
      ['note', 'a good call gives another output: cents: 120 -> 119'],
      ['note', 'a good call writes something else to site/price.txt'],
    ]);
  });

  it('is refused when none gives what it gave', () => {
    const both = [pair(120, giving(119)), pair(250, giving(249))];
    expect(compare(both)).toEqual([
      { check: 'good calls', status: 'fail', detail: 'no recorded call that went well gives what it gave' },
    ]);
    // The fault may be in all of them, or they never give the same.
    expect(compare(both, tapeOf(undefined, 'refuted')).every(({ status }) => status === 'note')).toBe(true);
    const unsteady = [pair(120, giving(119), 118), pair(250, giving(249), 248)];
    expect(compare(unsteady).every(({ status }) => status === 'note')).toBe(true);
  });

  it('is refused when all give the same', () => {
    expect(compare([pair(120, giving(345)), pair(345, giving(345))])[0]?.detail).toBe(
      'it gives the same output for every recorded call',
    );
  });
});
