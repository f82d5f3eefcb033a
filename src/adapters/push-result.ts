import type { PushResult } from '../ports.ts';
import type { GitResult } from './git-process.ts';

/** Refusals that mean "somebody pushed in between": fetch, check again, push again. */
const LOST_RACE =
  /\[rejected\]|fetch first|non-fast-forward|cannot lock ref|incorrect old value|failed to update ref|stale info/;

export function pushResult(result: GitResult): PushResult {
  if (result.ok) return { kind: 'pushed' };
  return LOST_RACE.test(result.reason) ? { kind: 'rejected' } : { kind: 'refused', reason: refusal(result.reason) };
}

/** The telling line of a failed push: the hook's or server's own words, without the noise around. */
function refusal(reason: string): string {
  const lines = reason.split('\n').map((line) => line.replace(/^remote:\s*/, '').trim());
  const telling = lines.filter(
    (line) => /^(fatal|error|!|GH\d+|ERROR)/i.test(line) || /declined|denied|protected|refus/i.test(line),
  );
  return [...new Set(telling.length > 0 ? telling : lines)].slice(0, 3).join('; ').slice(0, 300);
}
