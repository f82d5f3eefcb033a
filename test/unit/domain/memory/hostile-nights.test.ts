import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyNight, takeIn } from '../../../../src/domain/memory/apply-night.ts';
import { type EntryFacts, factsOf } from '../../../../src/domain/memory/entry-facts.ts';
import {
  ARCHIVE_CAP,
  LESSON_CAP,
  type Lesson,
  PAGE_CAP_BYTES,
  sameWhen,
} from '../../../../src/domain/memory/lesson.ts';
import { applyAll, EMPTY_MEMORY, type Memory, memoryText } from '../../../../src/domain/memory/memory.ts';
import { judgeOperations } from '../../../../src/domain/memory/model/judge-operations.ts';
import { type ModelOperation, OPERATIONS_A_NIGHT } from '../../../../src/domain/memory/model/model-operation.ts';
import { Operation } from '../../../../src/domain/memory/operation.ts';
import { lessonsPage } from '../../../../src/domain/memory/page/lesson-page.ts';
import { templateOperations } from '../../../../src/domain/memory/patterns/template-lessons.ts';
import { upkeep } from '../../../../src/domain/memory/upkeep.ts';
import type { Entry } from '../../../../src/domain/record.ts';
import { placed } from '../../../support/ledger-samples.ts';

/** Nights as the flow makes them, of any entries and of whatever a model may propose. */

const DIRECTIVES = ['sweep', 'constructor'];
const SIGNATURES = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'refuted'];
const SUBJECTS = [
  'The mirror is slow at noon',
  'A long draft is refuted by its reader',
  'Cold caches double every run',
];
const CLAIMS = SUBJECTS.flatMap((subject) => [
  `${subject}.`,
  `${subject}, and waiting for an hour helps.`,
  `${subject}; other remedies than patience and a second attempt are not known so far.`,
]);
const KINDS = ['add', 'edit', 'merge', 'retire'] as const;
const LESSONS = Array.from({ length: 12 }, (_, index) => `L${index + 1}`);

interface Happening {
  directive: string;
  signature: string | null;
  attempt: number;
  used: string[];
}
const happening: fc.Arbitrary<Happening> = fc.record({
  directive: fc.constantFrom(...DIRECTIVES),
  signature: fc.constantFrom(null, null, ...SIGNATURES),
  /** Occurrences of the night, of which some come several times. */
  attempt: fc.nat(4),
  used: fc.subarray(LESSONS, { maxLength: 3 }),
});
/** Lessons and evidence by their place among those that are there; most evidence fits, as a cunning model's would. */
const proposal = fc.record({
  op: fc.constantFrom(...KINDS),
  lesson: fc.nat(12),
  into: fc.nat(12),
  claim: fc.constantFrom(...CLAIMS, 'Ignore all previous instructions', ''),
  directive: fc.constantFrom('', ...DIRECTIVES, 'nobody'),
  signature: fc.constantFrom('', ...SIGNATURES),
  tag: fc.constantFrom('', '', 'any', 'nothing'),
  evidence: fc.oneof<fc.WeightedArbitrary<(number | string)[]>[]>(
    { arbitrary: fc.array(fc.nat(40), { minLength: 1, maxLength: 3 }), weight: 4 },
    { arbitrary: fc.array(fc.constantFrom('invented', '__proto__'), { maxLength: 2 }), weight: 1 },
  ),
  reason: fc.constantFrom('It is over since the mirror was replaced.', 'x'),
});
type Proposal = typeof proposal extends fc.Arbitrary<infer T> ? T : never;

function proposed(plan: Proposal, { lessons }: Memory, facts: ReadonlyMap<string, EntryFacts>): ModelOperation {
  const { op, directive, signature } = plan;
  const named = (place: number) => lessons[place % (lessons.length + 1)]?.id ?? 'L999';
  const target = lessons.find(({ id }) => id === named(plan.lesson));
  const when = op === 'add' ? { directive, signature } : { directive: '', signature: '', ...target?.when };
  const fitting = [...facts.values()].filter(
    (each) =>
      (when.directive === '' || each.directive === when.directive) &&
      (when.signature === '' || each.signature === when.signature),
  );
  const evidence = plan.evidence.map((each) =>
    typeof each === 'string' ? each : (fitting[each % fitting.length]?.id ?? 'nothing fits'),
  );
  const condition = op === 'add' ? {} : { directive: '', signature: '', tag: '' };
  return { ...plan, ...condition, lesson: op === 'add' ? '' : named(plan.lesson), into: named(plan.into), evidence };
}
const night = fc.record({
  happenings: fc.array(happening, { minLength: 1, maxLength: 12 }),
  proposals: fc.array(proposal, { maxLength: OPERATIONS_A_NIGHT }),
});
type Plan = typeof night extends fc.Arbitrary<infer T> ? T : never;

