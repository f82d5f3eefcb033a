import { AgentError } from '../domain/agent-error.ts';
import type { Option } from '../domain/option.ts';
import { mayWrite, writeRoot } from '../domain/writes.ts';
import type { Context } from './cycle-context.ts';
import type { Situation } from './gather.ts';

/**
 * Leaves out the options whose files a person is working on: before the model is asked, so that no answer is paid for
 * that can not be followed. Throws DIRTY_WORKTREE when none is left.
 */
export async function withoutDirty({ repo, log }: Context, situation: Situation): Promise<Situation> {
  const writes = situation.options.flatMap(({ directive }) => directive.writes);
  const changed = await repo.changedPaths([...new Set(writes.map(writeRoot))]);
  const inTheWay = ({ directive }: Option) => changed.filter((path) => mayWrite(directive.writes, path));
  const options = situation.options.filter((option) => inTheWay(option).length === 0);
  const dirty = situation.options.filter((option) => !options.includes(option));
  if (options.length === 0 && dirty.length > 0) {
    throw new AgentError('DIRTY_WORKTREE', { paths: [...new Set(dirty.flatMap(inTheWay))].join(', ') });
  }
  for (const option of dirty)
    log.warn(`${option.directive.name} waits: uncommitted changes in ${inTheWay(option).join(', ')}`);
  return { ...situation, options };
}
