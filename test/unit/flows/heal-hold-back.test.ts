import { describe, expect, it } from 'vitest';
import type { HealState } from '../../../src/domain/heal/heal-state.ts';
import { EMPTY_STATE } from '../../../src/domain/ledger-state.ts';
import { sha256 } from '../../../src/domain/occurrence.ts';
import { holdBack } from '../../../src/flows/heal/hold-back.ts';
import type { Ward } from '../../../src/flows/heal/ward.ts';
import { directive } from '../../support/domain-samples.ts';
import { forgeStage, withoutForge } from '../../support/forge-context.ts';
import { entry } from '../../support/ledger-samples.ts';

const SIGNATURE = '0123456789ab';
const BRANCH = `steward/heal/sweep-${SIGNATURE}`;
const failure = {
  kind: 'crash' as const,
  message: 'm',
  signature: SIGNATURE,
  log_tail: '',
  script: 'execution/sweep.ts',
};
/** It failed at half past two; now is the same minute. */
const ward: Ward = {
  patient: {
    entry: 'e1',
    directive: 'sweep',
    script: 'execution/sweep.ts',
    signature: SIGNATURE,
    base: 'c'.repeat(40),
  },
  entry: { ...entry({ failure }), seq: 1, prev: 'a'.repeat(64) },
  failure,
  directive: directive(),
  directiveText: '',
  script: 'the code',
  step: 1,
  repair: undefined,
  tapeId: undefined,
};
const tried = (parts: Partial<HealState> = {}): HealState => ({
  script: 'execution/sweep.ts',
  directive: 'sweep',
  entry: 'e0',
  failed_at: '2026-03-01T00:00:00.000Z',
  at: '2026-03-01T00:00:00.000Z',
  outcome: 'proposed',
  before: sha256('the code'),
  count: 1,
  ...parts,
});
const state = (heals: Record<string, HealState> = {}) => ({ ...EMPTY_STATE, heals });
const byCycle = { isByHand: false };

async function withPull(parts: { state?: 'open' | 'closed'; merged?: string | null; head?: string }) {
  const stage = forgeStage();
  await stage.forge.call('pulls.open', {
    marker: `heal:${SIGNATURE}`,
    title: 't',
    body: 'b',
    head: BRANCH,
    base: 'main',
  });
  Object.assign(stage.forge.pulls[0] ?? {}, parts);
  return stage.context;
}

describe('a repair is tried', () => {
  it('when nothing is known of the failure', async () => {
    expect(await holdBack(forgeStage().context, state(), ward, byCycle)).toBeUndefined();
    expect(await holdBack(withoutForge(forgeStage()), state(), ward, byCycle)).toBeUndefined();
  });

  it('again when the script is another text than the open repair was made for', async () => {
    const heals = { [SIGNATURE]: tried({ before: sha256('older code') }) };
    expect(await holdBack(await withPull({}), state(heals), ward, byCycle)).toBeUndefined();
  });
});

describe('no repair is tried', () => {
  it('while one waits for a review', async () => {
    const context = await withPull({});
    expect(await holdBack(context, state({ [SIGNATURE]: tried() }), ward, { isByHand: true })).toEqual({
      outcome: 'none',
      reason: 'its repair #1 waits for a review',
    });
  });

  it('when one was declined: the same failure is not proposed again', async () => {
    expect(await holdBack(await withPull({ state: 'closed' }), state(), ward, byCycle)).toEqual({
      outcome: 'none',
      reason: 'its repair #1 was declined',
    });
  });

  it('when one was merged after the failure; one that did not help is for a person', async () => {
    const after = await withPull({ state: 'closed', merged: '2026-03-04T15:00:00Z' });
    expect(await holdBack(after, state(), ward, byCycle)).toEqual({
      outcome: 'none',
      reason: 'its repair #1 has been merged since',
    });
    const before = await withPull({ state: 'closed', merged: '2026-03-02T15:00:00Z' });
    expect(await holdBack(before, state(), ward, byCycle)).toEqual({
      outcome: 'escalate',
      reason: 'it fails again in the same way although its repair #1 was merged',
    });
  });

  it('while the script cools down after another one, unless a person asks', async () => {
    const heals = { ffffffffffff: tried({ at: '2026-03-04T10:00:00.000Z' }) };
    const { context } = forgeStage();
    expect(await holdBack(context, state(heals), ward, byCycle)).toEqual({
      outcome: 'none',
      reason: 'execution/sweep.ts is left alone until 2026-03-04T16:00Z (heal.cool_down)',
    });
    expect(await holdBack(context, state(heals), ward, { isByHand: true })).toBeUndefined();
    const long = { ffffffffffff: tried({ at: '2026-03-04T08:00:00.000Z' }) };
    expect(await holdBack(context, state(long), ward, byCycle)).toBeUndefined();
  });

  it('while too many wait', async () => {
    const { context, forge } = forgeStage();
    for (const name of ['a', 'b', 'c'])
      await forge.call('pulls.open', {
        marker: `heal:${name}`,
        title: 't',
        body: 'b',
        head: `steward/heal/${name}-1`,
        base: 'main',
      });
    expect(await holdBack(context, state(), ward, byCycle)).toEqual({
      outcome: 'none',
      reason: '3 repairs wait for a review already (heal.open: 3)',
    });
    expect(await holdBack(context, state(), ward, { isByHand: true })).toBeUndefined();
  });

  it('when a person was asked before and the script is the same', async () => {
    const heals = { [SIGNATURE]: tried({ outcome: 'escalated' }) };
    const { context } = forgeStage();
    expect(await holdBack(context, state(heals), ward, byCycle)).toEqual({
      outcome: 'escalate',
      reason: 'it fails as before, and no repair was found then',
    });
    expect(
      await holdBack(
        context,
        state({ [SIGNATURE]: tried({ outcome: 'escalated', before: sha256('x') }) }),
        ward,
        byCycle,
      ),
    ).toBeUndefined();
  });

  it('when repairs are switched off', async () => {
    const { context } = forgeStage();
    const { config } = context.setting;
    const off = {
      ...context,
      setting: { ...context.setting, config: { ...config, heal: { ...config.heal, open: 0 } } },
    };
    expect(await holdBack(off, state(), ward, byCycle)).toEqual({
      outcome: 'none',
      reason: 'repairs are switched off (heal.open: 0)',
    });
  });
});
