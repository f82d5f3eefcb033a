import { committedSpend } from '../domain/budget.ts';
import { choosePolicy } from '../domain/decision.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import { toDollars } from '../domain/money.ts';
import type { Entry } from '../domain/record.ts';
import type { Prompt } from '../ports.ts';
import type { Context, Forced, Ports, Setting } from './cycle-context.ts';
import { promptFor } from './decide.ts';
import { loadDirectives, type Situation } from './gather.ts';
import { loadLedger } from './ledger-reader.ts';
import { assertOwnLedger } from './record.ts';
import { look } from './survey.ts';

/** What a cycle would see and do now. */
export interface Preview {
  at: string;
  paused: string | null;
  ledger: { records: number; next_wake: string | null; open_intents: number };
  spend: { today: number; month: number };
  recent: Pick<Entry, 'id' | 'timestamp' | 'decision' | 'result' | 'verification'>[];
  options: {
    id: string;
    directive: string;
    params: Record<string, unknown>;
    priority: number;
    due_since: string;
    open_inputs: string[];
  }[];
  held: { directive: string; reason: string }[];
  /** Absent when no model would be asked. */
  prompt: Prompt | null;
  decision: { option: string | null; by: string; reason: string };
  /** The most the decision could cost, in US dollars. */
  estimated_cost: number;
}

/** Gathers and decides without doing: no lock, no fetch, no model call, no file. */
export async function preview(ports: Ports, setting: Setting, forced?: Forced): Promise<Preview> {
  const context: Context = { ...ports, setting, facts: await ports.repo.facts() };
  const { state } = await loadLedger(ports.documents);
  await assertOwnLedger(context, state);
  const loaded = await loadDirectives(ports.documents, Object.keys(setting.config.vars));
  const { situation } = await look(context, { state, loaded, forced });
  return { ...describe(situation, state), paused: setting.paused ?? null, ...foresee(context, situation, state) };
}

/** What there is to know. */
function describe(
  { now, options, held, recent }: Situation,
  state: LedgerState,
): Omit<Preview, 'paused' | keyof Foreseen> {
  const today = committedSpend(state, now);
  return {
    at: now.toISOString(),
    ledger: {
      records: (state.head?.seq ?? -1) + 1,
      next_wake: state.next_wake,
      open_intents: state.open_intents.length,
    },
    spend: { today: toDollars(today.dayMicroCents), month: toDollars(today.monthMicroCents) },
    recent: recent.map(({ id, timestamp, decision, result, verification }) => ({
      id,
      timestamp,
      decision,
      result,
      verification,
    })),
    options: options.map(({ id, directive, params, dueSince, openInputs }) => ({
      id,
      directive: directive.name,
      params,
      priority: directive.priority,
      due_since: dueSince.toISOString(),
      open_inputs: openInputs.map(({ name }) => name),
    })),
    held: held.map(({ directive, reason }) => ({ directive, reason })),
  };
}

type Foreseen = Pick<Preview, 'prompt' | 'decision' | 'estimated_cost'>;

/** Who would decide, what without a model, and at what cost. */
function foresee({ llm }: Context, situation: Situation, state: LedgerState): Foreseen {
  const { options, now } = situation;
  const [only] = options;
  const isSettled =
    options.length === 0 || only?.merged !== undefined || (options.length === 1 && only?.openInputs.length === 0);
  const prompt = isSettled ? null : promptFor(situation, state);
  const standing = { run: '', health: state.models };
  const available = llm.availability('ceo_analysis', standing);
  const asked = prompt !== null && 'model' in available ? available.model : undefined;
  const policy = choosePolicy(options, now);
  const by = asked ? `the model ${asked}; without it the policy` : isSettled ? 'the only option' : 'the policy';
  const reason = policy?.reason ?? (options.length === 0 ? 'nothing is due' : 'nothing can be chosen without a model');
  return {
    prompt,
    decision: { option: policy?.option.id ?? null, by, reason },
    estimated_cost: asked && prompt ? toDollars(llm.estimate('ceo_analysis', prompt, standing)) : 0,
  };
}
