import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationWords } from '../../../../execution/lib/time-words.ts';
import { closeDay, type DayRow, daysCsv, parseDays, upShare } from '../../../../execution/lib/uptime/uptime-days.ts';
import { uptimeIssue, uptimeMarker } from '../../../../execution/lib/uptime/uptime-issue.ts';
import { judgeSite, type SiteVerdict } from '../../../../execution/lib/uptime/uptime-site.ts';
import { afterCheck, openIncident, UptimeState } from '../../../../execution/lib/uptime/uptime-state.ts';
import { MARKER_PATTERN } from '../../../../src/domain/forge-words.ts';

const URL = 'https://x.example/';
const UP: SiteVerdict = { kind: 'up' };
const DOWN: SiteVerdict = { kind: 'down', reason: 'it answers 503', isSilent: false };
const UNKNOWN: SiteVerdict = { kind: 'unknown', reason: 'it answers 429' };

/** The state after checks at the given minutes of 2026-03-01. */
const after = (checks: readonly (readonly [number, SiteVerdict])[], failures = 2) =>
  checks.reduce<UptimeState | undefined>((state, [minute, verdict]) => {
    const now = new Date(Date.parse('2026-03-01T00:00:00Z') + minute * 60_000);
    const { state: today } = state ? closeDay(state, [], now) : { state };
    return afterCheck(today, new Map([[URL, verdict]]), { now, failures, isWhole: true });
  }, undefined);
const downSince = (checks: readonly (readonly [number, SiteVerdict])[], failures = 2) => {
  const state = after(checks, failures);
  return state && openIncident(state, URL)?.from.slice(11, 16);
};

