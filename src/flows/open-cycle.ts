import { AgentError } from '../domain/agent-error.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import type { RunMarker } from '../ports.ts';
import type { Context, Ports, Setting } from './cycle-context.ts';
import { loadLedger } from './ledger-reader.ts';
import { setAsideTorn } from './ledger-writer.ts';
import { integrate, publish, unpushedByPeople } from './publish.ts';
import { assertOwnLedger } from './record.ts';

export interface Opened {
  context: Context;
  state: LedgerState;
  /** Torn ledger text set aside in ledger/torn/; it goes with the next record. */
  recovered: string[];
  /** A run that died in this clone. */
  deadRun?: string;
}

/** Makes the clone ready: leftovers of a dead run set aside, upstream's news brought in, the ledger read and checked. */
export async function openCycle(ports: Ports, setting: Setting, left: RunMarker | undefined): Promise<Opened> {
  const { repo, documents, log, clock } = ports;
  const at = clock.now().toISOString();
  // On a runner the checkout is new; elsewhere the upstream branch may have moved since the last cycle.
  const fetching: Promise<{ offline?: string }> = setting.isEphemeral ? Promise.resolve({}) : repo.fetch();
  const [torn, { offline }] = await Promise.all([clearLeftovers(ports, left, at), fetching]);
  if (offline !== undefined) log.info('the remote can not be reached; working with what is here');
  const here = { ...ports, setting, facts: await repo.facts() };
  const context = offline === undefined ? await catchUp(here) : here;
  const ledger = await loadLedger(documents);
  await assertOwnLedger(context, ledger.state);
  const recovered = ledger.torn ? await setAsideTorn(documents, ledger.torn, at) : [];
  for (const text of torn) recovered.push(await keepTorn(ports, text, at));
  if (recovered.length > 0)
    log.warn(`an interrupted writer left unfinished ledger lines; they are kept in ${recovered[0]}`);
  return { context, state: ledger.state, recovered, ...(left?.run ? { deadRun: left.run } : {}) };
}

/** Puts back what a dead run was writing, and any uncommitted text in the ledger. Returns that text. */
async function clearLeftovers(
  { repo, documents, log }: Ports,
  left: RunMarker | undefined,
  at: string,
): Promise<string[]> {
  const ledgerPaths = await repo.changedPaths(['ledger']);
  const leftPaths = left ? await repo.changedPaths(left.roots) : [];
  const paths = [...new Set([...ledgerPaths, ...leftPaths])];
  if (paths.length === 0) return [];
  const { head } = await repo.facts();
  const torn: string[] = [];
  for (const path of ledgerPaths.filter((name) => name.endsWith('.jsonl'))) {
    const [now = '', was = ''] = [await documents.read(path), await repo.at(head).read(path)];
    if (now !== was && now !== '') torn.push(now.startsWith(was) ? now.slice(was.length) : now);
  }
  const folder = await repo.setAside(paths, at.replaceAll(':', ''));
  log.warn(
    `set aside ${paths.length} uncommitted file${paths.length > 1 ? 's' : ''} of an interrupted run in ${folder}`,
  );
  return torn;
}

async function keepTorn({ documents }: Ports, text: string, at: string): Promise<string> {
  const path = `ledger/torn/${at.slice(0, 19).replaceAll(':', '')}.txt`;
  await documents.append(path, text.endsWith('\n') ? text : `${text}\n`);
  return path;
}

/** Brings the clone to where upstream stands, and pushes what an earlier run could not. */
async function catchUp(context: Context): Promise<Context> {
  const { repo, facts, setting } = context;
  const { upstream, upstreamTip } = facts;
  if (setting.isEphemeral || !upstream || !upstreamTip || upstreamTip === facts.head) return context;
  const { blocked, unpushed } = await integrate(context, upstreamTip);
  if (blocked)
    throw new AgentError('DIVERGED', { branch: facts.branch, upstream: `${upstream.remote}/${upstream.branch}` });
  // A run that died between commit and push, or met a remote that refused, left its commits here.
  if (unpushed > 0) await publish(context, await unpushedByPeople(context));
  return { ...context, facts: await repo.facts() };
}
