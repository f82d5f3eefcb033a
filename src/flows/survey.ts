import type { LedgerState } from '../domain/ledger-state.ts';
import { settleApprovals } from './approvals.ts';
import { withoutDirty } from './clean-options.ts';
import type { Context, Forced } from './cycle-context.ts';
import { gather, type LoadedDirectives, type Situation } from './gather.ts';
import { EMPTY_INBOX, type Inbox, readInbox } from './inbox.ts';
import { toRequest } from './request.ts';
import { answerLate, refuseTasks } from './tell.ts';

interface Known {
  state: LedgerState;
  loaded: LoadedDirectives;
  /** Asked for by name: then nothing else is looked at. */
  forced: Forced | undefined;
}

/** Looks at the ledger, the directives and the forge, and changes nothing. */
export async function look(
  context: Context,
  { state, loaded, forced }: Known,
): Promise<{ situation: Situation; inbox: Inbox }> {
  const inbox = forced ? EMPTY_INBOX : await readInbox(context, loaded.directives, state);
  const requests = forced ? [toRequest(forced, loaded.directives, loaded.problems)] : inbox.requests;
  const { waiting } = inbox;
  const situation = await gather(context, { state, loaded, requests, onlyRequests: forced !== undefined, waiting });
  return { situation, inbox };
}

/** What the agent may do now, after whoever waits for a word from it has got one. */
export async function survey(context: Context, known: Known): Promise<Situation> {
  const { situation, inbox } = await look(context, known);
  if (known.forced) return withoutDirty(context, situation);
  await answerLate(context, inbox);
  await refuseTasks(context, inbox);
  return withoutDirty(context, await settleApprovals(context, situation, known.state));
}
