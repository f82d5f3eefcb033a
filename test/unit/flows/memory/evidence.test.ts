import { expect, test } from 'vitest';
import { entriesOf } from '../../../../src/flows/memory/evidence.ts';
import { MemoryDocuments } from '../../../support/fake-documents.ts';
import { entry, sealAll } from '../../../support/ledger-samples.ts';

const linesOf = (...ids: string[]): string =>
  sealAll(ids.map((id) => entry({ id })))
    .map(({ line }) => `${line}\n`)
    .join('');
const IN_TIME = '20260304t100000-0000000a';
const PAST_MIDNIGHT = '20260304t235959-0000000b';
const OTHER = '20260306t100000-0000000c';

/** The files that are read, in their order. */
function watched(files: Record<string, string>) {
  const documents = new MemoryDocuments(files);
  const read: string[] = [];
  const reading = {
    list: documents.list.bind(documents),
    readTail: documents.readTail.bind(documents),
    read(path: string) {
      read.push(path);
      return documents.read(path);
    },
  };
  return { documents: reading, read };
}

const LEDGER = {
  'ledger/2026/03/04.jsonl': linesOf(IN_TIME),
  'ledger/2026/03/05.jsonl': linesOf(PAST_MIDNIGHT),
  'ledger/2026/03/06.jsonl': linesOf(OTHER),
};

test('entries are found on the day on which their run began, and the next day is read only where it must be', async () => {
  const { documents, read } = watched(LEDGER);
  expect([...(await entriesOf(documents, [IN_TIME, IN_TIME, OTHER])).keys()]).toEqual([IN_TIME, OTHER]);
  expect(read).toEqual(['ledger/2026/03/04.jsonl', 'ledger/2026/03/06.jsonl']);
});

test('a run that ended on the next day is found there', async () => {
  const { documents, read } = watched(LEDGER);
  expect([...(await entriesOf(documents, [PAST_MIDNIGHT, IN_TIME])).keys()]).toEqual([IN_TIME, PAST_MIDNIGHT]);
  expect(read).toEqual(['ledger/2026/03/04.jsonl', 'ledger/2026/03/05.jsonl']);
});

test('what is no id of an entry is not there, and nothing is read for it', async () => {
  const { documents, read } = watched(LEDGER);
  expect(await entriesOf(documents, ['invented', '__proto__', '20269999t000000-0', ''])).toEqual(new Map());
  expect(read).toEqual([]);
});
