import { finding, type SourceFinding } from './source-finding.ts';

/**
 * A reviewer is to see at a glance what a repair does. Forty lines, removed and added ones counted, are a screen; the
 * repairs of single faults that we know change two as a rule and ten at most. Of a longer script half may change, as a
 * fault in what all of it is made of may touch every use. Beyond 200 it is a rewrite, which nobody reads line by line.
 */
const ALWAYS = 40;
const NEVER = 200;
/** Comparing more would be slow, and no script of ours is half as long. */
const LONGEST = 2000;

export function diffFindings(before: string, after: string): SourceFinding[] {
  const length = after.replace(/\n$/, '').split('\n').length;
  if (length >= LONGEST) return [finding('small-diff', `it has ${length} lines, and ${LONGEST} are too many`)];
  const [old, now] = [linesOf(before), linesOf(after)];
  const limit = Math.min(NEVER, Math.max(ALWAYS, Math.floor(old.length / 2)));
  const changed = changedLines(old, now);
  if (changed <= limit) return [];
  return [finding('small-diff', `it changes ${changed} lines, removed and added, and ${limit} are the limit`)];
}

/** Lines as far as they matter to a reader: neither indentation, which a new block around them changes, nor blank ones. */
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Lines of `old` that are gone and lines of `now` that are new, by their longest common subsequence. */
function changedLines(old: readonly string[], now: readonly string[]): number {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let tail = 0;
  const shorter = Math.min(old.length, now.length) - start;
  while (tail < shorter && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const [a, b] = [old.slice(start, old.length - tail), now.slice(start, now.length - tail)];
  let row = new Uint32Array(b.length + 1);
  for (const line of a) {
    const next = new Uint32Array(b.length + 1);
    for (let j = 0; j < b.length; j++)
      next[j + 1] = line === b[j] ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0);
    row = next;
  }
  return a.length + b.length - 2 * (row[b.length] ?? 0);
}
