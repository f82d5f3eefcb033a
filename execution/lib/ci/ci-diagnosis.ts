import { z } from 'zod';
import type { ScriptContext } from '../../../src/script.ts';
import type { Diagnosis, Failure } from './ci-memory.ts';
import { maskSecrets } from './secret-mask.ts';

const Answer = z.object({
  cause: z.string().min(10).max(500).describe('Why it failed, in one or two plain sentences'),
  remedy: z.string().min(10).max(500).describe('What to do about it, or how to find out more, in one or two sentences'),
});

const PROMPT = `A run of a project's CI failed. From the excerpt of its log say what went wrong and what to do about it, for
the people who work on the project. Name files, tests or packages that the log names. Where the log does not tell, say
that it does not. Plain sentences, no Markdown, no greetings.`;

/** One call for a way of failing that nobody has seen; without a model what the log itself says. */
export async function diagnose(
  context: ScriptContext,
  failure: Omit<Failure, 'diagnosis'>,
  part: readonly string[],
): Promise<Diagnosis> {
  const { workflow, job, step, suspects } = failure;
  const made = await context.generate({
    task: 'ceo_analysis',
    prompt: PROMPT,
    material: {
      place: JSON.stringify({ workflow, job, step }),
      log: part.join('\n').slice(-12_000),
      commits: suspects.map(({ author, subject }) => `${author}: ${subject}`).join('\n'),
    },
    schema: Answer,
  });
  if ('unavailable' in made) {
    context.log(`no diagnosis by a model: ${made.unavailable}`);
    return template(failure);
  }
  const [cause = '', remedy = ''] = maskSecrets([made.generated.cause, made.generated.remedy]);
  return { cause, remedy, by: made.model };
}

export function template({ step, errors, suspects, base }: Omit<Failure, 'diagnosis'>): Diagnosis {
  const cause =
    errors.length > 0
      ? `The step ${step} ends with an error; the log says: ${errors.join(' / ')}`
      : `The step ${step} ends with an error, and the log does not say which.`;
  const isFound = suspects.some(({ files }) => files.length > 0);
  const remedy = isFound
    ? 'Begin with the commits below that touch files the log names.'
    : base === null
      ? 'Begin with the excerpt above and the newest changes.'
      : 'Begin with the changes since the last green run, below; where none fits, something outside changed, such as a dependency or the runner.';
  return { cause: cause.slice(0, 600), remedy, by: 'template' };
}
