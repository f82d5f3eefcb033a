import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entriesOf, isGood, isRun, ledgerRows, readLedgerDays } from '../../../execution/lib/ledger-days.ts';
import { temporaryFolder } from '../../support/git-fixture.ts';
import { anyLedger, entry, genesis, intent, sealAll } from '../../support/ledger-samples.ts';
import { callRecord, lease, spentEntry } from '../../support/money-samples.ts';

const lines = (...records: Parameters<typeof sealAll>[0]) => sealAll(records).map(({ line }) => line);

async function ledger(files: Record<string, string>): Promise<{ workspace: string }> {
  const workspace = await temporaryFolder();
  for (const [day, text] of Object.entries(files)) {
    const path = join(workspace, 'ledger', `${day.replaceAll('-', '/')}.jsonl`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return { workspace };
}

describe('the days of the ledger', () => {
  it('are read as the agent writes them, with what reports need', () => {
    const calls = [callRecord({ cost: 0.25 })];
    const rows = ledgerRows(
      lines(genesis, intent(), lease({ id: 'l1', amount: 0.5 }), spentEntry({ cost: 0.25, calls })).join('\n'),
    );
    expect(rows).toMatchObject([
      { kind: 'lease', id: 'l1', amount: 0.5 },
      { kind: 'entry', decision: 'sweep', metrics: { cost: 0.25, calls: [{ model: 'flash', count: 1 }] }, leases: [] },
    ]);
  });

  it('are only those asked for, and none where there is no ledger', async () => {
    const [first = '', second = ''] = lines(genesis, entry());
    const place = await ledger({
      '2026-02-28': entryLine('too early'),
      '2026-03-01': `${first}\n${second}\n`,
      '2026-03-03': `${entryLine('kept')}\n{"v":1,"kind":"entry","id":"torn`,
      '2026-03-04': entryLine('too late'),
    });
    const days = await readLedgerDays(place, { from: '2026-03-01', to: '2026-03-03' });
    expect(days.map(({ day }) => day)).toEqual(['2026-03-01', '2026-03-03']);
    expect(entriesOf(days).map(({ id }) => id)).toEqual(['e1', 'kept']);
    expect(await readLedgerDays(await ledger({}), { from: '2026-03-01', to: '2026-03-03' })).toEqual([]);
  });

  it('hold nothing of a line that is no record', () => {
    const hostile = [
      '',
      'null',
      '[]',
      '{"kind":"entry"}',
      '{"kind":"novel","id":"x"}',
      '\u0000',
      '{"kind":"lease","amount":"1"}',
    ];
    expect(ledgerRows(hostile.join('\n'))).toEqual([]);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(ledgerRows(text))));
  });

  it('hold every entry and lease of any ledger, whatever is torn off its end', () => {
    fc.assert(
      fc.property(anyLedger, fc.nat(60), (records, torn) => {
        const sealed = sealAll(records).map(({ line }) => line);
        const wanted = records.filter(({ kind }) => kind === 'entry' || kind === 'lease').map(({ id }) => id);
        expect(ledgerRows(sealed.join('\n')).map(({ id }) => id)).toEqual(wanted);
        const cut = `${sealed.join('\n')}\n${(sealed.at(-1) ?? '').slice(0, torn)}`;
        expect(ledgerRows(cut).map(({ id }) => id)).toEqual(wanted);
      }),
    );
  });

  it('tell runs from books, and good runs from others', () => {
    const rows = entriesOf([
      {
        day: 'x',
        rows: ledgerRows(
          lines(
            genesis,
            entry({ id: 'good' }),
            entry({ id: 'night', flow: 'consolidate' }),
            entry({ id: 'skipped', result: 'skipped' }),
            entry({ id: 'settled', resolves: 'r1' }),
            entry({ id: 'bad', result: 'failure' }),
            entry({ id: 'refuted', verification: 'refuted' }),
          ).join('\n'),
        ),
      },
    ]);
    expect(rows.filter(isRun).map(({ id }) => id)).toEqual(['good', 'bad', 'refuted']);
    expect(
      rows
        .filter(isRun)
        .filter(isGood)
        .map(({ id }) => id),
    ).toEqual(['good']);
  });
});

function entryLine(id: string): string {
  return lines(genesis, entry({ id }))[1] ?? '';
}
