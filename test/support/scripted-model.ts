import type { GenerateAnswer, GenerateRequest } from '../../src/domain/generation.ts';

/** A script's way to a model that gives `answers` in order, the last again and again, and remembers what it was asked. */
export function scriptedModel(...answers: GenerateAnswer[]) {
  const asked: GenerateRequest[] = [];
  const generate = async (request: GenerateRequest): Promise<GenerateAnswer> => {
    asked.push(request);
    return answers[Math.min(asked.length, answers.length) - 1] ?? { unavailable: 'nothing is scripted' };
  };
  return { asked, generate };
}
