import type { ForgeOperation, ForgeParams, ForgeResult } from '../domain/forge.ts';
import type { Ports } from './cycle-context.ts';

/** The value, or undefined after a warning. */
export async function ask<O extends ForgeOperation>(
  { forge, log }: Pick<Ports, 'forge' | 'log'>,
  operation: O,
  params: ForgeParams<O>,
): Promise<ForgeResult<O> | undefined> {
  if (!forge) return undefined;
  const answer = await forge.call(operation, params);
  if ('value' in answer) return answer.value;
  log.warn(`GitHub, ${operation}: ${answer.failed.message}`);
  return undefined;
}
