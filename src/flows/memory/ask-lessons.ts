import { factsOf } from '../../domain/memory/entry-facts.ts';
import type { Memory } from '../../domain/memory/memory.ts';
import { type Court, judgeOperations, type Refused } from '../../domain/memory/model/judge-operations.ts';
import { type ModelOperation, parseOperations } from '../../domain/memory/model/model-operation.ts';
import type { Operation } from '../../domain/memory/operation.ts';
import type { Entry } from '../../domain/record.ts';
import { consolidationPrompt, type Outcome } from '../../prompts/consolidate.ts';
import type { Account } from '../account.ts';
import type { Context } from '../cycle-context.ts';

/** What a model made of the day, after every proposal was judged. */
export interface Advice {
  accepted: Operation[];
  refused: Refused[];
  model: string | null;
  /** Why there is none, where a model should have been asked. */
  degraded?: string;
}

export const NO_ADVICE: Advice = { accepted: [], refused: [], model: null };

/** Outcomes that one prompt shows. */
const SHOWN = 60;

export interface Question {
  memory: Memory;
  entries: readonly Entry[];
  /** What code has learned of the day. */
  code: readonly Operation[];
  court: Court;
  tags: readonly string[];
}

/** A day on which all went as ever teaches nothing that is worth a call. */
function isWorthAsking({ entries, code }: Pick<Question, 'entries' | 'code'>): boolean {
  const isNotable = (entry: Entry) =>
    factsOf(entry)?.result === 'failure' || entry.healed !== undefined || (entry.lessons ?? []).length > 0;
  return entries.some(isNotable) || code.some(({ op }) => op !== 'confirm');
}

/** Asks for at most ten small changes; what comes back is data for a validator. */
export async function askForLessons(context: Context, account: Account, question: Question): Promise<Advice> {
  if (!isWorthAsking(question)) return NO_ADVICE;
  const available = account.availability('consolidation');
  if ('unavailable' in available) return { ...NO_ADVICE, degraded: available.unavailable };
  const prompt = promptFor(question);
  const check = (text: string): string[] => {
    const parsed = parseOperations(text);
    return 'problems' in parsed ? parsed.problems : [];
  };
  const answer = await account.ask({ task: 'consolidation', prompt, check });
  if ('unavailable' in answer) return { ...NO_ADVICE, degraded: answer.unavailable };
  const parsed = parseOperations(answer.text);
  if ('problems' in parsed) return { ...NO_ADVICE, model: answer.model, degraded: parsed.problems.join(' ') };
  const { open, withheld } = withoutSecrets(context, parsed.operations);
  const judged = judgeOperations(question.memory, open, question.court);
  return { accepted: judged.accepted, refused: [...withheld, ...judged.refused], model: answer.model };
}

/** A text that the redactor would change holds a secret: it is not even named. */
function withoutSecrets(
  { redact }: Context,
  operations: readonly ModelOperation[],
): { open: ModelOperation[]; withheld: Refused[] } {
  const isOpen = (operation: ModelOperation) => {
    const text = JSON.stringify(operation);
    return redact(text) === text;
  };
  const withheld = operations.filter((operation) => !isOpen(operation));
  return {
    open: operations.filter(isOpen),
    withheld: withheld.map(({ op }) => ({ operation: op, reason: 'it holds a secret' })),
  };
}

function promptFor({ memory, entries, court, tags }: Question) {
  const outcomes = entries.flatMap(outcomeOf);
  const shown = shownOutcomes(outcomes);
  const rest = outcomes.filter((outcome) => !shown.includes(outcome));
  const signatures = [
    ...memory.lessons.map(({ when }) => when.signature),
    ...outcomes.map(({ signature }) => signature),
  ];
  return consolidationPrompt({
    day: court.day,
    lessons: memory.lessons,
    outcomes: shown,
    unlisted: Object.fromEntries(
      [...Map.groupBy(rest, ({ directive }) => directive)].map(([name, all]) => [name, all.length]),
    ),
    directives: court.directives,
    tags,
    signatures: [...new Set(signatures.filter((each) => each !== undefined))],
  });
}

/** Failures and what lessons had a part in come first, then what was dear, then the first of each directive. */
function shownOutcomes(outcomes: readonly Outcome[]): Outcome[] {
  const isTelling = ({ result, lessons, healed }: Outcome) =>
    result === 'failure' || lessons.length > 0 || healed.length > 0;
  const firsts = [...Map.groupBy(outcomes, ({ directive }) => directive).values()].flatMap(([first]) => first ?? []);
  const dear = outcomes.filter(({ costDollars }) => costDollars > 0).sort((a, b) => b.costDollars - a.costDollars);
  const chosen = new Set([...outcomes.filter(isTelling), ...firsts, ...dear].slice(0, SHOWN));
  return outcomes.filter((outcome) => chosen.has(outcome));
}

function outcomeOf(entry: Entry): Outcome[] {
  const facts = factsOf(entry);
  if (!facts) return [];
  const message = entry.failure?.message ?? entry.criteria.find(({ holds }) => holds === false)?.reason;
  return [
    {
      ...facts,
      time: entry.timestamp.slice(11, 16),
      durationS: entry.metrics.duration_s,
      costDollars: entry.metrics.cost,
      ...(message && facts.result === 'failure' ? { message } : {}),
      lessons: entry.lessons ?? [],
      healed: (entry.healed ?? []).map(({ signature }) => signature),
    },
  ];
}
