import { z } from 'zod';
import { coerceInput, formatInputType } from './input-type.ts';
import type { Option } from './option.ts';

/** What was chosen, by whom and why. */
export interface Decision {
  option: Option;
  params: Record<string, unknown>;
  reason: string;
  lessons: string[];
  decidedBy: 'single' | 'model' | 'policy' | 'person';
  /** Why the model that should have decided did not. */
  degraded?: string;
}

/** The answer a model gives: flat, closed, every key required. */
const answerShape = (words: { option: z.ZodType<string>; name: z.ZodType<string>; lesson: z.ZodType<string> }) =>
  z.strictObject({
    option: words.option,
    inputs: z.array(z.strictObject({ name: words.name, value: z.string() })),
    reason: z.string(),
    lessons: z.array(words.lesson),
  });

/** Its text is data and is validated below, word for word: the validator's words are what a correction can use. */
const Answer = answerShape({ option: z.string(), name: z.string(), lesson: z.string() });
type Answer = z.infer<typeof Answer>;

const REASON_LIMIT = 500;
const VALUE_LIMIT = 4000;

/** The JSON Schema for this one decision: options, input names and lessons are enumerations. */
export function answerSchema(options: readonly Option[], lessonIds: readonly string[]): object {
  const names = options.flatMap((option) => option.openInputs.map((input) => input.name));
  const oneOf = (values: readonly string[]) => (values.length > 0 ? z.enum([...new Set(values)]) : z.string());
  const shape = answerShape({
    option: oneOf(options.map(({ id }) => id)),
    name: oneOf(names),
    lesson: oneOf(lessonIds),
  });
  const { $schema: _, ...schema } = z.toJSONSchema(shape);
  return schema;
}

/** Turns a model's text into a decision, or says in the validator's words what is wrong with it. */
export function parseAnswer(
  text: string,
  options: readonly Option[],
  lessonIds: readonly string[],
): { decision: Decision } | { problems: string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problems: [text.trim() === '' ? 'The answer is empty.' : 'The answer is not JSON.'] };
  }
  const parsed = Answer.safeParse(json);
  if (!parsed.success)
    return { problems: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'answer'}: ${issue.message}`) };
  const { option: id, inputs, reason, lessons } = parsed.data;
  const option = options.find((candidate) => candidate.id === id);
  if (!option)
    return {
      problems: [
        `option: \`${id.slice(0, 100)}\` is not in the list. Choose one of ${options.map((each) => each.id).join(', ')}.`,
      ],
    };
  const filled = fillInputs(option, inputs);
  const unknownLessons = lessons.filter((lesson) => !lessonIds.includes(lesson));
  const problems = [
    ...filled.problems,
    ...unknownLessons.map((lesson) => `lessons: \`${lesson.slice(0, 60)}\` was not shown.`),
  ];
  if (problems.length > 0) return { problems };
  return {
    decision: {
      option,
      params: { ...option.params, ...filled.params },
      reason: reason.slice(0, REASON_LIMIT),
      lessons: [...new Set(lessons)],
      decidedBy: 'model',
    },
  };
}

function fillInputs(option: Option, given: Answer['inputs']): { params: Record<string, unknown>; problems: string[] } {
  const open = new Map(option.openInputs.map((input) => [input.name, input]));
  const params: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const { name, value } of given) {
    const input = open.get(name);
    const coerced = input && value.length <= VALUE_LIMIT ? coerceInput(input.type, value) : undefined;
    if (!input) problems.push(`inputs: \`${name.slice(0, 60)}\` is not an open input of ${option.id}.`);
    else if (Object.hasOwn(params, name)) problems.push(`inputs: \`${name}\` is given twice.`);
    else if (!coerced || 'expected' in coerced)
      problems.push(`inputs: \`${name}\` must be ${formatInputType(input.type)} of at most ${VALUE_LIMIT} characters.`);
    else params[name] = coerced.value;
  }
  const missing = [...open.keys()].filter((name) => !given.some((each) => each.name === name));
  return { params, problems: [...problems, ...missing.map((name) => `inputs: \`${name}\` is missing.`)] };
}

/** The deterministic policy: highest priority, then longest overdue, then by name. Options with open inputs need a model. */
export function choosePolicy(options: readonly Option[], now: Date): Decision | undefined {
  const ready = options.filter((option) => option.openInputs.length === 0);
  const [best] = [...ready].sort(
    (a, b) =>
      b.directive.priority - a.directive.priority ||
      a.dueSince.getTime() - b.dueSince.getTime() ||
      (a.id < b.id ? -1 : 1),
  );
  if (!best) return undefined;
  const others = ready.length - 1;
  const waitedHours = Math.round((now.getTime() - best.dueSince.getTime()) / 3_600_000);
  const reason = `highest priority (${best.directive.priority}), due for ${waitedHours} h${others > 0 ? `, ahead of ${others} other${others > 1 ? 's' : ''}` : ''}`;
  return { option: best, params: best.params, reason, lessons: [], decidedBy: 'policy' };
}
