import { join } from 'node:path';
import { z } from 'zod';
import type { ScriptContext } from '../../../src/script.ts';
import { code } from '../markdown-text.ts';
import { readIfThere } from '../report-file.ts';

/** What the agent's folded state (ledger/state.json) says of each directive, as far as a person must do something about it. */
const State = z.object({
  directives: z.record(
    z.string(),
    z.object({
      /** Of the interrupted run that a person must settle. */
      blocked: z.string().nullable(),
      /** Set while it failed in one way again and again. */
      breaker: z.object({ signature: z.string() }).nullable(),
    }),
  ),
});

/**
 * Lines about the runs that a person must settle and the directives that keep failing; none without a ledger. The state
 * holds what is open now, however long ago it began.
 */
export async function readLedgerWaits({ workspace }: Pick<ScriptContext, 'workspace'>): Promise<string[]> {
  const text = await readIfThere(join(workspace, 'ledger/state.json'));
  return text === undefined ? [] : ledgerWaits(text);
}

export function ledgerWaits(text: string): string[] {
  const state = State.safeParse(jsonIn(text));
  const directives = Object.entries(state.data?.directives ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return directives.flatMap(([name, { blocked, breaker }]) => [
    ...(blocked === null
      ? []
      : [
          `${code(name)} was interrupted, and nobody knows what it did outside. Look, and say ${code(`npm run steward -- resolve ${blocked} done`)}, or ${code('retry')} instead of ${code('done')}.`,
        ]),
    ...(breaker === null ? [] : [`${code(name)} fails in the same way again and again, and is tried less often.`]),
  ]);
}

/** A state that is half written says nothing: the next cycle writes it anew. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lines about the branches that the agent made for a review, where no pull request shows them. */
export async function readBranchWaits(context: ScriptContext): Promise<string[]> {
  const places = ['refs/heads/steward', 'refs/remotes/origin/steward'];
  const refs = await context.git(['for-each-ref', '--no-merged=HEAD', '--format=%(refname)', ...places]);
  const names = refs
    .split('\n')
    .filter((ref) => ref !== '')
    .map((ref) => ref.replace(/^refs\/(heads|remotes\/origin)\//, ''));
  return [...new Set(names)]
    .sort()
    .map((name) => `The branch ${code(name)} waits for a review: merge it, or delete it to decline.`);
}
