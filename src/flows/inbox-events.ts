import type { Directive } from '../domain/directive.ts';
import type { Pull } from '../domain/forge-words.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import type { Request } from '../domain/option.ts';
import { fitParams } from '../domain/request-params.ts';
import { ask } from './ask-forge.ts';
import type { Context } from './cycle-context.ts';

export type EventKind = Exclude<Directive['on'][number], 'task' | 'dispatch'>;

/** The pull requests that were closed, newest first; asked for once in a cycle. */
export type ClosedPulls = () => Promise<Pull[]>;

/** An older event is no news. */
const WINDOW_MS = 7 * 86_400_000;
/** So many of one directive are offered at once, oldest first: more would make the list longer, not the choice better. */
const OFFERED = 3;
/** Runs of the agent's own workflows are the watchdog's matter. */
export const OWN_WORKFLOWS = ['cycle.yml', 'consolidate.yml', 'heal.yml', 'watchdog.yml', 'doctor.yml'];

interface Happening {
  id: string;
  /** Given to a directive that has an input of this name. */
  input: { name: string; value: number };
}

/** What happened lately, as one occurrence per directive that asks for it: `event:triage_issues.issue-12`. */
export async function eventRequests(
  context: Context,
  kind: EventKind,
  known: { directives: readonly Directive[]; state: LedgerState; closedPulls: ClosedPulls },
): Promise<Request[]> {
  const { directives, state } = known;
  const since = new Date(context.clock.now().getTime() - WINDOW_MS).toISOString();
  const happenings = await readers[kind](context, since, known.closedPulls);
  return directives.flatMap((directive) => {
    const named = happenings.map((each) => ({ ...each, occurrence: `event:${directive.name}.${each.id}` }));
    const open = named.filter(({ occurrence }) => !state.done[occurrence]).slice(-OFFERED);
    return open.toReversed().map(({ occurrence, input }) => toRequest(directive, occurrence, input));
  });
}

function toRequest(directive: Directive, occurrence: string, input: Happening['input']): Request {
  const isWanted = directive.inputs.some(({ name }) => name === input.name);
  const { params } = fitParams(directive, isWanted ? { [input.name]: input.value } : {});
  return { occurrence, directive: directive.name, params, origin: 'event' };
}

/** Each gives what happened, newest first, as GitHub lists it. */
const readers: Record<EventKind, (context: Context, since: string, closedPulls: ClosedPulls) => Promise<Happening[]>> =
  {
    /** Issues that people opened; those of the agent itself are none. */
    async issue(context, since) {
      const issues = (await ask(context, 'issues.list', { since, limit: 200 })) ?? [];
      return issues
        .filter(({ created, labels }) => created >= since && !labels.some((label) => /^steward(:|$)/.test(label)))
        .map(({ number }) => ({ id: `issue-${number}`, input: { name: 'issue', value: number } }));
    },
    async 'ci-failed'(context, since) {
      const { branch } = context.facts;
      const runs = (await ask(context, 'runs.list', { branch, status: 'failure', since })) ?? [];
      return runs
        .filter(({ workflow, event }) => !OWN_WORKFLOWS.includes(workflow) && event !== 'pull_request')
        .map(({ id }) => ({ id: `run-${id}`, input: { name: 'run', value: id } }));
    },
    /** Proposals of the agent that a person merged. */
    async merge(_, since, closedPulls) {
      return (await closedPulls())
        .filter(
          ({ merged, head, isFork }) => merged !== null && merged >= since && !isFork && head.startsWith('steward/'),
        )
        .map(({ number }) => ({ id: `pull-${number}`, input: { name: 'pull_request', value: number } }));
    },
  };