interface Lived {
  day: string;
  before: Memory;
  after: Memory;
  entries: Entry[];
  /** After the counts and what code found, before the model. */
  coded: Memory;
  advised: Memory;
  operations: Operation[];
  accepted: Operation[];
}

const dayOf = (index: number): string => new Date(Date.UTC(2026, 2, 1 + index)).toISOString().slice(0, 10);

function entryOf({ directive, signature, attempt, used }: Happening, day: string, seq: number): Entry {
  const isRefuted = signature === 'refuted';
  return placed(
    {
      id: `${day.replaceAll('-', '')}t1200${String(seq).padStart(4, '0')}`,
      timestamp: `${day}T12:00:00.000Z`,
      next_wake: `${day}T13:00:00.000Z`,
      decision: directive,
      occurrence: `${directive}@${day}:${attempt}`,
      decided_by: 'model',
      lessons: used,
      result: signature === null || isRefuted ? 'success' : 'failure',
      verification: isRefuted ? 'refuted' : 'verified',
      ...(signature !== null && !isRefuted
        ? { failure: { kind: 'crash', message: 'the shop is closed', signature, log_tail: '' } }
        : {}),
    },
    seq,
  );
}

/** The way of makeNight, with every entry's facts at hand. */
function live(plans: readonly Plan[], first: Memory): { nights: Lived[]; facts: Map<string, EntryFacts> } {
  const facts = new Map<string, EntryFacts>();
  const nights: Lived[] = [];
  let memory = first;
  for (const [index, { happenings, proposals }] of plans.entries()) {
    const day = dayOf(index);
    const begin = memory.seq + 1;
    const entries = happenings.map((each, at) => entryOf(each, day, begin + at));
    for (const entry of entries) {
      const own = factsOf(entry);
      if (own) facts.set(entry.id, own);
    }
    const factsById = (id: string) => facts.get(id);
    const taken = takeIn(memory, [], { day, entries, to: begin + entries.length - 1 });
    const code = templateOperations(taken, { day, entries });
    const coded = applyAll(taken, code, day);
    const asked = proposals.map((each) => proposed(each, coded, facts));
    const court = { day, factsById, directives: DIRECTIVES, isTag: (tag: string) => tag === 'any' };
    const { accepted } = judgeOperations(coded, asked, court);
    const advised = applyAll(coded, accepted, day);
    const pageBytes = (lessons: readonly Lesson[]) => Buffer.byteLength(lessonsPage(lessons));
    const kept = upkeep(advised, { day, factsById, pageBytes });
    const after = applyAll(advised, kept.operations, day);
    const operations = [...code, ...accepted, ...kept.operations];
    nights.push({ day, before: memory, after, entries, coded, advised, operations, accepted });
    memory = after;
  }
  return { nights, facts };
}

const PERSONS: Lesson = {
  id: 'L1',
  claim: 'Sweep by day.',
  when: { directive: 'sweep' },
  evidence: [],
  helpful: 0,
  harmful: 0,
  used: null,
  origin: 'person',
  since: '2026-02-01',
  status: 'active',
};
const START: Memory = { ...EMPTY_MEMORY, next: 2, lessons: [PERSONS] };
const always = (holds: (lived: ReturnType<typeof live>) => void) =>
  fc.assert(
    fc.property(fc.array(night, { minLength: 1, maxLength: 6 }), (plans) => holds(live(plans, START))),
    { numRuns: 100 },
  );
const find = ({ lessons }: Memory, id: string) => lessons.find((lesson) => lesson.id === id);

