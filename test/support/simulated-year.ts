import { type EntryFacts, factsOf } from '../../src/domain/memory/entry-facts.ts';
import { LESSON_CAP, LESSONS_FILE, type Lesson, PAGE_CAP_BYTES } from '../../src/domain/memory/lesson.ts';
import { EMPTY_MEMORY, MEMORY_FILE, Memory, memoryText } from '../../src/domain/memory/memory.ts';
import type { Entry, Unsealed } from '../../src/domain/record.ts';
import { rebuildMemory } from '../../src/flows/memory/load-memory.ts';
import { type NightStage, nightStage } from './night-stage.ts';
import { FALSEHOOD, unreliableModel } from './unreliable-model.ts';
import { type PlantedTruth, randomFrom, type Year, yearOfEntries } from './year-of-entries.ts';

const DAY_MS = 86_400_000;
/** A person adds a lesson every so many days. */
const BY_HAND_EVERY = 45;

export interface YearFigures {
  nights: number;
  entries: number;
  model: { calls: number; wrong: number; refused: number };
  most: { lessons: number; pageBytes: number; archiveLessons: number };
  truths: { planted: number; learned: number; slowestNights: number };
  /** Lessons on failures that were over, and those that did more harm than good. */
  contradicted: { truths: number; slowestNights: number; harmful: number };
  falsehoods: { proposed: number; active: number; activeUnproven: number };
  persons: { written: number; kept: number };
  /** What must not be: evidence that is nowhere, a poisoned text on the page, a lesson that outcomes speak against. */
  faults: string[];
  isRebuiltToTheByte: boolean;
}

/** A year of nights on a generated ledger, with a model that is wrong one time in five. */
export async function simulateYear(options: { days: number; perDay: number; seed: number }): Promise<YearFigures> {
  const year = yearOfEntries({ ...options, truths: 24 });
  const random = randomFrom(options.seed + 7);
  const model = unreliableModel(random, year.poison);
  const stage = nightStage({ files: filesOf(year), llm: model.llm });
  const watch = new Watch(year);
  let written = 0;
  let memory = EMPTY_MEMORY;
  for (const [index, { day, entries }] of year.days.entries()) {
    const { lessons } = memory;
    const lived = entries.map((entry) => decidedWith(entry, lessons, random));
    watch.live(lived);
    if (lived.length > 0) await stage.record(lived);
    const isByHand = index % BY_HAND_EVERY === BY_HAND_EVERY - 1 && lived.length > 0;
    if (isByHand && (await writeByHand(stage, index))) written += 1;
    const { nights } = await stage.night(`${dayAfter(day)}T03:41:00.000Z`);
    memory = await memoryOf(stage);
    watch.see(day, memory, { nights, page: (await stage.documents.read(LESSONS_FILE)) ?? '' });
  }
  const saved = await stage.documents.read(MEMORY_FILE);
  return {
    nights: stage.deeds.commits.flat().filter(({ message }) => message.startsWith('consolidate ')).length,
    entries: watch.facts.size,
    model: { calls: model.calls(), wrong: model.wrong(), refused: watch.refused },
    ...watch.figures(),
    persons: { written, kept: memory.lessons.filter(({ origin }) => origin === 'person').length },
    isRebuiltToTheByte: memoryText(await rebuildMemory(stage.documents)) === saved,
  };
}

const dayAfter = (day: string): string => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
const nightsBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

async function memoryOf({ documents }: NightStage): Promise<Memory> {
  const text = await documents.read(MEMORY_FILE);
  return text === undefined ? EMPTY_MEMORY : Memory.parse(JSON.parse(text));
}

/** Every directive of the year, so that what applies to one can be told from what does not. */
function filesOf({ days }: Year): Record<string, string> {
  const names = new Set(days.flatMap(({ entries }) => entries.map(({ decision }) => decision)));
  return Object.fromEntries(
    [...names].flatMap((name) => [
      [`directives/${name}.md`, `# Directive: ${name}\n## Goal\nDo it.\n## Tools\n- execution/${name}.ts\n`],
      [`execution/${name}.ts`, ''],
    ]),
  );
}

/** A model's decision names lessons: what was made up comes before a failure, anything before a success. */
function decidedWith(entry: Unsealed<Entry>, lessons: readonly Lesson[], random: () => number): Unsealed<Entry> {
  if (entry.decided_by !== 'model' || random() < 0.5) return entry;
  const applying = lessons.filter(({ when }) => when.directive === undefined || when.directive === entry.decision);
  const isLie = ({ claim }: Lesson) => claim.includes(FALSEHOOD);
  const named = applying.filter((lesson) => isLie(lesson) === (entry.result === 'failure'));
  return named.length > 0 ? { ...entry, lessons: named.slice(0, 2).map(({ id }) => id) } : entry;
}

