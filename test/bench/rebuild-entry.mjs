/**
 * Started as a process of its own by the ledger benchmark: folds the whole ledger, as a cycle does once when
 * ledger/state.json is missing. Prints one object {records, ms, peakMb}.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { FileDocuments } = await import('../../src/adapters/file-documents.ts');
const { loadLedger, STATE_FILE } = await import('../../src/flows/ledger-reader.ts');

const documents = new FileDocuments('.');
const started = performance.now();
const { state } = await loadLedger({
  read: async (path) => (path === STATE_FILE ? undefined : documents.read(path)),
  readTail: (path, bytes) => documents.readTail(path, bytes),
  list: (folder) => documents.list(folder),
});
const ms = performance.now() - started;
const peakMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ records: (state.head?.seq ?? -1) + 1, ms, peakMb }));