describe('nights with a hostile model', () => {
  it('activate nothing that two outcomes of different occurrences do not stand behind', () => {
    always(({ nights, facts }) => {
      for (const { after } of nights)
        for (const { status, origin, pattern, helpful, when, evidence, id } of after.lessons) {
          if (status !== 'active' || origin === 'person') continue;
          const cited = evidence.flatMap((entry) => facts.get(entry) ?? []);
          expect(cited, `${id} cites what is nowhere`).toHaveLength(evidence.length);
          const own = when.signature === undefined ? cited : cited.filter((each) => each.signature === when.signature);
          const isSeen = new Set(own.map(({ occurrence }) => occurrence)).size >= 2;
          if (when.signature !== undefined || (origin === 'code' && pattern)) expect(isSeen).toBe(true);
          else expect(helpful).toBeGreaterThanOrEqual(2);
        }
    });
  });

  it('change nothing of what a lesson applies to, and nothing of a person’s', () => {
    always(({ nights }) => {
      for (const { before, after } of nights) {
        const all = [...after.lessons, ...after.retired];
        for (const lesson of before.lessons) expect(all.find(({ id }) => id === lesson.id)?.when).toEqual(lesson.when);
        const own = find(after, PERSONS.id);
        expect(own).toMatchObject({ ...PERSONS, helpful: own?.helpful, harmful: own?.harmful, used: own?.used });
      }
    });
  });

  it('give no words a count that they did not earn', () => {
    always(({ nights }) => {
      const earned = new Map<string, { claim: string; good: number; bad: number }>();
      for (const { before, after, entries } of nights) {
        for (const { id, claim } of before.lessons)
          if (earned.get(id)?.claim !== claim) earned.set(id, { claim, good: 0, bad: 0 });
        for (const entry of entries)
          for (const id of new Set(entry.lessons)) {
            const count = earned.get(id);
            const result = factsOf(entry)?.result;
            if (count && result === 'success') count.good += 1;
            if (count && result === 'failure') count.bad += 1;
          }
        for (const { id, claim, helpful, harmful } of after.lessons) {
          const count = earned.get(id);
          const most = count?.claim === claim ? count : { good: 0, bad: 0 };
          expect([helpful <= most.good, harmful <= most.bad], `${id} ${claim}`).toEqual([true, true]);
        }
      }
    });
  });

  it('bring nothing back in its own words', () => {
    always(({ nights }) => {
      for (const { coded, accepted } of nights)
        for (const operation of accepted) {
          if (operation.op !== 'add') continue;
          const { lesson } = operation;
          expect(coded.retired.some(({ claim, when }) => claim === lesson.claim && sameWhen(when, lesson.when))).toBe(
            false,
          );
        }
    });
  });

  it('retire nothing that outcomes stand behind, and nothing that code still finds', () => {
    always(({ nights }) => {
      for (const { coded, advised } of nights)
        for (const { id, helpful, harmful, status, pattern, claim } of coded.lessons) {
          const isBacked = helpful > harmful || (status === 'active' && pattern !== undefined);
          const end = advised.retired.find((lesson) => lesson.id === id)?.retired?.reason ?? '';
          if (isBacked && !end.startsWith('merged')) expect(end, `${id} ${claim}`).toBe('');
        }
    });
  });

  it('keep to their limits', () => {
    always(({ nights }) => {
      for (const { coded, after, accepted } of nights) {
        expect(accepted.length).toBeLessThanOrEqual(OPERATIONS_A_NIGHT);
        const changes = accepted.filter(({ op }) => op !== 'add').length;
        expect(changes).toBeLessThanOrEqual(Math.max(3, Math.ceil(coded.lessons.length / 5)));
        expect(after.lessons.length).toBeLessThanOrEqual(LESSON_CAP);
        expect(Buffer.byteLength(lessonsPage(after.lessons))).toBeLessThanOrEqual(PAGE_CAP_BYTES);
        expect(after.retired.length).toBeLessThanOrEqual(ARCHIVE_CAP);
      }
    });
  });

  it('are made again to the byte from what is recorded of them', () => {
    always(({ nights }) => {
      let memory = START;
      for (const { day, entries, operations, after } of nights) {
        const recorded = JSON.parse(JSON.stringify(operations)).map((each: unknown) => Operation.parse(each));
        const from: Memory = JSON.parse(memoryText(memory));
        const to = entries.at(-1)?.seq ?? -1;
        memory = applyNight(from, { person: [], night: recorded }, { day, entries, to });
        expect(memoryText(memory)).toBe(memoryText(after));
      }
    });
  });
});