async function writeByHand({ documents }: NightStage, index: number): Promise<boolean> {
  const page = await documents.read(LESSONS_FILE);
  if (page === undefined) return false;
  const own = `### new\n\nOn day ${index} the people of the house were away.\n\n- applies when: tag \`any\`\n`;
  await documents.write(LESSONS_FILE, page.replace('## Active\n', `## Active\n\n${own}`));
  return true;
}

interface Dawn {
  nights: readonly { refused: readonly unknown[] }[];
  page: string;
}

/** Looks at the lessons every morning and counts. */
class Watch {
  readonly facts = new Map<string, EntryFacts>();
  refused = 0;
  readonly #year: Year;
  readonly #faults: string[] = [];
  readonly #most = { lessons: 0, pageBytes: 0, archiveLessons: 0 };
  readonly #learned = new Map<PlantedTruth, number>();
  readonly #ended = new Map<PlantedTruth, number>();
  readonly #lies = { proposed: new Set<string>(), active: new Set<string>(), unproven: new Set<string>() };
  readonly #harmful = new Set<string>();

  constructor(year: Year) {
    this.#year = year;
  }

  live(entries: readonly Unsealed<Entry>[]): void {
    for (const entry of entries) {
      const own = factsOf(entry as Entry);
      if (own) this.facts.set(entry.id, own);
    }
  }

  see(day: string, { lessons, retired }: Memory, { nights, page }: Dawn): void {
    this.refused += nights.reduce((sum, { refused }) => sum + refused.length, 0);
    this.#measure(lessons, retired, page);
    for (const lesson of lessons) this.#question(lesson);
    for (const { id, harmful, helpful } of retired) if (harmful > helpful) this.#harmful.add(id);
    for (const truth of this.#year.truths) this.#follow(truth, lessons, day);
    const repeated = this.#year.poison.filter((text) => page.includes(text));
    this.#faults.push(...repeated.map((text) => `${day}: the page repeats ${JSON.stringify(text)}`));
  }

  #measure(lessons: readonly Lesson[], retired: readonly Lesson[], page: string): void {
    const bytes = Buffer.byteLength(page);
    this.#most.lessons = Math.max(this.#most.lessons, lessons.length);
    this.#most.pageBytes = Math.max(this.#most.pageBytes, bytes);
    this.#most.archiveLessons = Math.max(this.#most.archiveLessons, retired.length);
    if (lessons.length > LESSON_CAP || bytes > PAGE_CAP_BYTES)
      this.#faults.push(`${lessons.length} lessons, ${bytes} bytes`);
  }

  #question({ id, claim, evidence, helpful, harmful, status, when, origin }: Lesson): void {
    const nowhere = evidence.filter((entry) => !this.facts.has(entry));
    if (nowhere.length > 0) this.#faults.push(`${id} cites ${nowhere.join(', ')}`);
    if (origin !== 'person' && harmful > helpful) this.#faults.push(`${id} stays, though it harmed ${harmful} times`);
    if (!claim.includes(FALSEHOOD)) return;
    this.#lies.proposed.add(id);
    if (status !== 'active') return;
    this.#lies.active.add(id);
    const facts = evidence.flatMap((entry) => this.facts.get(entry) ?? []);
    const own = facts.filter(({ signature }) => when.signature !== undefined && signature === when.signature);
    const isProven = helpful >= 2 || new Set(own.map(({ occurrence }) => occurrence)).size >= 2;
    if (!isProven) this.#lies.unproven.add(id);
  }

  /** Nights from the second occurrence to an active lesson, and from the end to none. */
  #follow(truth: PlantedTruth, lessons: readonly Lesson[], day: string): void {
    const { directive, signature, second, over } = truth;
    const isActive = lessons.some(
      ({ status, when }) => status === 'active' && when.directive === directive && when.signature === signature,
    );
    if (second && day >= second && isActive && !this.#learned.has(truth))
      this.#learned.set(truth, nightsBetween(second, day) + 1);
    if (over && day >= over && !isActive && !this.#ended.has(truth))
      this.#ended.set(truth, nightsBetween(over, day) + 1);
    if (this.#ended.has(truth) && isActive)
      this.#faults.push(`${day}: the lesson on ${directive} ${signature} is back`);
  }

  figures(): Pick<YearFigures, 'most' | 'truths' | 'contradicted' | 'falsehoods' | 'faults'> {
    const { truths } = this.#year;
    const slowest = (nights: Map<PlantedTruth, number>) => Math.max(0, ...nights.values());
    const { proposed, active, unproven } = this.#lies;
    for (const truth of truths.filter(({ over }) => over !== null))
      if (!this.#ended.has(truth)) this.#faults.push(`the lesson on ${truth.directive} ${truth.signature} never ended`);
    return {
      most: this.#most,
      truths: {
        planted: truths.filter(({ second }) => second !== null).length,
        learned: this.#learned.size,
        slowestNights: slowest(this.#learned),
      },
      contradicted: { truths: this.#ended.size, slowestNights: slowest(this.#ended), harmful: this.#harmful.size },
      falsehoods: { proposed: proposed.size, active: active.size, activeUnproven: unproven.size },
      faults: this.#faults,
    };
  }
}
