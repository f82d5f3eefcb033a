import { oneLine } from '../../foreign-text.ts';
import type { EntryFacts, FactsById } from '../entry-facts.ts';
import { type AppliesWhen, CLAIM_LIMIT, SIGNATURE } from '../lesson.ts';
import { isInstructionLike, mentionsProtected } from './instruction-like.ts';

const SHORTEST = 12;
/** Letters of other scripts, and those of phonetics: what hides words, or says what no filter here reads. */
const FOREIGN_LETTERS = /(?=\p{L})[^\p{Script=Latin}\p{Script=Common}]|[\u0250-\u02af\u1d00-\u1d7f]/u;

/** A model's sentence, fit to be read beside a decision; or why it is not. */
export function safeClaim(raw: string): { text: string } | { problem: string } {
  if (/[^\S ]|[\p{Cc}\p{Cf}]/u.test(raw.trim())) return { problem: 'a claim is one line of plain text' };
  const text = oneLine(raw);
  if (text.length < SHORTEST) return { problem: 'it says nothing' };
  if (text.length > CLAIM_LIMIT) return { problem: `it has ${text.length} characters; ${CLAIM_LIMIT} are the most` };
  if (FOREIGN_LETTERS.test(text)) return { problem: 'a claim is written in English' };
  if (/:\/\/|\bwww\.|\w\.[a-z]{2,}\/\w|^\s*[#>|]|`|<|\]\(/i.test(text))
    return { problem: 'a claim has no addresses and no markup' };
  if (mentionsProtected(text))
    return { problem: 'it speaks of budgets, permissions, secrets or protected paths, which lessons may not touch' };
  if (isInstructionLike(text)) return { problem: 'it reads as an order to whoever reads it, and not as an experience' };
  return { text };
}

/** Why a condition can never, or not reliably, be met. */
export function whenProblem(
  when: AppliesWhen,
  { directives, isTag }: { directives: readonly string[]; isTag(tag: string): boolean },
): string | undefined {
  const { directive, signature, tag } = when;
  if (Object.keys(when).length === 0) return 'it does not say what it applies to';
  if (directive !== undefined && !directives.includes(directive))
    return `there is no directive ${JSON.stringify(directive.slice(0, 40))}`;
  if (signature !== undefined && !SIGNATURE.test(signature))
    return `${JSON.stringify(signature.slice(0, 40))} is no failure signature`;
  if (tag !== undefined && !isTag(tag)) return `no option has the tag ${JSON.stringify(tag.slice(0, 40))}`;
  return undefined;
}

/** Why the evidence does not carry the claim: it must be there, be an own outcome, and be of what the lesson applies to. */
export function evidenceProblem(
  when: AppliesWhen,
  evidence: readonly string[],
  factsById: FactsById,
): string | undefined {
  if (evidence.length === 0) return 'it cites no evidence';
  for (const id of evidence) {
    const facts = factsById(id);
    const name = JSON.stringify(id.slice(0, 40));
    if (!facts) return `the ledger has no outcome ${name}`;
    const misfit = misfitOf(when, facts);
    if (misfit) return `${name} ${misfit}`;
  }
  return undefined;
}

function misfitOf({ directive, signature }: AppliesWhen, facts: EntryFacts): string | undefined {
  if (directive !== undefined && facts.directive !== directive) return `is of ${facts.directive}, not of ${directive}`;
  if (signature === undefined || facts.signature === signature) return undefined;
  return facts.signature ? `failed with ${facts.signature}, not with ${signature}` : 'did not fail';
}

const ALIKE = 0.75;

/** Whether two sentences have most of their words in common. */
export function sayAlike(a: string, b: string): boolean {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  const common = [...left].filter((word) => right.has(word)).length;
  const all = left.size + right.size - common;
  return all === 0 || common / all >= ALIKE;
}

const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []);
