import { describe, expect, it } from 'vitest';
import type { Directive } from '../../../src/domain/directive.ts';
import type { LedgerState } from '../../../src/domain/ledger-state.ts';
import { computeOptions, nextDue, type Request } from '../../../src/domain/option.ts';
import { directive, directiveState, stateWith } from '../../support/domain-samples.ts';

const now = new Date('2026-03-04T14:30:00Z');
const today = 'sweep@2026-03-04T00:00Z';
const daily = directive({ front: 'every: 1d' });
const request = (parts: Partial<Request> = {}): Request => ({
  occurrence: 'dispatch:1',
  directive: 'sweep',
  params: {},
  ...parts,
});

function compute(
  parts: {
    isWithoutForge?: boolean;
    directives?: Directive[];
    state?: LedgerState;
    requests?: Request[];
    secrets?: string[];
    onlyRequests?: boolean;
  } = {},
) {
  const { options, held } = computeOptions({
    now,
    directives: parts.directives ?? [daily],
    state: parts.state ?? stateWith({}),
    requests: parts.requests ?? [],
    secrets: new Set(parts.secrets),
    onlyRequests: parts.onlyRequests ?? false,
    isWithoutForge: parts.isWithoutForge ?? false,
  });
  return { ids: options.map(({ id }) => id), options, held };
}

describe('what needs GitHub', () => {
  const needy = directive({ front: 'every: 1d\nneeds: [github]' });

  it('is held where there is none, whoever asks', () => {
    const reason = 'needs GitHub: GITHUB_REPOSITORY and a token are not set';
    expect(compute({ directives: [needy] }).ids).toEqual([today]);
    expect(compute({ directives: [needy], isWithoutForge: true })).toMatchObject({ ids: [], held: [{ reason }] });
    expect(
      compute({ directives: [needy], requests: [request()], onlyRequests: true, isWithoutForge: true }),
    ).toMatchObject({
      ids: [],
      held: [{ reason }],
    });
    expect(compute({ isWithoutForge: true }).ids).toEqual([today]);
  });
});

it('a directive whose file is not there is held, whoever asks, and says which', () => {
  const needy = {
    ...directive({ front: 'every: 1d\nneeds: [knowledge/feeds.yml]' }),
    missingFile: 'knowledge/feeds.yml',
  };
  const held = [{ reason: 'needs the file knowledge/feeds.yml: directives/sweep.md says what it holds' }];
  expect(compute({ directives: [needy] })).toMatchObject({ ids: [], held });
  expect(compute({ directives: [needy], requests: [request()], onlyRequests: true })).toMatchObject({ ids: [], held });
});

describe('a merged proposal', () => {
  const reviewed = directive({
    inputs: '- topic: string (required)',
    front: 'deliver: pull-request\napproval: required',
  });
  const merge = request({ occurrence: 'event:sweep.merged.task-7', origin: 'event' });
  const at = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
  const looked = (minutes: number, last = merge.occurrence) =>
    stateWith(
      { sweep: directiveState({ occurrence: last, final: false, attempts: 1, at: at(minutes) }) },
      { proposals: { 'steward/sweep/task-7': { entry: 'e1', at: at(90), looks: { count: 1, at: at(minutes) } } } },
    );

  it('is offered without inputs or approval, past breakers', () => {
    const breaker = { until: '2026-03-05T00:00:00Z', opened: 1, signature: 'x' };
    const state = stateWith({ sweep: directiveState({ breaker }) });
    expect(compute({ directives: [reviewed], requests: [merge], state }).options).toMatchObject([
      { id: merge.occurrence, merged: 'steward/sweep/task-7', openInputs: [] },
    ]);
  });

  it('waits until nothing else is to be done', () => {
    const other = directive({ name: 'deploy', front: 'every: 1d' });
    const { ids } = compute({ directives: [reviewed, other], requests: [merge] });
    expect(ids).toEqual(['deploy@2026-03-04T00:00Z']);
  });

  // Two merges of one directive that wait for the same deployment must not take turns without an end.
  it.each([merge.occurrence, 'event:sweep.merged.task-8'])(
    'is looked at again half an hour later, after %s',
    (last) => {
      expect(compute({ directives: [reviewed], requests: [merge], state: looked(29, last) })).toMatchObject({
        ids: [],
        held: [{ until: new Date('2026-03-04T14:31:00Z') }],
      });
      expect(compute({ directives: [reviewed], requests: [merge], state: looked(30, last) }).options).toMatchObject([
        { attempts: 1 },
      ]);
    },
  );
});

