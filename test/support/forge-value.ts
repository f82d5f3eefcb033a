import type { ForgeOperation, ForgeParams, ForgeResult } from '../../src/domain/forge.ts';
import type { Forge } from '../../src/ports.ts';

/** What an operation gives; throws with the forge's words when it was refused. */
export async function forgeValue<O extends ForgeOperation>(
  forge: Forge,
  operation: O,
  params: ForgeParams<O>,
): Promise<ForgeResult<O>> {
  const answer = await forge.call(operation, params);
  if ('value' in answer) return answer.value;
  throw new Error(`${operation}: ${answer.failed.kind}, ${answer.failed.message}`);
}
