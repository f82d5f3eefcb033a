import { type GenerateAnswer, type GenerateRequest, readGenerated } from '../domain/generation.ts';
import { createRedactor, redactJson } from '../domain/redaction.ts';
import type { ScriptCall } from '../ports.ts';
import { generatePrompt } from '../prompts/generate.ts';
import type { Account } from './account.ts';

/** A script's way to a model: its request, within the run's money, booked on its step. */
export function generateFor(account: Account, step: number, secrets: ScriptCall['secrets']): ScriptCall['generate'] {
  // What the directive grants is secret whatever its name says, and no vendor is told.
  const redact = createRedactor(Object.values(secrets));
  return async (request: GenerateRequest, signal): Promise<GenerateAnswer> => {
    const { task, schema } = request;
    const check = (text: string): string[] => {
      const read = readGenerated(text, schema);
      return 'problems' in read ? read.problems : [];
    };
    const prompt = redactJson(generatePrompt(request), redact);
    const answer = await account.ask({ task, prompt, check, signal, step });
    if ('unavailable' in answer) return { unavailable: answer.unavailable };
    const read = readGenerated(answer.text, schema);
    if ('problems' in read) return { unavailable: read.problems.join(' ') };
    return { generated: read.value, model: answer.model };
  };
}

/** For calls that are not part of a run's steps. */
export const noModel =
  (reason: string): ScriptCall['generate'] =>
  async () => ({ unavailable: reason });