describe('what is due', () => {
  it('is the slot of now, once, whenever it was missed', () => {
    const { ids, options } = compute();
    expect(ids).toEqual([today]);
    expect(options[0]).toMatchObject({ dueSince: new Date('2026-03-04T00:00:00Z'), attempts: 0, openInputs: [] });
    expect(
      compute({ state: stateWith({ sweep: directiveState({ done_slot: 'sweep@2026-02-01T00:00Z' }) }) }).ids,
    ).toEqual([today]);
  });

  it('is nothing once the slot is done, and stays so after a run by hand', () => {
    const done = { done_slot: today };
    expect(compute({ state: stateWith({ sweep: directiveState({ ...done, occurrence: today }) }) }).ids).toEqual([]);
    expect(compute({ state: stateWith({ sweep: directiveState({ ...done, occurrence: 'dispatch:9' }) }) }).ids).toEqual(
      [],
    );
  });

  it('is the slot again while a try did not end it, and says how often it was tried', () => {
    const tried = directiveState({ occurrence: today, final: false, attempts: 2 });
    expect(compute({ state: stateWith({ sweep: tried }) }).options).toMatchObject([{ id: today, attempts: 2 }]);
  });

  it('is nothing for a directive without a cadence, or one that is switched off', () => {
    expect(compute({ directives: [directive(), directive({ front: 'every: 1d\nenabled: false' })] })).toMatchObject({
      ids: [],
      held: [],
    });
  });

  it('holds defaults, and lists required inputs that nobody gave', () => {
    const own = directive({
      front: 'every: 1d',
      inputs: '- topic: string (required)\n- size: integer (default: 3)\n- tag: string',
    });
    expect(compute({ directives: [own] }).options[0]).toMatchObject({
      params: { size: 3 },
      openInputs: [{ name: 'topic' }],
    });
    const given = request({ params: { topic: 'dust', size: 9 } });
    expect(compute({ directives: [own], requests: [given], onlyRequests: true }).options[0]).toMatchObject({
      params: { topic: 'dust', size: 9 },
      openInputs: [],
    });
  });
});

describe('what is asked for', () => {
  it('comes before what is due, as an occurrence of its own', () => {
    expect(compute({ requests: [request()] }).ids).toEqual(['dispatch:1', today]);
  });

  it('is all there is when a directive is forced', () => {
    expect(compute({ requests: [request()], onlyRequests: true }).ids).toEqual(['dispatch:1']);
  });

  it('is dropped when it is done, when nobody knows the directive, and the second time', () => {
    const state = stateWith({}, { done: { 'dispatch:1': '2026-03-01T00:00:00.000Z' } });
    expect(compute({ state, requests: [request()], onlyRequests: true }).ids).toEqual([]);
    expect(compute({ requests: [request({ directive: 'nobody' })], onlyRequests: true }).ids).toEqual([]);
    expect(compute({ requests: [request(), request()], onlyRequests: true }).ids).toEqual(['dispatch:1']);
  });

  it('offers a slot that a person released again once, with the inputs of then', () => {
    const released = request({ occurrence: today, params: { topic: 'dust' } });
    const { options } = compute({ requests: [released] });
    expect(options).toMatchObject([{ id: today, params: { topic: 'dust' }, isReleased: false }]);
    const retry = { occurrence: today, params: { topic: 'dust' } };
    const state = stateWith({ sweep: directiveState({ occurrence: today, final: false, retry }) });
    expect(compute({ state, requests: [released] }).options).toMatchObject([{ id: today, isReleased: true }]);
  });

  it('passes the breaker and the approval, for a person asks', () => {
    const own = directive({ front: 'every: 1d\napproval: required' });
    const state = stateWith({
      sweep: directiveState({ breaker: { until: '2026-03-05T00:00:00.000Z', opened: 1, signature: 'x' } }),
    });
    expect(compute({ directives: [own], state, requests: [request()], onlyRequests: true }).ids).toEqual([
      'dispatch:1',
    ]);
  });
});

