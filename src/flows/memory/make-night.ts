import type { Directive } from '../../domain/directive.ts';
import { takeIn } from '../../domain/memory/apply-night.ts';
import { type EntryFacts, factsOf } from '../../domain/memory/entry-facts.ts';
import type { Lesson } from '../../domain/memory/lesson.ts';
import { applyAll, type Memory } from '../../domain/memory/memory.ts';
import type { Refused } from '../../domain/memory/model/judge-operations.ts';
import type { Operation } from '../../domain/memory/operation.ts';
import { lessonsPage } from '../../domain/memory/page/lesson-page.ts';
import { templateOperations } from '../../domain/memory/patterns/template-lessons.ts';
import { isKnownTag, knownTags } from '../../domain/memory/select-lessons.ts';
import { upkeep } from '../../domain/memory/upkeep.ts';
import type { Entry } from '../../domain/record.ts';
import type { ReadableDocuments } from '../../ports.ts';
import type { Account } from '../account.ts';
import { type Advice, askForLessons, NO_ADVICE } from './ask-lessons.ts';
import { type DayRecords, isOfTheDay } from './day-records.ts';
import { entriesOf } from './evidence.ts';
import type { MemoryContext } from './memory-context.ts';
import { tryOut } from './try-out.ts';

/** What a night comes to, before anything of it is written. */
export interface Draft {
  day: string;
  records: DayRecords & { span: { from: number; to: number } };
  before: Memory;
  after: Memory;
  person: Operation[];
  night: Operation[];
  refused: Refused[];
  /** What people should know of how the night went. */
  notes: string[];
  model: string | null;
  degraded: string | null;
}

export interface NightInput {
  memory: Memory;
  day: string;
  records: DayRecords & { span: { from: number; to: number } };
  person: Operation[];
  /** Number of the newest record. */
  head: number;
  directives: readonly Directive[];
  /** Absent where no model is to be asked. */
  account?: Account;
}

/** Counts first, then what code finds, then what a model proposes of it, then upkeep; the new lessons must not decide worse. */
export async function makeNight(context: MemoryContext, input: NightInput): Promise<Draft> {
  const { memory, day, records, directives, account, head } = input;
  const person = dated(input.person, head);
  const entries = records.fresh.filter(isOfTheDay);
  const taken = takeIn(memory, person, { day, entries: records.fresh, to: records.span.to });
  const code = templateOperations(taken, { day, entries });
  const coded = applyAll(taken, code, day);
  const facts = await collectFacts(context.documents, coded, entries);
  const court = {
    day,
    factsById: (id: string) => facts.get(id),
    directives: directives.map(({ name }) => name),
    isTag: (tag: string) => isKnownTag(tag, directives),
  };
  const advice = account
    ? await askForLessons(context, account, { memory: coded, entries, code, court, tags: knownTags(directives) })
    : NO_ADVICE;
  const tried = await tryAdvice(context, input, { coded, advice });
  const accepted = dated(tried.accepted, head);
  const advised = applyAll(coded, accepted, day);
  const kept = upkeep(advised, { day, factsById: court.factsById, pageBytes });
  const night = [...code, ...accepted, ...kept.operations];
  return {
    day,
    records,
    before: memory,
    after: applyAll(advised, kept.operations, day),
    person,
    night,
    refused: [...advice.refused, ...tried.refused],
    notes: [...tried.notes, ...kept.notes],
    model: advice.model,
    degraded: advice.degraded ?? null,
  };
}

/** Decisions of before have seen other words: their outcomes must not count for the new ones. */
const dated = (operations: readonly Operation[], head: number): Operation[] =>
  operations.map((operation) => (operation.op === 'edit' ? { ...operation, at: head } : operation));

const pageBytes = (lessons: readonly Lesson[]): number => Buffer.byteLength(lessonsPage(lessons));

/** A model's changes stay only where past decisions would not have come out worse with them. */
async function tryAdvice(
  context: MemoryContext,
  { account, day }: NightInput,
  { coded, advice }: { coded: Memory; advice: Advice },
): Promise<{ accepted: Operation[]; refused: Refused[]; notes: string[] }> {
  const { accepted } = advice;
  if (!account || accepted.length === 0) return { accepted, refused: [], notes: [] };
  const lessons = applyAll(coded, accepted, day).lessons;
  const { verdict, note } = await tryOut(context, account, { before: coded.lessons, after: lessons });
  if (verdict === 'passed') return { accepted, refused: [], notes: [note] };
  const refused = accepted.map((operation) => ({ operation: nameOf(operation), reason: note }));
  return { accepted: [], refused, notes: [note] };
}

const nameOf = (operation: Operation): string =>
  operation.op === 'add'
    ? `add ${operation.lesson.claim}`
    : `${operation.op} ${'id' in operation ? operation.id : operation.into}`;

/** Outcomes of the day, and those that candidates rest on: they may be weeks old. */
async function collectFacts(
  documents: ReadableDocuments,
  { lessons }: Memory,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, EntryFacts>> {
  const cited = lessons.filter(({ status }) => status === 'candidate').flatMap(({ evidence }) => evidence);
  const known = new Set(entries.map(({ id }) => id));
  const older = await entriesOf(
    documents,
    cited.filter((id) => !known.has(id)),
  );
  const facts = [...entries, ...older.values()].flatMap((entry) => factsOf(entry) ?? []);
  return new Map(facts.map((each) => [each.id, each]));
}
