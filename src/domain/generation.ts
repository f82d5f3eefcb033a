import { z } from 'zod';
import { Task } from './task.ts';

const Json = z.json();

/** A text that a script asks of a model, as it travels from the child to the agent. */
export const GenerateRequest = z.object({
  task: Task,
  prompt: z.string().regex(/\S/, 'a prompt that says what is wanted'),
  /** Text from outside, by name: shown as data, fenced. */
  material: z.record(z.string(), z.string()).optional(),
  /** JSON Schema of the answer; without it the answer is plain text. */
  schema: z.record(z.string(), z.json()).optional(),
});
export type GenerateRequest = z.infer<typeof GenerateRequest>;

/** `generated` is the text, or with a schema the JSON that fits it. `unavailable` says why no model answered. */
export const GenerateAnswer = z.union([
  z.object({ generated: z.json(), model: z.string() }),
  z.object({ unavailable: z.string() }),
]);
export type GenerateAnswer = z.infer<typeof GenerateAnswer>;

/** Reads a model's answer to a request: the text itself, or the JSON that fits the schema; else what is wrong with it. */
export function readGenerated(
  text: string,
  schema: GenerateRequest['schema'],
): { value: z.infer<typeof Json> } | { problems: string[] } {
  if (!schema) return { value: text };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problems: ['The answer is not JSON.'] };
  }
  try {
    const parsed = z.fromJSONSchema(schema).safeParse(json);
    if (parsed.success) return { value: Json.parse(json) };
    return { problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'answer'}: ${message}`) };
  } catch (error) {
    // A nesting too deep for the stack. The answer is paid for: it is wrong, and not an error of the agent.
    return { problems: [`The answer can not be checked: ${reasonOf(error)}.`] };
  }
}

/** Why no answer can be held against the schema; to be asked before a model is paid. Undefined when one can. */
export function schemaProblem(schema: GenerateRequest['schema']): string | undefined {
  try {
    if (schema) z.fromJSONSchema(schema);
    return undefined;
  } catch (error) {
    return `no answer can be held against the schema: ${reasonOf(error)}`;
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
