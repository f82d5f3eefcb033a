import { durationMs } from '../../domain/duration.ts';
import { HEAL_BRANCHES, healBranch, type Patient } from '../../domain/heal/fix.ts';
import type { LedgerState } from '../../domain/ledger-state.ts';
import { sha256 } from '../../domain/occurrence.ts';
import { ask } from '../ask-forge.ts';
import type { Context } from '../cycle-context.ts';
import type { Ward } from './ward.ts';

/** Why no repair is tried: `none` opens nothing, `escalate` asks a person. */
export interface HoldBack {
  outcome: 'none' | 'escalate';
  reason: string;
}

/**
 * What keeps a repair from being tried again and again: one that waits for a review or was declined, the cool-down of the
 * script, and too many that wait already. A person who asks by hand passes the last two.
 */
export async function holdBack(
  context: Context,
  state: LedgerState,
  ward: Ward,
  { isByHand }: { isByHand: boolean },
): Promise<HoldBack | undefined> {
  const { open, cool_down } = context.setting.config.heal;
  if (open === 0 && !isByHand) return { outcome: 'none', reason: 'repairs are switched off (heal.open: 0)' };
  const before = context.forge ? await earlierPull(context, state, ward) : await earlierBranch(context, ward.patient);
  if (before) return before;
  if (isByHand) return undefined;
  const waiting = await countWaiting(context);
  if (waiting >= open)
    return { outcome: 'none', reason: `${waiting} repairs wait for a review already (heal.open: ${open})` };
  return coolDown(context, state, ward, durationMs(cool_down));
}

function coolDown(
  { clock }: Context,
  { heals }: LedgerState,
  { patient, script }: Ward,
  coolDownMs: number,
): HoldBack | undefined {
  const ofScript = Object.entries(heals).filter(([, heal]) => heal.script === patient.script);
  const last = ofScript.map(([, { at }]) => Date.parse(at)).sort((a, b) => b - a)[0];
  const until = (last ?? 0) + coolDownMs;
  if (last !== undefined && clock.now().getTime() < until)
    return {
      outcome: 'none',
      reason: `${patient.script} is left alone until ${new Date(until).toISOString().slice(0, 16)}Z (heal.cool_down)`,
    };
  const same = heals[patient.signature];
  // Whoever escalated has tried all there is, as long as the script is the same.
  const isUnchanged = same?.before === (script === undefined ? null : sha256(script));
  return same?.outcome === 'escalated' && isUnchanged
    ? { outcome: 'escalate', reason: 'it fails as before, and no repair was found then' }
    : undefined;
}

/** What became of the pull request for this very way of failing. */
async function earlierPull(context: Context, { heals }: LedgerState, ward: Ward): Promise<HoldBack | undefined> {
  const { patient, entry, script } = ward;
  const pulls = await ask(context, 'pulls.list', { state: 'all', head: healBranch(patient), limit: 10 });
  const pull = pulls?.find(({ state }) => state === 'open') ?? pulls?.[0];
  if (!pull) return undefined;
  const of = `#${pull.number}`;
  if (pull.state === 'open') {
    // One that was made for another text of the script no longer fits, and is made anew.
    const fits = script !== undefined && heals[patient.signature]?.before === sha256(script);
    return fits ? { outcome: 'none', reason: `its repair ${of} waits for a review` } : undefined;
  }
  if (pull.merged === null) return { outcome: 'none', reason: `its repair ${of} was declined` };
  return entry.timestamp < pull.merged
    ? { outcome: 'none', reason: `its repair ${of} has been merged since` }
    : { outcome: 'escalate', reason: `it fails again in the same way although its repair ${of} was merged` };
}

async function earlierBranch({ repo }: Context, patient: Patient): Promise<HoldBack | undefined> {
  const branch = healBranch(patient);
  const isThere = (await repo.openBranches(branch)).includes(branch);
  return isThere
    ? { outcome: 'none', reason: `its repair waits on the branch ${branch}: merge it, or delete it` }
    : undefined;
}

async function countWaiting(context: Context): Promise<number> {
  if (!context.forge) return (await context.repo.openBranches(HEAL_BRANCHES)).length;
  const pulls = await ask(context, 'pulls.list', { state: 'open', limit: 100 });
  return (pulls ?? []).filter(({ head, isFork }) => !isFork && head.startsWith(HEAL_BRANCHES)).length;
}
