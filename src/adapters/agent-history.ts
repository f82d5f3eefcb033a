import { FLOWS } from '../domain/record.ts';
import { AGENT_EMAIL } from './fast-import.ts';
import type { GitPlace } from './git-place.ts';
import type { GitProcess } from './git-process.ts';

/**
 * The subject of an entry's commit: `cycle 142: ...`, `consolidate 2026-03-04: ...`. Leases, intents, a run's files and
 * repairs carry the same trailer, and the last two may come to the branch later than the entry.
 */
const OF_ENTRY = new RegExp(`^(?:${FLOWS.join('|')}) [\\d-]+: `);

/**
 * The commits of entries in HEAD's history since a moment, by the entry's id; the newest where one was committed twice. A
 * shallow clone is given the commits it lacks first; where that can not be, what is there counts.
 */
export async function commitsSince(
  git: GitProcess,
  place: GitPlace,
  since: Date,
): Promise<ReadonlyMap<string, string>> {
  await bringSince(git, place, since);
  const format = '--format=%H%x00%ae%x00%s%x00%(trailers:key=Steward-Id,valueonly,unfold,separator=%x2C)';
  const log = await git.try(['log', `--since=${gitTime(since)}`, format, 'HEAD']);
  const commits = new Map<string, string>();
  for (const line of log.ok ? log.stdout.split('\n') : []) {
    const [id = '', email, subject = '', entry = ''] = line.split('\0');
    // Newest first.
    if (email === AGENT_EMAIL && OF_ENTRY.test(subject) && entry !== '' && !commits.has(entry)) commits.set(entry, id);
  }
  return commits;
}

/** Seconds are all that git reads of a time. */
const gitTime = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z');

/** Without the contents of old files. What lies deeper already stays: asked for less, git would cut it off. */
async function bringSince(git: GitProcess, { isShallow, upstream }: GitPlace, since: Date): Promise<void> {
  if (!isShallow || !upstream) return;
  const ends = await git.try(['log', '--max-parents=0', '--format=%ct', 'HEAD']);
  const seconds = ends.ok ? ends.stdout.split('\n').filter(Boolean).map(Number) : [];
  if (seconds.length > 0 && seconds.every((end) => end * 1000 < since.getTime())) return;
  const { remote, branch } = upstream;
  const options = ['--quiet', '--no-tags', '--filter=blob:none', `--shallow-since=${gitTime(since)}`];
  await git.try(['fetch', ...options, remote, `+refs/heads/${branch}:refs/remotes/${remote}/${branch}`]);
}
