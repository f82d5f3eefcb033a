import { choosePolicy } from '../domain/decision.ts';
import { toDollars } from '../domain/money.ts';
import type { Entry } from '../domain/record.ts';
import type { Prompt } from '../ports.ts';
import { toRequest } from './cycle.ts';
import type { Context, Forced, Ports, Setting } from './cycle-context.ts';
import { promptFor } from './decide.ts';
import { gather, loadDirectives } from './gather.ts';
import { loadLedger } from './ledger-reader.ts';
import { assertOwnLedger } from './record.ts';

/** What a cycle would see and do now. */
export interface Preview {
  at: string;
  paused: string | null;
  ledger: { records: number; next_wake: string | null; open_intents: number };
  spend: { today: number; month: number };
  recent: Pick<Entry, 'id' | 'timestamp' | 'decision' | 'result' | 'verification'>[];
  options: { id: string; priority: number; due_since: string; open_inputs: string[] }[];
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
  const requests = forced ? [toRequest(forced, loaded.directives, loaded.problems)] : [];
  const situation = await gather(context, { state, loaded, requests, onlyRequests: forced !== undefined });
  const { now, options, held, recent } = situation;
  const [only] = options;
  const isSettled = options.length === 0 || (options.length === 1 && only?.openInputs.length === 0);
  const prompt = isSettled ? null : promptFor(situation, state);
  const available = ports.llm.availability('ceo_analysis');
  const isAsking = prompt !== null && 'model' in available;
  const policy = choosePolicy(options, now);
  return {
    at: now.toISOString(),
    paused: setting.paused ?? null,
    ledger: {
      records: (state.head?.seq ?? -1) + 1,
      next_wake: state.next_wake,
      open_intents: state.open_intents.length,
    },
    spend: {
      today: toDollars(state.spend.day === now.toISOString().slice(0, 10) ? state.spend.dayMicroCents : 0),
      month: toDollars(state.spend.month === now.toISOString().slice(0, 7) ? state.spend.monthMicroCents : 0),
    },
    recent: recent.map(({ id, timestamp, decision, result, verification }) => ({
      id,
      timestamp,
      decision,
      result,
      verification,
    })),
    options: options.map((option) => ({
      id: option.id,
      priority: option.directive.priority,
      due_since: option.dueSince.toISOString(),
      open_inputs: option.openInputs.map(({ name }) => name),
    })),
    held: held.map(({ directive, reason }) => ({ directive, reason })),
    prompt,
    decision: {
      option: policy?.option.id ?? null,
      by: isAsking
        ? `the model ${available.model}; without it the policy`
        : isSettled
          ? 'the only option'
          : 'the policy',
      reason: policy?.reason ?? 'nothing can be chosen without a model',
    },
    estimated_cost: isAsking && prompt ? toDollars(ports.llm.estimate('ceo_analysis', prompt)) : 0,
  };
}
