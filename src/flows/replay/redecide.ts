import { parseAnswer } from '../../domain/decision.ts';
import { factsOf } from '../../domain/memory/entry-facts.ts';
import type { Entry } from '../../domain/record.ts';
import { type CallSum, sumOfDecision } from '../../domain/replay-report.ts';
import type { ReadableDocuments } from '../../ports.ts';
import type { Account } from '../account.ts';
import type { Context } from '../cycle-context.ts';
import { lessonsFor } from '../decide.ts';
import { recordsBackwards } from '../ledger-reader.ts';
import type { MemoryContext } from '../memory/memory-context.ts';
import type { Houses } from './moment.ts';
import { type Rebuilt, rebuildPrompt } from './rebuild.ts';

/** What a model chooses now, or why none did. */
export type Redecision = { choice: string; reason: string; model: string; used: CallSum } | { unavailable: string };

/** Asks for a decision of the past once more: as in a cycle, but nothing of the answer is carried out. */
export async function redecide(
  { redact }: Pick<Context, 'redact'>,
  account: Account,
  { moment, prompt, situation }: Rebuilt,
): Promise<Redecision> {
  const ids = lessonsFor(situation, moment.state).map(({ id }) => id);
  const parse = (text: string) => parseAnswer(text, situation.options, ids);
  const check = (text: string): string[] => {
    const parsed = parse(text);
    return 'problems' in parsed ? parsed.problems : [];
  };
  const before = account.calls.length;
  const answer = await account.ask({ task: 'ceo_analysis', prompt, check });
  if ('unavailable' in answer) return { unavailable: answer.unavailable };
  const parsed = parse(answer.text);
  if ('problems' in parsed) return { unavailable: parsed.problems.join(' ') };
  const { option, reason } = parsed.decision;
  const used = sumOfDecision(account.calls.slice(before));
  return { choice: option.id, reason: redact(reason), model: answer.model, used };
}

/** The newest decisions that a model made between options, oldest first; none older than `within` records. */
export async function pastDecisions(
  documents: ReadableDocuments,
  { last, within = Number.POSITIVE_INFINITY }: { last: number; within?: number },
): Promise<Entry[]> {
  const found: Entry[] = [];
  let looked = 0;
  for await (const record of recordsBackwards(documents)) {
    looked += 1;
    if (found.length >= last || looked > within) break;
    if (record.kind === 'entry' && isModelsChoice(record)) found.push(record);
  }
  return found.reverse();
}

/** One that could not be carried out for want of an input names no option as its occurrence. */
const isModelsChoice = ({ flow, decided_by, prompt_sha256, options, occurrence }: Entry): boolean =>
  flow === 'cycle' && decided_by === 'model' && prompt_sha256 !== null && options.includes(occurrence);

/** A past decision whose outcome is known. */
export interface Sample {
  rebuilt: Rebuilt;
  was: string;
  isGood: boolean;
}

/** How far back samples are looked for, in records: a ledger without model decisions would be read to its beginning. */
const SAMPLED_RECORDS = 5_000;

/**
 * Up to `limit` of the last `last` decisions that a model made between several options, whose outcome is known and whose
 * prompt can be made again; oldest first. As many failures as successes, where there are so many: they tell more.
 */
export async function sampleDecisions(
  context: MemoryContext,
  { last, limit }: { last: number; limit: number },
): Promise<Sample[]> {
  const houses: Houses = new Map();
  const samples: Sample[] = [];
  const entries = await pastDecisions(context.documents, { last, within: SAMPLED_RECORDS });
  for (const entry of failuresBetween(entries.filter(({ options }) => options.length > 1).reverse())) {
    if (samples.length >= limit) break;
    const rebuilding = await rebuildPrompt(context, entry, houses);
    if (!('rebuilt' in rebuilding)) continue;
    samples.push({ rebuilt: rebuilding.rebuilt, was: entry.occurrence, isGood: isGood(entry) });
  }
  return samples.sort((a, b) => a.rebuilt.moment.entry.seq - b.rebuilt.moment.entry.seq);
}

const isGood = (entry: Entry): boolean => factsOf(entry)?.result === 'success';

/** One failure, one success, and so on, each in the given order. */
function failuresBetween(entries: readonly Entry[]): Entry[] {
  const known = entries.filter((entry) => factsOf(entry) !== undefined);
  const good = known.filter(isGood);
  const bad = known.filter((entry) => !isGood(entry));
  const turns = Array.from({ length: Math.max(good.length, bad.length) }, (_, index) => [bad[index], good[index]]);
  return turns.flat().filter((entry) => entry !== undefined);
}
