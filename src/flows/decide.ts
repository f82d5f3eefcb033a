import { choosePolicy, type Decision, parseAnswer } from '../domain/decision.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import { sha256 } from '../domain/occurrence.ts';
import type { Option } from '../domain/option.ts';
import type { Prompt } from '../ports.ts';
import { decisionPrompt } from '../prompts/decide.ts';
import type { Account } from './account.ts';
import type { Context } from './cycle-context.ts';
import type { Situation } from './gather.ts';

export interface Decided {
  /** Absent when every option needs a model and none could be asked. */
  decision?: Decision;
  /** Why there is none. */
  reason?: string;
  /** Why models before the one that answered were passed over. */
  fallback?: string;
  /** Hash of the prompt that was sent; absent when no model was asked. */
  promptSha256?: string;
}

/** One option without open inputs needs no question; else one model call; else the deterministic policy. */
export async function decide(
  context: Context,
  situation: Situation,
  { state, account }: { state: LedgerState; account: Account },
): Promise<Decided> {
  const { options, requests } = situation;
  const approved = options.find(({ approvedBy }) => approvedBy !== undefined);
  // A person's word never starts a model call.
  if (approved) return { decision: byPerson(approved, `approved by ${approved.approvedBy}`) };
  const [first] = options;
  if (options.length === 1 && first && first.openInputs.length === 0) {
    const asked = requests.find((request) => request.occurrence === first.id);
    // An event is nobody's wish: it is the only option, as a slot would be.
    if (asked && asked.origin !== 'event')
      return { decision: byPerson(first, asked.origin ? `asked for by ${first.id}` : 'a person asked for it') };
    return {
      decision: { option: first, params: first.params, reason: 'the only option', lessons: [], decidedBy: 'single' },
    };
  }
  const prompt = promptFor(situation, state);
  const available = account.availability('ceo_analysis');
  if ('unavailable' in available) return byPolicy(situation, available.unavailable);
  return ask(context, situation, { prompt, account });
}

const byPerson = (option: Option, reason: string): Decision => ({
  option,
  params: option.params,
  reason,
  lessons: [],
  decidedBy: 'person',
});

async function ask(
  context: Context,
  situation: Situation,
  { prompt, account }: { prompt: Prompt; account: Account },
): Promise<Decided> {
  const { options } = situation;
  const check = (text: string): string[] => {
    const parsed = parseAnswer(text, options, []);
    return 'problems' in parsed ? parsed.problems : [];
  };
  const answer = await account.ask({ task: 'ceo_analysis', prompt, check });
  const promptSha256 = promptHash(prompt);
  if ('unavailable' in answer) return { ...byPolicy(situation, answer.unavailable), promptSha256 };
  const parsed = parseAnswer(answer.text, options, []);
  if ('problems' in parsed) return { ...byPolicy(situation, parsed.problems.join(' ')), promptSha256 };
  const reason = context.redact(parsed.decision.reason);
  const fallback = answer.passedOver.join('; ');
  return { decision: { ...parsed.decision, reason }, promptSha256, ...(fallback ? { fallback } : {}) };
}

function byPolicy({ options, now }: Situation, degraded: string): Decided {
  const decision = choosePolicy(options, now);
  if (decision) return { decision: { ...decision, degraded } };
  const open = options.map(
    (option) => `${option.directive.name} (${option.openInputs.map(({ name }) => name).join(', ')})`,
  );
  return { reason: `only a model could fill in the inputs of ${open.join(', ')}: ${degraded}` };
}

export function promptFor({ now, options, recent }: Situation, state: LedgerState): Prompt {
  const streaks = Object.fromEntries(
    Object.entries(state.directives).flatMap(([name, { streak }]) => (streak ? [[name, streak.count]] : [])),
  );
  return decisionPrompt({ now, options, recent, lessons: [], streaks });
}

const promptHash = ({ system, user, schema }: Prompt): string => sha256(JSON.stringify([system, user, schema]));
