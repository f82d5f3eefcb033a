import type { FactsById } from '../entry-facts.ts';
import { type AppliesWhen, boundedEvidence, HELPFUL_ENOUGH, type Lesson, sameWhen, TAKEN_OUT } from '../lesson.ts';
import { applyOperation, type Memory } from '../memory.ts';
import type { Operation } from '../operation.ts';
import { evidenceProblem, safeClaim, sayAlike, whenProblem } from './claim.ts';
import { describeModelOperation, type ModelOperation } from './model-operation.ts';

export interface Refused {
  operation: string;
  reason: string;
}

/** What a proposal is held against. */
export interface Court {
  day: string;
  factsById: FactsById;
  directives: readonly string[];
  isTag(tag: string): boolean;
}

/** Lessons on the same condition: more would drown what is known of it. */
const PER_CONDITION = 3;
/** Lessons that one night may reword, merge or retire: a fifth, and never fewer than this. */
const CHANGES = 3;

/** Each proposal is judged by itself, on the memory as those before it left it. */
export function judgeOperations(
  memory: Memory,
  proposed: readonly ModelOperation[],
  court: Court,
): { accepted: Operation[]; refused: Refused[] } {
  const accepted: Operation[] = [];
  const refused: Refused[] = [];
  const most = Math.max(CHANGES, Math.ceil(memory.lessons.length / 5));
  let now = memory;
  for (const proposal of proposed) {
    const changes = accepted.filter(({ op }) => op !== 'add').length;
    const isFull = proposal.op !== 'add' && changes >= most;
    const judged = isFull
      ? `${most} lessons are changed already, which is enough for a night`
      : (changedBefore(accepted, proposal) ?? judge(now, proposal, court));
    if (typeof judged === 'string') refused.push({ operation: describeModelOperation(proposal), reason: judged });
    else {
      accepted.push(judged);
      now = applyOperation(now, judged, court.day);
    }
  }
  return { accepted, refused };
}

/** Reworded first, a lesson would lose the outcomes behind it, and with them what keeps it from being retired. */
function changedBefore(accepted: readonly Operation[], { op, lesson }: ModelOperation): string | undefined {
  const isChanged = accepted.some(
    (done) => (done.op === 'edit' ? done.id : done.op === 'merge' && done.into) === lesson,
  );
  return op !== 'add' && isChanged ? `${lesson} is changed already in this night` : undefined;
}

/** The operation, or why it is refused. */
function judge(memory: Memory, proposal: ModelOperation, court: Court): Operation | string {
  if (proposal.op === 'add') return judgeAdd(memory, proposal, court);
  const target = memory.lessons.find(({ id }) => id === proposal.lesson);
  if (!target) return `there is no lesson ${proposal.lesson.slice(0, 20) || 'without a name'}`;
  if (target.origin === 'person') return `${target.id} is a person's, and only people change it`;
  if (proposal.op === 'edit') return judgeEdit(memory, proposal, { ...court, target });
  return proposal.op === 'merge' ? judgeMerge(memory, proposal, target) : judgeRetire(proposal, target);
}

function judgeAdd(memory: Memory, proposal: ModelOperation, court: Court): Operation | string {
  const when = conditionOf(proposal);
  const claim = safeClaim(proposal.claim);
  if ('problem' in claim) return claim.problem;
  const problem = whenProblem(when, court) ?? evidenceProblem(when, proposal.evidence, court.factsById);
  if (problem) return problem;
  const known = memory.lessons.filter((lesson) => sameWhen(lesson.when, when));
  const twin = memory.lessons.find((lesson) => sayAlike(lesson.claim, claim.text));
  if (twin) return `${twin.id} says so already`;
  const unwanted = memory.retired.find(
    ({ retired, when: was }) => retired?.reason === TAKEN_OUT && sameWhen(was, when),
  );
  if (unwanted) return `a person took ${unwanted.id} out, which was on the same`;
  const dead = memory.retired.find((lesson) => sayAlike(lesson.claim, claim.text));
  if (dead) return `${dead.id} said so and was retired: ${dead.retired?.reason}`;
  if (known.length >= PER_CONDITION) return `there are ${known.length} lessons on this already: edit one of them`;
  return {
    op: 'add',
    lesson: {
      id: `L${memory.next}`,
      claim: claim.text,
      when,
      evidence: boundedEvidence([...proposal.evidence].sort()),
      helpful: 0,
      harmful: 0,
      used: null,
      origin: 'model',
      since: court.day,
      status: 'candidate',
    },
  };
}

/** Other words for the same condition. They begin as a candidate: what stood behind the old words does not stand behind them. */
function judgeEdit(
  memory: Memory,
  proposal: ModelOperation,
  { target, ...court }: Court & { target: Lesson },
): Operation | string {
  const asked = conditionOf(proposal);
  if (Object.keys(asked).length > 0 && !sameWhen(asked, target.when))
    return 'what a lesson applies to stays as it is: add another one';
  if (isWellTried(target)) return supportOf(target);
  const claim = safeClaim(proposal.claim);
  if ('problem' in claim) return claim.problem;
  if (claim.text === target.claim) return 'these are its words already';
  const twin = memory.lessons.find((lesson) => lesson.id !== target.id && sayAlike(lesson.claim, claim.text));
  if (twin) return `${twin.id} says so already`;
  const problem = evidenceProblem(target.when, proposal.evidence, court.factsById);
  if (problem) return problem;
  const evidence = boundedEvidence([...proposal.evidence].sort());
  return { op: 'edit', id: target.id, claim: claim.text, evidence, status: 'candidate', origin: 'model' };
}

function judgeMerge(memory: Memory, { into }: ModelOperation, target: Lesson): Operation | string {
  const other = memory.lessons.find(({ id }) => id === into);
  if (!other) return `there is no lesson ${into.slice(0, 20) || 'without a name'} to merge into`;
  if (other.id === target.id) return 'a lesson is not merged into itself';
  if (other.origin === 'person') return `${other.id} is a person's, and only people change it`;
  if (!sameWhen(other.when, target.when)) return `${target.id} and ${other.id} do not apply to the same`;
  // Else the counts of one would stand behind the words of the other.
  if (!sayAlike(other.claim, target.claim)) return `${target.id} and ${other.id} do not say the same`;
  return { op: 'merge', into: other.id, from: [target.id] };
}

function judgeRetire({ reason }: ModelOperation, target: Lesson): Operation | string {
  if (target.helpful > target.harmful) return supportOf(target);
  // One that a model reworded may wait for further evidence, and still rests on it.
  if (target.pattern && (target.status === 'active' || target.origin === 'model'))
    return `${target.id} rests on what code found, and goes when that is over`;
  const words = safeClaim(reason);
  return 'problem' in words
    ? `its reason: ${words.problem}`
    : { op: 'retire', id: target.id, reason: words.text.slice(0, 200) };
}

const isWellTried = ({ helpful, harmful }: Lesson): boolean => helpful >= HELPFUL_ENOUGH && helpful > harmful;
const supportOf = ({ id, helpful, harmful }: Lesson): string =>
  `outcomes stand behind ${id}: it helped ${helpful} times and harmed ${harmful} times`;

function conditionOf({ directive, signature, tag }: ModelOperation): AppliesWhen {
  return {
    ...(directive.trim() ? { directive: directive.trim() } : {}),
    ...(signature.trim() ? { signature: signature.trim() } : {}),
    ...(tag.trim() ? { tag: tag.trim() } : {}),
  };
}