describe('what is held back', () => {
  const intent = {
    run: 'r7',
    occurrence: today,
    decision: 'sweep',
    expires: '2026-03-04T15:00:00.000Z',
    path: 'ledger/2026/03/04.jsonl',
  };
  const cases: [
    string,
    Parameters<typeof compute>[0],
    { reason: RegExp; until?: string },
    'also when asked' | 'only on its own',
  ][] = [
    [
      'blocked',
      { state: stateWith({ sweep: directiveState({ blocked: 'r6' }) }) },
      { reason: /blocked: run r6 was interrupted; settle it with `resolve`/ },
      'also when asked',
    ],
    [
      'at work',
      { state: stateWith({}, { open_intents: [intent] }) },
      { reason: /run r7 is at work on it/, until: '2026-03-04T15:00:00.000Z' },
      'also when asked',
    ],
    [
      'without a secret',
      { directives: [directive({ front: 'every: 1d\nsecrets: [A_KEY, B_KEY]' })], secrets: ['B_KEY'] },
      { reason: /^needs the secret A_KEY$/ },
      'also when asked',
    ],
    [
      'broken',
      {
        state: stateWith({
          sweep: directiveState({
            streak: { count: 3, sameCount: 2, signature: 'abc' },
            breaker: { until: '2026-03-04T20:00:00.000Z', opened: 1, signature: 'abc' },
          }),
        }),
      },
      { reason: /^broken: 3 failures in a row \(abc\)$/, until: '2026-03-04T20:00:00.000Z' },
      'only on its own',
    ],
    [
      'waiting for approval',
      { directives: [directive({ front: 'every: 1d\napproval: required' })] },
      { reason: /waits for a person/ },
      'only on its own',
    ],
  ];

  it.each(cases)('%s: with the reason', (_, input, { reason, until }) => {
    const { ids, held } = compute(input);
    expect(ids).toEqual([]);
    expect(held).toEqual([
      { directive: 'sweep', reason: expect.stringMatching(reason), ...(until ? { until: new Date(until) } : {}) },
    ]);
  });

  it.each(cases)('%s: asked for by a person', (_, input, __, scope) => {
    const { ids, held } = compute({ ...input, requests: [request()], onlyRequests: true });
    expect(ids).toEqual(scope === 'also when asked' ? [] : ['dispatch:1']);
    expect(held).toHaveLength(scope === 'also when asked' ? 1 : 0);
  });

  it('is free again when the breaker has cooled down, to the millisecond', () => {
    const broken = (until: string) =>
      stateWith({ sweep: directiveState({ breaker: { until, opened: 1, signature: 'x' } }) });
    expect(compute({ state: broken('2026-03-04T14:30:00.001Z') }).ids).toEqual([]);
    expect(compute({ state: broken('2026-03-04T14:30:00.000Z') }).ids).toEqual([today]);
  });

  it('does not hold the neighbours back', () => {
    const other = directive({ name: 'dust', front: 'every: 1d' });
    const state = stateWith(
      { sweep: directiveState({ blocked: 'r6' }) },
      { open_intents: [{ ...intent, decision: 'mop' }] },
    );
    expect(compute({ directives: [daily, other], state }).ids).toEqual(['dust@2026-03-04T00:00Z']);
  });

  it('is told of a block until a person settles it, due or not; of anything else only when due', () => {
    const done = { done_slot: today };
    expect(compute({ state: stateWith({ sweep: directiveState({ ...done, blocked: 'r6' }) }) })).toMatchObject({
      ids: [],
      held: [{ reason: expect.stringMatching(/^blocked: run r6/) }],
    });
    const broken = { until: '2026-03-04T20:00:00.000Z', opened: 1, signature: 'x' };
    expect(compute({ state: stateWith({ sweep: directiveState({ ...done, breaker: broken }) }) }).held).toEqual([]);
  });
});

describe('when it is due next', () => {
  it('is the next slot of each scheduled directive', () => {
    const directives = [
      daily,
      directive({ front: 'every: 2h' }),
      directive(),
      directive({ front: 'every: 1h\nenabled: false' }),
    ];
    expect(nextDue(directives, now).map((time) => time.toISOString())).toEqual([
      '2026-03-05T00:00:00.000Z',
      '2026-03-04T16:00:00.000Z',
    ]);
  });
});
