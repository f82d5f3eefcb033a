import { choosePolicy, type Decision, parseAnswer } from '../domain/decision.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import type { Lesson } from '../domain/memory/lesson.ts';
import { selectLessons } from '../domain/memory/select-lessons.ts';
import { sha256 } from '../domain/occurrence.ts';
import type { Option } from '../domain/option.ts';
import type { Entry } from '../domain/record.ts';
import type { Prompt } from '../ports.ts';
import { decisionPrompt } from '../prompts/decide.ts';
import type { Account } from './account.ts';
import type { Context } from './cycle-context.ts';
import { groundsOf } from './entry.ts';
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
  /** What else it takes to make that prompt again. */
  grounds?: Pick<Entry['observed'], 'asked' | 'dirty' | 'lessons'>;
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
  // These are offered only where there is nothing else.
  if (first?.merged) return { decision: bySingle(first, `its proposal ${first.merged} was merged`) };
  if (options.length === 1 && first && first.openInputs.length === 0) {
    const asked = requests.find((request) => request.occurrence === first.id);
    // An event is nobody's wish: it is the only option, as a slot would be.
    if (asked && asked.origin !== 'event')
      return { decision: byPerson(first, asked.origin ? `asked for by ${first.id}` : 'a person asked for it') };
    return { decision: bySingle(first, 'the only option') };
  }
  const available = account.availability('ceo_analysis');
  if ('unavailable' in available) return byPolicy(situation, available.unavailable);
  return ask(context, situation, { state, account });
}

const byPerson = (option: Option, reason: string): Decision => ({ ...bySingle(option, reason), decidedBy: 'person' });

const bySingle = (option: Option, reason: string): Decision => ({
  option,
  params: option.params,
  reason,
  lessons: [],
  decidedBy: 'single',
});

async function ask(
  context: Context,
  situation: Situation,
  { state, account }: { state: LedgerState; account: Account },
): Promise<Decided> {
  const { options } = situation;
  const prompt = promptFor(situation, state);
  const lessons = lessonsFor(situation, state).map(({ id }) => id);
  const check = (text: string): string[] => {
    const parsed = parseAnswer(text, options, lessons);
    return 'problems' in parsed ? parsed.problems : [];
  };
  const grounds = { ...(await groundsOf(context, situation)), lessons };
  const sent = { promptSha256: promptHash(prompt), grounds };
  const answer = await account.ask({ task: 'ceo_analysis', prompt, check });
  if ('unavailable' in answer) return { ...byPolicy(situation, answer.unavailable), ...sent };
  const parsed = parseAnswer(answer.text, options, lessons);
  if ('problems' in parsed) return { ...byPolicy(situation, parsed.problems.join(' ')), ...sent };
  const reason = context.redact(parsed.decision.reason);
  const fallback = answer.passedOver.join('; ');
  return { decision: { ...parsed.decision, reason }, ...sent, ...(fallback ? { fallback } : {}) };
}

function byPolicy({ options, now }: Situation, degraded: string): Decided {
  const decision = choosePolicy(options, now);
  if (decision) return { decision: { ...decision, degraded } };
  const open = options.map(
    (option) => `${option.directive.name} (${option.openInputs.map(({ name }) => name).join(', ')})`,
  );
  return { reason: `only a model could fill in the inputs of ${open.join(', ')}: ${degraded}` };
}

export function promptFor(situation: Situation, state: LedgerState): Prompt {
  const { now, options, recent } = situation;
  const streaks = Object.fromEntries(streaksOf(state).map(([name, { count }]) => [name, count]));
  return decisionPrompt({ now, options, recent, lessons: lessonsFor(situation, state), streaks });
}

/** The lessons that a prompt shows, in its order. */
export function lessonsFor({ options, lessons }: Situation, state: LedgerState): Lesson[] {
  const signatures = Object.fromEntries(streaksOf(state).map(([name, { signature }]) => [name, signature]));
  return selectLessons(lessons, { options, signatures });
}

const streaksOf = ({ directives }: LedgerState) =>
  Object.entries(directives).flatMap(([name, { streak }]) => (streak ? [[name, streak] as const] : []));

export const promptHash = ({ system, user, schema }: Prompt): string => sha256(JSON.stringify([system, user, schema]));
