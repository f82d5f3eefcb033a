import { ownWords } from './issue-words.ts';

/** What somebody who mends a bug would ask for first. */
export type Detail = 'version' | 'steps';

const VERSION =
  /\bv?\d+\.\d+(?:\.\d+)?\b|\bversions?\b\W{0,20}\w*\d|\b(?:latest|newest|current) (?:version|release|main|master)\b|\b(?:commit|sha)\b\W{0,5}[0-9a-f]{7,}|\bon main\b/i;
const STEPS =
  /\bsteps?\s*:|\b(?:steps? to|to reproduce|reproduc\w+|repro|minimal example|when i|if i|after i|i (?:run|ran|call|called|click|clicked|open|opened|try|tried))\b/i;

/** Which of them a bug's text lacks. A block of code, or a list of steps, shows how; a number like 1.2 says which. */
export function missingDetails({ title, body }: { title: string; body: string }): Detail[] {
  const whole = `${title}\n${body.slice(0, 20_000)}`.replace(/<!--[\s\S]*?(?:-->|$)/g, ' ');
  const own = `${title}\n${ownWords(body)}`;
  const hasSteps =
    STEPS.test(own) || /^\s*(?:```|~~~)/m.test(whole) || (own.match(/^\s*\d+[.)] \S/gm) ?? []).length > 1;
  const missing: Detail[] = [];
  if (!VERSION.test(whole)) missing.push('version');
  if (!hasSteps) missing.push('steps');
  return missing;
}