describe('an incident', () => {
  it.each([
    ['one failure is none', [[0, DOWN]], undefined],
    [
      'two in a row are one, since the first',
      [
        [0, UP],
        [15, DOWN],
        [30, DOWN],
      ],
      '00:15',
    ],
    [
      'two with a good one between are none',
      [
        [0, DOWN],
        [15, UP],
        [30, DOWN],
      ],
      undefined,
    ],
    [
      'what says nothing interrupts nothing',
      [
        [0, DOWN],
        [15, UNKNOWN],
        [30, DOWN],
      ],
      '00:00',
    ],
    [
      'two at the same moment are one failure',
      [
        [0, DOWN],
        [0, DOWN],
      ],
      undefined,
    ],
    [
      'two a day apart are not in a row',
      [
        [0, DOWN],
        [1441, DOWN],
      ],
      undefined,
    ],
    [
      'it lasts',
      [
        [0, DOWN],
        [15, DOWN],
        [30, DOWN],
        [45, UNKNOWN],
      ],
      '00:00',
    ],
    [
      'and ends',
      [
        [0, DOWN],
        [15, DOWN],
        [30, UP],
      ],
      undefined,
    ],
  ] as const)('%s', (_, checks, expected) => {
    expect(downSince(checks)).toBe(expected);
  });

  it('takes as many failures as the file says', () => {
    expect(downSince([[0, DOWN]], 1)).toBe('00:00');
    expect(
      downSince(
        [
          [0, DOWN],
          [15, DOWN],
        ],
        3,
      ),
    ).toBeUndefined();
  });

  it('is open at most once for an address, whatever happens, and the state stays small and readable', () => {
    const check = fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.constantFrom(UP, DOWN, UNKNOWN));
    fc.assert(
      fc.property(fc.array(check, { maxLength: 200 }), (checks) => {
        const state = after([...checks].sort((a, b) => a[0] - b[0]));
        if (!state) return;
        expect(UptimeState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
        expect(state.incidents.filter(({ to }) => to === null).length).toBeLessThanOrEqual(1);
        expect(state.incidents.every(({ from, to }) => to === null || from < to)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a day', () => {
  const incident = (from: string, to: string | null) => ({
    url: URL,
    from,
    to,
    reason: 'x',
    is_dropped: false,
    is_told: true,
  });
  const stateOf = (incidents: ReturnType<typeof incident>[], since = '2026-02-01T00:00:00Z'): UptimeState => ({
    v: 1,
    day: '2026-03-01',
    sites: { [URL]: { since, blips: 3 } },
    incidents,
  });
  const rowOf = (state: UptimeState) => closeDay(state, [], new Date('2026-03-02T00:10:00Z')).rows[0];

  it('counts the minutes of incidents that lie in it', () => {
    const inside = incident('2026-03-01T10:00:00Z', '2026-03-01T10:30:00Z');
    expect(rowOf(stateOf([inside]))).toEqual({
      day: '2026-03-01',
      url: URL,
      watched_minutes: 1440,
      down_minutes: 30,
      incidents: 1,
      blips: 3,
    });
    expect(rowOf(stateOf([incident('2026-02-27T00:00:00Z', '2026-03-01T01:00:00Z')]))).toMatchObject({
      down_minutes: 60,
      incidents: 0,
    });
    expect(rowOf(stateOf([incident('2026-03-01T23:00:00Z', null)]))).toMatchObject({ down_minutes: 60, incidents: 1 });
    expect(rowOf(stateOf([incident('2026-02-27T00:00:00Z', '2026-02-28T00:00:00Z')]))).toMatchObject({
      down_minutes: 0,
    });
    expect(rowOf(stateOf([], '2026-03-01T12:00:00Z'))).toMatchObject({ watched_minutes: 720 });
    expect(rowOf(stateOf([], '2026-03-02T00:05:00Z'))).toBeUndefined();
  });

  it('is closed once, and days on which nobody looked have no row', () => {
    const now = new Date('2026-03-05T00:00:00Z');
    const once = closeDay(stateOf([]), [], now);
    expect(once.rows.map(({ day }) => day)).toEqual(['2026-03-01']);
    expect(once.state).toMatchObject({ day: '2026-03-05', sites: { [URL]: { blips: 0 } } });
    expect(closeDay(once.state, once.rows, now)).toEqual(once);
    expect(closeDay(stateOf([]), once.rows, now).rows).toEqual(once.rows);
  });

  it('leaves the history after ninety days', () => {
    const old = (day: string): DayRow => ({
      day,
      url: URL,
      watched_minutes: 1440,
      down_minutes: 0,
      incidents: 0,
      blips: 0,
    });
    const { rows } = closeDay(stateOf([]), [old('2025-11-01'), old('2026-02-28')], new Date('2026-03-02T00:00:00Z'));
    expect(rows.map(({ day }) => day)).toEqual(['2026-02-28', '2026-03-01']);
  });

  it('is written so that it is read again, and lines that are none are left out', () => {
    const row: DayRow = {
      day: '2026-03-01',
      url: 'https://x.example/?a=1,2',
      watched_minutes: 1440,
      down_minutes: 1,
      incidents: 0,
      blips: 0,
    };
    expect(parseDays(daysCsv([row]))).toEqual([row]);
    expect(parseDays(`<<<<<<<\n${daysCsv([row])}`)).toEqual([]);
    expect(parseDays(`${daysCsv([row])}=======\n2026-03-01,=1+1,1,1,1,1\n`)).toEqual([row]);
  });

  it('has a share that is never rounded up', () => {
    const row = (day: string, down_minutes: number): DayRow => ({
      day,
      url: URL,
      watched_minutes: 1440,
      down_minutes,
      incidents: 0,
      blips: 0,
    });
    const share = (days: number) =>
      upShare([row('2026-02-01', 1440), row('2026-03-01', 0), row('2026-03-02', 1)], URL, {
        days,
        now: new Date('2026-03-03T00:00:00Z'),
      });
    expect([share(1), share(7), share(90)]).toEqual(['99.93 %', '99.96 %', '66.64 %']);
    expect(upShare([], URL, { days: 7, now: new Date(0) })).toBeUndefined();
  });
});

describe('an answer', () => {
  const answer = (status: number, text = '') => ({
    kind: 'answer' as const,
    status,
    text,
    url: URL,
    headers: new Headers(),
  });
  const none = (reason: string, kind: 'busy' | 'refused' = 'busy', status = 0) => ({ kind, status, reason });
  it.each([
    [{}, answer(200), 'up'],
    [{ status: 200 }, answer(204), 'it answers 204 where 200 is expected'],
    [{ status: 403 }, none('it answers 403', 'refused', 403), 'up'],
    [{ status: 503 }, none('it answers 503', 'busy', 503), 'up'],
    [{}, none('it answers 403', 'refused', 403), 'it answers 403'],
    [{}, none('it answers 429', 'busy', 429), 'it answers 429: it is asked too often'],
    [{ text: 'Hi' }, answer(200, 'Say Hi'), 'up'],
    [{ text: 'Hi' }, answer(200, 'hi'), '“Hi” is not in its answer'],
    [{}, none('fetch failed: ENOTFOUND'), 'its name is not known'],
    [{}, none('The operation was aborted due to timeout'), 'it does not answer in time'],
    [{}, none('fetch failed: CERT_HAS_EXPIRED'), 'its certificate is not accepted'],
    [{}, none('fetch failed: something new'), 'no answer comes from it'],
    [{}, none('the answer is over 8388608 bytes', 'refused'), 'up'],
    [
      { text: 'Hi' },
      none('the answer is over 8388608 bytes', 'refused'),
      'the answer is over 8388608 bytes: too long to look for a text',
    ],
    [{}, none('fetch failed: redirect count exceeded', 'refused'), 'it redirects without end'],
  ])('to %j that is %j', (expected, given, verdict) => {
    const judged = judgeSite({ url: URL, ...expected }, given);
    expect('reason' in judged ? judged.reason : judged.kind).toBe(verdict);
  });
});

describe('the issue', () => {
  it('has a marker of its own for each address, however strange', () => {
    fc.assert(fc.property(fc.webUrl({ withQueryParameters: true }), (url) => MARKER_PATTERN.test(uptimeMarker(url))));
    expect(uptimeMarker('https://x.example/a_b')).not.toBe(uptimeMarker('https://x.example/a-b'));
  });

  it('says what was expected, and calls nobody', () => {
    const incident = {
      url: 'https://x.example/@octo',
      from: '2026-03-01T10:00:00Z',
      to: null,
      reason: '“@octo #1” is not in its answer',
      is_dropped: false,
      is_told: false,
    };
    const { body } = uptimeIssue(incident, { url: incident.url, status: 200, text: '@octo #1' });
    expect(body).toContain('- Expected: the status 200 and “@\u200bocto \\#\u200b1” in the text');
    expect(body.replace(/<https:[^>]*>/g, '')).not.toMatch(/@octo|#1/);
  });
});

it('durations are said in their two largest units', () => {
  const minutes = [0, 1, 59, 60, 61, 24 * 60, 25 * 60 + 5, 100 * 24 * 60];
  expect(minutes.map((each) => durationWords(each * 60_000))).toEqual([
    'less than a minute',
    '1 min',
    '59 min',
    '1 h',
    '1 h 1 min',
    '1 d',
    '1 d 1 h',
    '100 d',
  ]);
});
