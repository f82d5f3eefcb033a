import { expect, test } from 'vitest';
import { readWeek } from '../../../../src/flows/memory/week.ts';
import { MemoryDocuments } from '../../../support/fake-documents.ts';
import { entry, genesis, intent, placed, sealAll } from '../../../support/ledger-samples.ts';

const linesOf = (...records: Parameters<typeof sealAll>[0]): string =>
  sealAll(records)
    .map(({ line }) => `${line}\n`)
    .join('');

test('a week is its day files up to the day that is told of, whose entries are known already', async () => {
  const monday = linesOf(genesis, intent(), entry({ id: 'a' }), entry({ id: 'b', decision: 'post' }));
  const documents = new MemoryDocuments({
    'ledger/2026/03/01.jsonl': linesOf(entry({ id: 'before' })),
    'ledger/2026/03/02.jsonl': monday,
    'ledger/2026/03/04.jsonl': linesOf(entry({ id: 'recorded since' })),
    'ledger/2026/03/05.jsonl': linesOf(entry({ id: 'later' })),
    'knowledge/daily/2026-03-02.md': '# Monday',
  });
  const days = await readWeek(documents, { day: '2026-03-04', entries: [placed({ id: 'c', decision: 'own' })] });
  expect(days.map(({ day, entries, hasPage }) => [day, entries.map(({ decision }) => decision), hasPage])).toEqual([
    ['2026-03-02', ['sweep', 'post'], true],
    ['2026-03-03', [], false],
    ['2026-03-04', ['own'], true],
  ]);
});

test('lines that are torn, in conflict or of another kind are passed over', async () => {
  const good = linesOf(entry({ id: 'a' }));
  const rubbish = ['<<<<<<< HEAD', '{"v":1,"kind":"entry"', '{}', 'null', '[]', '{"v":1,"kind":"lease"}', '\u0000'];
  const old = JSON.stringify({ ...placed({ id: 'old' }), v: 0, steps: 'gone', extra: true });
  const text = [...rubbish, good.trim(), old, good.slice(0, 300)].join('\n');
  const documents = new MemoryDocuments({ 'ledger/2026/03/02.jsonl': text });
  const [monday] = await readWeek(documents, { day: '2026-03-03', entries: [] });
  // Of the older version all that the sums need can be read.
  expect(monday?.entries.map(({ decision, metrics }) => [decision, metrics.cost])).toEqual([
    ['sweep', 0],
    ['sweep', 0],
  ]);
});
