import type { CallRecord } from '../../src/domain/record.ts';
import type { Llm, LlmAnswer, LlmRequest } from '../../src/ports.ts';

/** Marks what the model makes up. */
export const FALSEHOOD = 'moonlight decides how it ends';
/** Marks what it has seen. */
const TRUTH = 'as the outcomes show';

type Proposal = Record<'op' | 'lesson' | 'into' | 'claim' | 'directive' | 'signature' | 'tag' | 'reason', string> & {
  evidence: string[];
};

/** What a prompt of the night shows, as a model would read it. */
interface Seen {
  failures: { id: string; directive: string; signature: string }[];
  lessons: string[];
}

export interface UnreliableModel {
  llm: Llm;
  calls(): number;
  wrong(): number;
}

/** Learns from what it sees, but for one answer in five, which is wrong in one of many ways. */
export function unreliableModel(random: () => number, poison: readonly string[]): UnreliableModel {
  let calls = 0;
  let wrong = 0;
  const generate = async ({ prompt, check }: LlmRequest): Promise<LlmAnswer> => {
    calls += 1;
    const isWrong = random() < 0.2;
    if (isWrong) wrong += 1;
    const seen = readPrompt(prompt.user);
    const text = isWrong
      ? wrongAnswer(seen, { random, poison, number: wrong })
      : JSON.stringify({ operations: rightAnswer(seen) });
    // As the client does: what fails the check twice is no answer.
    if (check(text).length > 0) return { unavailable: 'flash: the answer was wrong twice', calls: [CALL, CALL] };
    return { text, model: 'flash', passedOver: [], calls: [CALL] };
  };
  const llm: Llm = {
    generate,
    availability: () => ({ model: 'flash' }),
    models: () => [],
    checkKeys: async () => [],
    estimate: () => 0,
  };
  return { llm, calls: () => calls, wrong: () => wrong };
}

const CALL: CallRecord = {
  task: 'consolidation',
  model_asked: 'flash',
  model: 'flash',
  outcome: 'ok',
  tokens_in: 2000,
  tokens_cached: 0,
  tokens_out: 200,
  tokens_thinking: 0,
  cost: 0.0003,
  duration_s: 1,
};

const NOTHING: Proposal = {
  op: 'add',
  lesson: '',
  into: '',
  claim: '',
  directive: '',
  signature: '',
  tag: '',
  evidence: [],
  reason: '',
};

function readPrompt(user: string): Seen {
  const failures = [...user.matchAll(/^- (\S+) \d\d:\d\d (\S+) -> failure \(([0-9a-f]{12})\)/gm)];
  const lessons = [...user.matchAll(/^- (L\d+) \(/gm)];
  return {
    failures: failures.map(([, id = '', directive = '', signature = '']) => ({ id, directive, signature })),
    lessons: lessons.map(([, id = '']) => id),
  };
}

/** One lesson on each failure of the day, in words of its own. */
function rightAnswer({ failures }: Seen): Proposal[] {
  const kinds = Map.groupBy(failures, ({ directive, signature }) => `${directive} ${signature}`);
  return [...kinds.values()].slice(0, 3).map((same): Proposal => {
    const [{ directive, signature } = { directive: '', signature: '' }] = same;
    const claim = `${directive} fails with ${signature} for reasons of its own, ${TRUTH}; another directive does its work meanwhile.`;
    return { ...NOTHING, claim, directive, signature, evidence: same.map(({ id }) => id) };
  });
}

function wrongAnswer(
  { failures, lessons }: Seen,
  { random, poison, number }: { random: () => number; poison: readonly string[]; number: number },
): string {
  const [failure = { id: '20260101t000000-deadbeef', directive: 'sweep', signature: 'deadbeefdead' }] = failures;
  const { id, directive, signature } = failure;
  const lesson = lessons[Math.floor(random() * lessons.length)] ?? 'L1';
  const claim = `${directive} works whenever it is asked twice, and ${FALSEHOOD}, as number ${number} shows.`;
  const lie = { ...NOTHING, claim, directive, evidence: [id] };
  const poisoned = poison[number % poison.length] ?? '';
  const many = Array.from({ length: 500 }, (_, index) => ({ ...lie, claim: `${claim} ${index}` }));
  const operations: Proposal[][] = [
    [lie],
    [{ ...lie, signature }],
    [{ ...lie, signature, evidence: [id, id, id] }],
    [{ ...lie, evidence: ['20260101t000000-deadbeef'] }],
    [{ ...lie, claim: poisoned }],
    [{ ...lie, claim: `${claim} ${poisoned}` }],
    [{ ...NOTHING, op: 'edit', lesson, claim, evidence: [id] }],
    lessons
      .map((each) => ({ ...NOTHING, op: 'retire', lesson: each, reason: `it is over, and ${FALSEHOOD}` }))
      .slice(0, 10),
    [{ ...NOTHING, op: 'merge', lesson, into: lessons[0] ?? 'L1' }],
    [{ ...lie, tag: 'any', directive: '' }],
    many,
  ];
  const turn = number % (operations.length + 3);
  if (turn === operations.length) return '';
  if (turn === operations.length + 1) return 'I have thought about the day, and all is well.';
  return JSON.stringify({ operations: operations[turn] ?? [], ...(turn > operations.length ? { extra: 1 } : {}) });
}
