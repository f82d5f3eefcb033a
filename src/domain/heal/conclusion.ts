import { type Attempt, TRIES, type Verdict } from './fix.ts';
import type { Escalation } from './proposal-text.ts';

/** One attempt as it came out of the jobs. `withheld`: there was one, and it did not arrive. */
export interface Tried {
  attempt: Attempt | undefined;
  verdict: Verdict | undefined;
  withheld: boolean;
}

/** What is to be told about a failure, once all attempts are in. */
export type Conclusion =
  | { kind: 'proposal'; attempt: Attempt; verdict?: Verdict }
  | { kind: 'escalation'; escalation: Escalation }
  | { kind: 'none'; reason: string };

/** The newest attempt decides; one whose verdict is about another parcel was never verified. */
export function conclude(tried: readonly Tried[]): Conclusion {
  const { attempt, verdict, withheld } = tried.at(-1) ?? { attempt: undefined, verdict: undefined, withheld: false };
  if (withheld)
    return escalation('output withheld: GitHub masked a fix or a verdict on its way to the next job', WITHHELD);
  if (!attempt) return { kind: 'none', reason: 'nothing was tried' };
  if (attempt.outcome === 'none') return { kind: 'none', reason: attempt.reason };
  if (attempt.outcome === 'note') return { kind: 'proposal', attempt };
  if (attempt.outcome === 'escalate') return escalation(attempt.reason, remedyOf(attempt));
  if (!verdict)
    return escalation('the repair was not verified: the job that should have done it did not end', RUN_AGAIN);
  if (verdict.outcome === 'accepted') return { kind: 'proposal', attempt, verdict };
  const found = verdict.evidence.find(({ status }) => status === 'fail');
  const words = found ? `${found.check}, ${found.detail}` : 'no reason was given';
  if (verdict.outcome === 'unable') return escalation(`the repair could not be verified: ${words}`, RUN_AGAIN);
  if (verdict.outcome === 'unreproduced')
    return escalation(`not reproduced where no secret and no network is: ${words}`, BY_HAND);
  const often = attempt.number === 1 ? 'One attempt was' : `${attempt.number} attempts were`;
  return escalation(`${often} refused by the gate, the last by ${words}`, attempt.number < TRIES ? RUN_AGAIN : BY_HAND);
}

const escalation = (reason: string, remedy: string): Conclusion => ({
  kind: 'escalation',
  escalation: { reason, remedy },
});

const BY_HAND =
  'Mend it by hand: `npm run steward -- run <script>` calls it, and the entry below names the recorded call. The next cycle tries again.';
const RUN_AGAIN = 'Start `heal` once more (Actions, heal, Run workflow), or run `npm run steward -- heal` in a clone.';
const WITHHELD =
  'A value of the repair looks like a secret of the repository. Run `npm run steward -- heal` in a clone: there nothing is masked.';

function remedyOf({ cause, reason }: Attempt): string {
  if (cause === 'protected') return 'No repair may touch that file. Mend it by hand; the stack is below.';
  if (/no model key|is not set/.test(reason))
    return 'Set a model key (GEMINI_API_KEY or ANTHROPIC_API_KEY) as a secret of the repository, or mend it by hand.';
  return BY_HAND;
}
