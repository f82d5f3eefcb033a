import { paragraphs } from '../markdown-text.ts';
import type { Detail } from './missing-details.ts';

/** One comment on an issue, ever. */
export const TRIAGE_MARKER = 'triage';
export const hasTriageComment = (bodies: readonly string[]): boolean =>
  bodies.some((body) => body.includes(`<!-- steward:${TRIAGE_MARKER} -->`));

const ASKED: Record<Detail, string> = {
  version: 'which version you use',
  steps: 'the steps that lead to it, or the shortest code that shows it',
};

/** The words to the person who wrote it; undefined where there is nothing to say. None of theirs are repeated. */
export function triageComment(found: {
  duplicate?: number | undefined;
  missing: readonly Detail[];
}): string | undefined {
  const { duplicate, missing } = found;
  const like =
    duplicate === undefined
      ? ''
      : `This looks like #${duplicate}. If it is the same, please add what is new there; if not, a word on the difference helps.`;
  const ask =
    missing.length === 0
      ? ''
      : `To look into it, people will need ${missing.map((detail) => ASKED[detail]).join(', and ')}. Could you add that?`;
  if (like === '' && ask === '') return undefined;
  return paragraphs(
    like,
    ask,
    '<sub>Written by a program that compares words. A person decides; nothing is closed.</sub>',
  );
}
