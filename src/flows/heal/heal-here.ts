import { AgentError } from '../../domain/agent-error.ts';
import type { Tried } from '../../domain/heal/conclusion.ts';
import { Attempt } from '../../domain/heal/fix.ts';
import { pack } from '../../domain/heal/parcel.ts';
import type { LedgerState } from '../../domain/ledger-state.ts';
import type { Entry } from '../../domain/record.ts';
import { openAccount } from '../account.ts';
import { type Books, openBooks } from '../books.ts';
import { newRunId, type Setting } from '../cycle-context.ts';
import { openCycle } from '../open-cycle.ts';
import { finish, type HealReport } from './finish.ts';
import type { HealContext, HealPorts } from './heal-context.ts';
import { type Earlier, proposeFix } from './propose.ts';
import { NO_SERVICES } from './reproduce.ts';
import { verifyAttempt } from './verify-attempt.ts';
import { findWard, type Target, type Ward } from './ward.ts';

/** The whole repair in one process, for a person in a clone: the same parts as the jobs, and the same gate. */
export async function healHere(ports: HealPorts, setting: Setting, target: Target): Promise<HealReport> {
  if (setting.paused !== undefined) throw new AgentError('PAUSED', { reason: setting.paused });
  const started = ports.clock.now();
  const { left } = await ports.lock.acquire();
  try {
    const { context, state, recovered } = await openCycle(ports, setting, left);
    const here = { ...ports, ...context };
    const ward = await findWard(here, state, target);
    await assertSandbox(here);
    const books = openBooks(here, state);
    const { tried, leases } = await tryAll(here, books, { ward, state });
    return await finish(here, books, { ward, tried, leases, recovered, started });
  } finally {
    await ports.lock.release();
  }
}

/** Before any money is spent on what could not be verified. */
async function assertSandbox({ sandbox }: HealContext): Promise<void> {
  // Where there is none, opening a runner says what is missing and what to do about it.
  if ('missing' in (await sandbox.probe())) sandbox.runner({ workspace: '.', services: NO_SERVICES });
}

/** Attempt 2 learns from attempt 1; attempt 3 starts fresh, with another model: more of the same helps least. */
async function tryAll(
  context: HealContext,
  books: Books,
  { ward, state }: { ward: Ward; state: LedgerState },
): Promise<{ tried: Tried[]; leases: NonNullable<Entry['leases']> }> {
  const tried: Tried[] = [];
  const leases: NonNullable<Entry['leases']> = [];
  const run = newRunId(context.clock);
  for (const number of [1, 2, 3] as const) {
    const account = openAccount(context, books, run);
    const proposed = await proposeFix(context, ward, {
      state,
      account,
      run,
      number,
      isByHand: true,
      earlier: earlierOf(tried, number),
    });
    leases.push(...account.leases);
    const attempt = Attempt.parse(proposed);
    const parcel = attempt.outcome === 'fix' ? pack(attempt) : undefined;
    const verdict = parcel ? await verifyAttempt(context, ward, { attempt, parcel: parcel.sha256 }) : undefined;
    tried.push({ attempt, verdict, withheld: false });
    if (verdict?.outcome !== 'refused') break;
  }
  return { tried, leases };
}

function earlierOf(tried: readonly Tried[], number: number): Earlier {
  const last = tried.at(-1);
  const avoid = tried.flatMap(({ attempt }) => (attempt?.model ? [attempt.model] : []));
  if (number === 3) return { avoid };
  return last?.attempt && last.verdict
    ? { refused: { attempt: last.attempt, verdict: last.verdict }, avoid: [] }
    : { avoid: [] };
}
