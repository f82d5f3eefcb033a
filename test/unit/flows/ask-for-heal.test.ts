import { describe, expect, it } from 'vitest';
import { EMPTY_STATE, type LedgerState } from '../../../src/domain/ledger-state.ts';
import type { Entry } from '../../../src/domain/record.ts';
import { storeTape } from '../../../src/domain/tape.ts';
import { askForHeal } from '../../../src/flows/heal/ask-for-heal.ts';
import { tell } from '../../../src/flows/tell.ts';
import { forgeStage, ledgerOf } from '../../support/forge-context.ts';
import { entry, genesis, placed } from '../../support/ledger-samples.ts';

const SIGNATURE = '0123456789ab';
const RUN = 'https://github.com/octo/house/actions/runs/4711';
const failure = {
  kind: 'crash' as const,
  message: 'x',
  signature: SIGNATURE,
  log_tail: '',
  script: 'execution/sweep.ts',
};
const crash = (parts: Partial<Entry> = {}) => placed({ id: 'e2', result: 'failure', failure, run_url: RUN, ...parts });

function stageWithHeal(config: Partial<{ open: number }> = {}) {
  const stage = forgeStage();
  stage.forge.workflows.push({ file: 'heal.yml', name: 'heal', state: 'active' });
  Object.assign(stage.context.setting.config.heal, config);
  return stage;
}
const known = (at: string, script = 'execution/sweep.ts'): LedgerState => ({
  ...EMPTY_STATE,
  heals: {
    ffffffffffff: {
      script,
      directive: 'sweep',
      entry: 'e0',
      failed_at: at,
      at,
      outcome: 'proposed',
      before: null,
      count: 1,
    },
  },
});

describe('a crash', () => {
  it('is handed to heal.yml', async () => {
    const stage = stageWithHeal();
    await askForHeal(stage.context, crash(), EMPTY_STATE);
    expect(stage.forge.dispatches).toEqual([{ workflow: 'heal.yml', ref: 'main', inputs: { entry: 'e2' } }]);
  });

  it('is not, while its script is left alone after a repair', async () => {
    const stage = stageWithHeal();
    await askForHeal(stage.context, crash(), known('2026-03-04T10:00:00.000Z'));
    expect(stage.forge.dispatches).toEqual([]);
    await askForHeal(stage.context, crash(), known('2026-03-04T08:00:00.000Z'));
    await askForHeal(stage.context, crash(), known('2026-03-04T10:00:00.000Z', 'execution/other.ts'));
    expect(stage.forge.dispatches).toHaveLength(2);
  });

  it('is not a second time in one run, which tries a failed slot again at once', async () => {
    const stage = stageWithHeal();
    await ledgerOf(stage.documents, [genesis, entry({ id: 'e1', result: 'failure', failure, run_url: RUN })]);
    await askForHeal(stage.context, crash(), EMPTY_STATE);
    expect(stage.forge.dispatches).toEqual([]);
    await askForHeal(stage.context, crash({ run_url: `${RUN}2` }), EMPTY_STATE);
    expect(stage.forge.dispatches).toHaveLength(1);
  });

  it('is not when the service it asked was down, and says so', async () => {
    const stage = stageWithHeal();
    const tape = storeTape({
      v: 1,
      script: 'execution/sweep.ts',
      mode: 'run',
      input: {},
      key: 'k',
      clock: '2026-03-04T14:30:00.000Z',
      commit: 'c'.repeat(40),
      exchanges: [
        {
          kind: 'fetch',
          request: { method: 'GET', url: 'https://api.example/', headers: {}, body: null },
          response: { status: 503, headers: {}, body: '', encoding: 'utf8' },
        },
      ],
      replayable: true,
    });
    await stage.documents.write(tape.path, tape.text);
    const steps = [{ script: 'execution/sweep.ts', status: 'failure' as const, duration_s: 1, tape: tape.id }];
    await askForHeal(stage.context, crash({ steps }), EMPTY_STATE);
    expect(stage.forge.dispatches).toEqual([]);
    expect(stage.news).toEqual(['no repair is asked for: api.example had a failure of its own (503)']);
  });

  it('is not when repairs are switched off', async () => {
    const stage = stageWithHeal({ open: 0 });
    await askForHeal(stage.context, crash(), EMPTY_STATE);
    expect(stage.forge.dispatches).toEqual([]);
  });
});

describe('a failure that is over', () => {
  it('closes the issue that asked a person, and makes none where nobody was asked', async () => {
    const stage = forgeStage();
    stage.forge.openIssue('github-actions[bot]', {
      body: `x\n\n<!-- steward:heal-escalated:${SIGNATURE} -->\n`,
      labels: ['steward', 'steward:heal'],
    });
    const healed = [{ script: 'execution/sweep.ts', signature: SIGNATURE, entry: 'e1', after_s: 60 }];
    await tell(stage.context, { entry: placed({ healed }), commit: 'a'.repeat(40) });
    expect(stage.forge.issues).toMatchObject([
      { state: 'closed', title: `Over: execution/sweep.ts works again (${SIGNATURE})` },
    ]);
    const quiet = forgeStage();
    await tell(quiet.context, { entry: placed({ healed }), commit: 'a'.repeat(40) });
    expect(quiet.forge.issues).toEqual([]);
  });
});
