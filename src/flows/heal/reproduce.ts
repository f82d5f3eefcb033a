import type { SourceChange } from '../../domain/heal/source/source-policy.ts';
import type { Tape } from '../../domain/tape.ts';
import type { ScriptDescription } from '../../ports.ts';
import type { Scratch, TextChange } from '../../repo-port.ts';
import { failureOfRun, isSameFailure, type OpenRunner, type Replay, type ReplayGrants, replay } from './replay.ts';

/** A failure to be mended, with all that is recorded of the script. */
export interface RepairCase {
  script: string;
  grants: ReplayGrants;
  failing: Tape;
  /** Newest last; at most three. */
  good: readonly Tape[];
}

/** Inputs and outputs that a repair must not merely know by heart. */
export const recordedCalls = ({ failing, good }: RepairCase): SourceChange['recorded'] =>
  [failing, ...good].map(({ input, output }) => ({ input, ...(output ? { output } : {}) }));

export interface Bench {
  open: OpenRunner;
  /** The tree of the base commit, with these files changed. */
  scratch(changes: readonly TextChange[]): Promise<Scratch>;
}

/** What the code of the base does with the recorded calls: what a repair is held against. */
export interface Reproduction {
  reproduced: boolean;
  /** What happened, for people. */
  detail: string;
  failing: Replay | undefined;
  /** Good calls that still go well without a call that their tape lacks. */
  good: readonly { tape: Tape; replay: Replay }[];
  description: ScriptDescription | undefined;
}

/** Replays the recorded calls on the code of the base. Nothing in it is new: it is what runs in every cycle. */
export async function reproduce(bench: Bench, repair: RepairCase): Promise<Reproduction> {
  const { script, grants, failing } = repair;
  if (!failing.replayable) return unreproduced('its tape was too large to keep, so the call can not be repeated');
  const trees = openTrees(bench, [], grants);
  try {
    const again = await trees.use((tree) => replay(bench.open, failing, tree, grants));
    if (!isSameFailure(failing, again.run)) return { ...unreproduced(otherwise(failing, again)), failing: again };
    const [described, good] = await Promise.all([
      trees.use((tree) => bench.open({ workspace: tree.path, services: NO_SERVICES }).describe(script)),
      replayGood(bench, repair, trees),
    ]);
    return {
      reproduced: true,
      detail: failureOfRun(again.run)?.message ?? 'it gives the refuted output again',
      failing: again,
      good,
      description: 'description' in described ? described.description : undefined,
    };
  } finally {
    await trees.remove();
  }
}

const unreproduced = (detail: string): Reproduction => ({
  reproduced: false,
  detail,
  failing: undefined,
  good: [],
  description: undefined,
});

export const NO_SERVICES = {
  fetch: async () => {
    throw new Error('there is no network here');
  },
  git: async () => {
    throw new Error('there is no git here');
  },
};

function otherwise(tape: Tape, { run, strays }: Replay): string {
  const failure = failureOfRun(run);
  const now = failure
    ? `fails otherwise now (${failure.kind} ${failure.signature}: ${failure.message.split('\n')[0]})`
    : 'does not fail';
  const lacks = strays.length > 0 ? `; the tape has no answer for ${strays[0]}` : '';
  return `the recorded call ${now}, and failed then with ${tape.failure?.signature ?? 'no signature'}${lacks}`;
}

async function replayGood(bench: Bench, { grants, good }: RepairCase, trees: Trees): Promise<Reproduction['good']> {
  const usable = good.filter(({ replayable, output }) => replayable && output !== undefined);
  const replays = await Promise.all(
    usable.map(async (tape) => ({
      tape,
      replay: await trees.use((tree) => replay(bench.open, tape, tree, grants)),
    })),
  );
  return replays.filter(({ replay: { run, strays } }) => run.outcome.status === 'ok' && strays.length === 0);
}

/** Trees of one candidate, or of the base. */
export interface Trees {
  use<T>(work: (tree: Scratch) => Promise<T>): Promise<T>;
  remove(): Promise<void>;
}

/** A tree of its own for each use, since what one writes must not be there for the next; one for all where nothing may write. */
export function openTrees(
  bench: Bench,
  changes: readonly TextChange[],
  { writes }: Pick<ReplayGrants, 'writes'>,
): Trees {
  const made: Promise<Scratch>[] = [];
  const make = (): Promise<Scratch> => {
    const tree = bench.scratch(changes);
    made.push(tree);
    return tree;
  };
  return {
    use: async (work) => work(await ((writes.length === 0 && made[0]) || make())),
    remove: async () => {
      const trees = await Promise.allSettled(made);
      await Promise.all(trees.map((tree) => (tree.status === 'fulfilled' ? tree.value.remove() : undefined)));
    },
  };
}
