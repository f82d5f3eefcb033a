import { ownWords } from './issue-words.ts';

/** What speaks for a label: words and phrases, in small letters. */
export type LabelRules = ReadonlyMap<string, readonly string[]>;

/** For the labels that a new repository on GitHub has. */
export const DEFAULT_RULES = [
  'bug=bug|crash|crashes|crashed|exception|stack trace|traceback|regression|segfault|panic|broken|throws|does not work|doesn’t work|stopped working|unexpected error|wrong result',
  'enhancement=feature request|feature|enhancement|would be nice|would be great|please add|add support|support for|it should be possible|allow to|proposal|suggestion',
  'documentation=documentation|docs|readme|typo|docstring|tutorial|example in the docs|broken link',
  'question=how do i|how can i|how to|is it possible|question|what is the best way|can someone explain|am i doing',
];

/** `bug=crash|exception`: a label, and what speaks for it. What is no rule is left out. */
export function parseRules(lines: readonly string[]): LabelRules {
  const rules = lines.flatMap((line) => {
    const [, label = '', words = ''] = /^([^=]{1,50})=(.+)$/.exec(line) ?? [];
    const phrases = words
      .split('|')
      .map(clean)
      .filter((phrase) => phrase.length > 1);
    return label.trim() === '' || phrases.length === 0 ? [] : [[label.trim().toLowerCase(), phrases] as const];
  });
  return new Map(rules);
}

/**
 * The label that the rules are sure of: its words are in the title and no other's are, or there at least two of its words
 * are in the text and of no other more than half as many. Else undefined: then a model may judge.
 */
export function labelByRules(
  issue: { title: string; body: string },
  labels: readonly string[],
  rules: LabelRules,
): string | undefined {
  const title = ` ${clean(ownWords(issue.title))} `;
  const body = ` ${clean(ownWords(issue.body))} `;
  const hits = (text: string, label: string) =>
    (rules.get(label.toLowerCase()) ?? []).filter((phrase) => text.includes(` ${phrase} `)).length;
  const inTitle = labels.filter((label) => hits(title, label) > 0);
  if (inTitle.length === 1) return inTitle[0];
  const ranked = labels
    .map((label) => ({ label, count: hits(body, label) + 2 * hits(title, label) }))
    .sort((a, b) => b.count - a.count);
  const [first, second] = ranked;
  return first && first.count >= 2 && (second?.count ?? 0) * 2 <= first.count ? first.label : undefined;
}

const clean = (text: string): string =>
  text
    .toLowerCase()
    .replace(/['’]/g, '’')
    .replace(/[^\p{L}\p{N}’]+/gu, ' ')
    .trim();
