import { budgetRoom } from '../domain/budget.ts';
import { choosePolicy, type Decision, parseAnswer } from '../domain/decision.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import { fromDollars } from '../domain/money.ts';
import { sha256 } from '../domain/occurrence.ts';
import type { CallRecord } from '../domain/record.ts';
import type { Prompt } from '../ports.ts';
import { decisionPrompt } from '../prompts/decide.ts';
import type { Context } from './cycle-context.ts';
import type { Situation } from './gather.ts';

export interface Decided {
  /** Absent when every option needs a model and none could be asked. */
  decision?: Decision;
  /** Why there is none. */
  reason?: string;
  calls: CallRecord[];
  /** Hash of the prompt that was sent; absent when no model was asked. */
  promptSha256?: string;
}

/** One option without open inputs needs no question; else one model call; else the deterministic policy. */
export async function decide(context: Context, situation: Situation, state: LedgerState): Promise<Decided> {
  const { options, requests } = situation;
  const [first] = options;
  if (options.length === 1 && first && first.openInputs.length === 0) {
    const isAsked = requests.some((request) => request.occurrence === first.id);
    const reason = isAsked ? 'a person asked for it' : 'the only option';
    return {
      decision: { option: first, params: first.params, reason, lessons: [], decidedBy: isAsked ? 'person' : 'single' },
      calls: [],
    };
  }
  const prompt = promptFor(situation, state);
  const room = roomNow(context, state);
  const available = context.llm.availability('ceo_analysis');
  if ('unavailable' in available) return byPolicy(situation, available.unavailable, []);
  if (room === 0) return byPolicy(situation, 'the budget is used up', []);
  return ask(context, situation, { prompt, room });
}

async function ask(
  context: Context,
  situation: Situation,
  { prompt, room }: { prompt: Prompt; room: number },
): Promise<Decided> {
  const { options } = situation;
  const check = (text: string): string[] => {
    const parsed = parseAnswer(text, options, []);
    return 'problems' in parsed ? parsed.problems : [];
  };
  const answer = await context.llm.generate({ task: 'ceo_analysis', prompt, check, roomMicroCents: room });
  const promptSha256 = promptHash(prompt);
  if ('unavailable' in answer) return { ...byPolicy(situation, answer.unavailable, answer.calls), promptSha256 };
  const parsed = parseAnswer(answer.text, options, []);
  if ('problems' in parsed) return { ...byPolicy(situation, parsed.problems.join(' '), answer.calls), promptSha256 };
  const reason = context.redact(parsed.decision.reason);
  return { decision: { ...parsed.decision, reason }, calls: answer.calls, promptSha256 };
}

function byPolicy({ options, now }: Situation, degraded: string, calls: CallRecord[]): Decided {
  const decision = choosePolicy(options, now);
  if (decision) return { decision: { ...decision, degraded }, calls };
  const open = options.map(
    (option) => `${option.directive.name} (${option.openInputs.map(({ name }) => name).join(', ')})`,
  );
  return { reason: `only a model could fill in the inputs of ${open.join(', ')}: ${degraded}`, calls };
}

export function promptFor({ now, options, recent }: Situation, state: LedgerState): Prompt {
  const streaks = Object.fromEntries(
    Object.entries(state.directives).flatMap(([name, { streak }]) => (streak ? [[name, streak.count]] : [])),
  );
  return decisionPrompt({ now, options, recent, lessons: [], streaks });
}

function roomNow({ setting, clock }: Context, state: LedgerState): number {
  const { day, month } = setting.config.budget;
  return budgetRoom({ dayMicroCents: fromDollars(day), monthMicroCents: fromDollars(month) }, state.spend, clock.now());
}

const promptHash = ({ system, user, schema }: Prompt): string => sha256(JSON.stringify([system, user, schema]));
