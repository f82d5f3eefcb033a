import { z } from 'zod';
import { CAUSES } from './fix.ts';
import { proseFindings, type SourceChange, sourceFindings } from './source/source-policy.ts';

/** What a model says of a failure. */
export const RepairAnswer = z.strictObject({
  cause: z.enum(CAUSES),
  explanation: z.string().min(1, 'a sentence or two').max(2000, 'at most 2000 characters'),
  failure_mode: z.string().max(300, 'at most 300 characters'),
  source: z.string(),
});
export type RepairAnswer = z.infer<typeof RepairAnswer>;

/**
 * Reads the answer, or says what is wrong with it in words for the model: form first, then what the text of the code alone
 * would be refused for, so that a second round need not wait for the gate.
 */
export function readRepair(
  text: string,
  change: Omit<SourceChange, 'after'>,
): { answer: RepairAnswer } | { problems: string[] } {
  const parsed = RepairAnswer.safeParse(parseJson(text));
  if (!parsed.success)
    return { problems: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'answer'}: ${message}`) };
  const { cause, explanation, failure_mode } = parsed.data;
  const source = withNewline(parsed.data.source);
  const prose = [...proseFindings(explanation), ...proseFindings(failure_mode)];
  if (cause !== 'script')
    return prose.length > 0 ? { problems: prose.map(asProblem) } : { answer: { ...parsed.data, source: '' } };
  const found = [...sourceFindings({ ...change, after: source }), ...prose];
  return found.length > 0 ? { problems: found.map(asProblem) } : { answer: { ...parsed.data, source } };
}

const asProblem = ({ check, detail, line }: { check: string; detail: string; line?: number }): string =>
  `${check}: ${detail}${line === undefined ? '' : ` (line ${line})`}.`;

const withNewline = (source: string): string => (source === '' || source.endsWith('\n') ? source : `${source}\n`);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
