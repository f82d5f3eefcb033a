import type { Tried } from '../../domain/heal/conclusion.ts';
import type { Attempt, Verdict } from '../../domain/heal/fix.ts';
import { openAccount } from '../account.ts';
import { openBooks } from '../books.ts';
import { newRunId, type Setting } from '../cycle-context.ts';
import { openCycle } from '../open-cycle.ts';
import { finish, type HealReport } from './finish.ts';
import type { HealPorts } from './heal-context.ts';
import { openReading } from './open-heal.ts';
import { type Earlier, proposeFix } from './propose.ts';
import { readingBooks } from './reading-books.ts';
import { verifyAttempt } from './verify-attempt.ts';
import { findWard, type Target } from './ward.ts';

/** Each part of a repair as a job of its own, with rights of its own. */

/** Looks at a failure and, where the script is to blame, asks a model for a repair. Holds a model key; changes nothing. */
export async function proposeJob(
  ports: HealPorts,
  setting: Setting,
  order: { target: Target; number: 1 | 2 | 3; earlier: Earlier },
): Promise<Attempt> {
  const { context, state } = await openReading(ports, setting);
  const { target, number, earlier } = order;
  const ward = await findWard(context, state, target);
  const run = newRunId(context.clock);
  const account = openAccount(context, readingBooks(state), run);
  // A cycle names the entry; a person may leave it to the agent which failure that is.
  return proposeFix(context, ward, { state, account, run, number, earlier, isByHand: target.entry === undefined });
}

/** Tries a repair in the sandbox. Holds nothing that could be stolen. */
export async function verifyJob(
  ports: HealPorts,
  setting: Setting,
  { attempt, parcel }: { attempt: Attempt; parcel: string },
): Promise<Verdict> {
  const { context, state } = await openReading(ports, setting);
  const ward = await findWard(context, state, { entry: attempt.patient.entry });
  return verifyAttempt(context, ward, { attempt, parcel });
}

/** Brings what was tried before people, and books it. May write; runs nothing of what was proposed. */
export async function publishJob(
  ports: HealPorts,
  setting: Setting,
  { target, tried }: { target: Target; tried: readonly Tried[] },
): Promise<HealReport> {
  const started = ports.clock.now();
  const { left } = await ports.lock.acquire();
  try {
    const { context, state, recovered } = await openCycle(ports, setting, left);
    const here = { ...ports, ...context };
    const entry = tried.find(({ attempt }) => attempt)?.attempt?.patient.entry ?? target.entry;
    const ward = await findWard(here, state, { ...target, ...(entry ? { entry } : {}) });
    return await finish(here, openBooks(here, state), { ward, tried, leases: [], recovered, started });
  } finally {
    await ports.lock.release();
  }
}
