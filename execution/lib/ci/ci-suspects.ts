import type { ScriptContext } from '../../../src/script.ts';
import { AGENT_AUTHOR, records } from '../commit-history.ts';
import type { Suspect } from './ci-memory.ts';

const ID = /^[0-9a-f]{40}$/;
/** So many commits are looked at, and so many are named. */
const LOOKED_AT = 50;
const NAMED = 5;

/**
 * The commits between the last green run and the failing one, those first that touch a file the log names. Empty where
 * the history is not there, as in a shallow clone.
 */
export async function findSuspects(
  context: ScriptContext,
  { base, head }: { base: string | null; head: string },
  log: readonly string[],
): Promise<Suspect[]> {
  if (base === null || !ID.test(base) || !ID.test(head) || base === head) return [];
  try {
    const range = `${base}..${head}`;
    const walk = ['log', '--no-merges', '--no-color', `--max-count=${LOOKED_AT}`];
    const commits = records(await context.git([...walk, '--format=%H%x00%aN%x00%s', range]));
    const names = await context.git([...walk, '--name-only', '--no-renames', '--format=%x00%H', range]);
    return rankSuspects(commits, filesByCommit(names), log.join('\n'));
  } catch (error) {
    context.log(`no suspects: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

/** `NUL id newline file newline file ...` */
function filesByCommit(output: string): Map<string, string[]> {
  const parts = output.split('\0').filter((part) => part.trim() !== '');
  return new Map(
    parts.map((part) => {
      const [id = '', ...files] = part.split('\n').filter((line) => line !== '');
      return [id, files];
    }),
  );
}

/** Newest first, those that touch what the log names before the others; the agent's own bookkeeping is no suspect. */
export function rankSuspects(
  commits: readonly (readonly string[])[],
  files: ReadonlyMap<string, readonly string[]>,
  log: string,
): Suspect[] {
  const suspects = commits
    .map(([id = '', author = '', subject = '']) => {
      const named = (files.get(id) ?? []).filter((file) => log.includes(file) || isNamed(file, log));
      return {
        id,
        author: author.slice(0, 100),
        subject: subject.slice(0, 200),
        files: named.slice(0, 5).map((file) => file.slice(0, 200)),
      };
    })
    .filter(({ author }) => author !== AGENT_AUTHOR);
  return [
    ...suspects.filter((each) => each.files.length > 0),
    ...suspects.filter((each) => each.files.length === 0),
  ].slice(0, NAMED);
}

/** By its last name, where that is no everyday one. */
function isNamed(file: string, log: string): boolean {
  const name = file.split('/').at(-1) ?? '';
  return /^(?!(?:index|main|package|README|mod|lib|__init__)\.)[\w.@+-]{5,}\.\w+$/.test(name) && log.includes(name);
}
