import { z } from 'zod';

/** What a model may propose, flat and closed. Whatever a kind of change does not need is an empty text. */
const MODEL_OPERATIONS = ['add', 'edit', 'merge', 'retire'] as const;
export const OPERATIONS_A_NIGHT = 10;
const TEXT_LIMIT = 2000;
const text = z.string().max(TEXT_LIMIT);

const shape = (words: { lesson: z.ZodType<string>; directive: z.ZodType<string>; signature: z.ZodType<string> }) =>
  z.strictObject({
    operations: z.array(
      z.strictObject({
        op: z.enum(MODEL_OPERATIONS),
        /** The lesson to change; empty for `add`. */
        lesson: words.lesson,
        /** `merge`: the lesson that stays. */
        into: words.lesson,
        claim: text,
        directive: words.directive,
        signature: words.signature,
        tag: text,
        evidence: z.array(text).max(50),
        reason: text,
      }),
    ),
  });

const Answer = shape({ lesson: text, directive: text, signature: text });
export type ModelOperation = z.infer<typeof Answer>['operations'][number];

/** The JSON Schema of one night's answer: what it may point at is an enumeration. */
export function operationsSchema(known: {
  lessons: readonly string[];
  directives: readonly string[];
  signatures: readonly string[];
}): object {
  const oneOf = (values: readonly string[]) => z.enum(['', ...new Set(values)]);
  const { $schema: _, ...schema } = z.toJSONSchema(
    shape({
      lesson: oneOf(known.lessons),
      directive: oneOf(known.directives),
      signature: oneOf(known.signatures),
    }),
  );
  return withoutLimits(schema) as object;
}

/** Vendors know no limits of length; code holds the answer to them. */
const withoutLimits = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner) => (/^(?:max|min)(?:Length|Items)$/.test(key) ? undefined : inner)));

/** The operations in a model's text, or what is wrong with the text in words that it can use. */
export function parseOperations(answer: string): { operations: ModelOperation[] } | { problems: string[] } {
  let json: unknown;
  try {
    json = JSON.parse(answer);
  } catch {
    return { problems: [answer.trim() === '' ? 'The answer is empty.' : 'The answer is not JSON.'] };
  }
  const parsed = Answer.safeParse(json);
  if (!parsed.success)
    return {
      problems: parsed.error.issues
        .slice(0, 10)
        .map((issue) => `${issue.path.join('.') || 'answer'}: ${issue.message}`),
    };
  const { operations } = parsed.data;
  // Whoever would change everything at once is not followed in anything.
  if (operations.length > OPERATIONS_A_NIGHT)
    return { problems: [`operations: ${operations.length} are too many. Give the ${OPERATIONS_A_NIGHT} that matter.`] };
  return { operations };
}

/** `add "claim"`, `merge L3 into L1`: as the night's page names it. */
export function describeModelOperation({ op, lesson, into, claim, reason }: ModelOperation): string {
  const words = {
    add: claim,
    edit: `${lesson}: ${claim}`,
    merge: `${lesson} into ${into}`,
    retire: `${lesson}: ${reason}`,
  };
  return `${op} ${words[op]}`.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
}
