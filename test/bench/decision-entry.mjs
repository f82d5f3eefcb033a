/**
 * Started as a process of its own by the decision benchmark: comes up as src/steward.js does (plain JavaScript, so that
 * the compile cache is on before the first TypeScript), gathers, asks, validates, and stops there.
 * Prints one object {decidedBy, option, degraded, peakMb}.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { leaveOutTranslations } = await import('../../src/lean-zod.ts');
leaveOutTranslations();
await import('commander');
const { compose } = await import('../../src/compose.ts');
const [{ ports, setting }, { decide }] = await Promise.all([
  compose({ directory: '.', isJson: true }),
  import('../../src/flows/decide.ts'),
  import('../../src/flows/cycle.ts'),
]);
const { gather, loadDirectives } = await import('../../src/flows/gather.ts');
const { loadLedger } = await import('../../src/flows/ledger-reader.ts');
const { openAccount } = await import('../../src/flows/account.ts');
const { readingBooks } = await import('../../src/flows/heal/reading-books.ts');

const context = { ...ports, setting, facts: await ports.repo.facts() };
const { state } = await loadLedger(ports.documents);
const loaded = await loadDirectives(ports.documents, Object.keys(setting.config.vars));
const situation = await gather(context, { state, loaded, requests: [], onlyRequests: false });
// The lease is not pushed: git is measured by the whole cycle.
const account = openAccount(context, readingBooks(state), 'run-of-the-benchmark');
const { decision } = await decide(context, situation, { state, account });
const peakMb = process.resourceUsage().maxRSS / 1024;
const { decidedBy, degraded } = decision ?? {};
process.stdout.write(JSON.stringify({ decidedBy, option: decision?.option.id, degraded, peakMb }));
