import type { PushResult } from '../repo-port.ts';
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
    (line) => /^(fatal|error|GH\d+)/i.test(line) || /declined|denied|protected|refus/i.test(line),
  );
  // git's own summary line (`!	HEAD:refs/heads/main	[remote rejected] (...)`) is the last resort: it says the least.
  const words = telling.filter((line) => !line.startsWith('!'));
  const chosen = [words, telling, lines].find((candidates) => candidates.length > 0) ?? [];
  return [...new Set(chosen)].slice(0, 2).join('; ').replaceAll(/\s+/g, ' ').slice(0, 300);
}
