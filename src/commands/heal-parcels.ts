import type { GivenParcel, GivenParcels } from '../compose-heal.ts';
import { AgentError } from '../domain/agent-error.ts';
import type { Tried } from '../domain/heal/conclusion.ts';
import { Attempt, TRIES, Verdict } from '../domain/heal/fix.ts';
import { unpack } from '../domain/heal/parcel.ts';

/** An attempt with the hash by which its verdict names it. Throws PARCEL_INVALID with what is wrong. */
export function readAttempt(given: GivenParcel | undefined): { attempt: Attempt; parcel: string } {
  const read = unpack(given?.text ?? '', Attempt, given?.sha256);
  if ('problem' in read) throw new AgentError('PARCEL_INVALID', { what: 'attempt', problem: read.problem });
  return { attempt: read.value, parcel: read.sha256 };
}

/** The attempt before this one, and why it was refused. */
export function readRefused({ fixes, verdicts }: GivenParcels): { attempt: Attempt; verdict: Verdict } | undefined {
  const [fix, verdict] = [fixes.at(-1), verdicts.at(-1)];
  if (!fix?.text && !verdict?.text) return undefined;
  const { attempt } = readAttempt(fix);
  const read = unpack(verdict?.text ?? '', Verdict, verdict?.sha256);
  if ('problem' in read) throw new AgentError('PARCEL_INVALID', { what: 'verdict', problem: read.problem });
  return { attempt, verdict: read.value };
}

/**
 * All attempts as they came out of their jobs. One that was announced and did not arrive was withheld; a verdict on
 * another text than the attempt's is none.
 */
export function readTried({ fixes, verdicts, announced }: GivenParcels): Tried[] {
  const tried: Tried[] = [];
  for (let index = 0; index < TRIES; index++) {
    const fix = fixes[index];
    const verdict = verdicts[index];
    const isExpected = announced[index] === true || Boolean(fix?.sha256);
    if (!fix?.text.trim()) {
      if (isExpected) tried.push({ attempt: undefined, verdict: undefined, withheld: true });
      continue;
    }
    const { attempt, parcel } = readAttempt(fix);
    const isLost = Boolean(verdict?.sha256) && !verdict?.text.trim();
    tried.push({ attempt, verdict: verdictOn(parcel, verdict), withheld: isLost });
  }
  return tried;
}

function verdictOn(parcel: string, given: GivenParcel | undefined): Verdict | undefined {
  if (!given?.text.trim()) return undefined;
  const read = unpack(given.text, Verdict, given.sha256);
  if ('problem' in read) throw new AgentError('PARCEL_INVALID', { what: 'verdict', problem: read.problem });
  return read.value.parcel === parcel ? read.value : undefined;
}
