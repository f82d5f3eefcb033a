import { FORGE_OPERATIONS, type ForgeParams, type ForgeReply, isGrantable } from '../domain/forge.ts';
import type { Forge, ScriptCall } from '../ports.ts';
import { remind, silence, type Telling } from './telling.ts';

/** One run of a script changes so much outside at most: noise is why people switch agents off. */
const WRITES_PER_RUN = 20;

export const NO_FORGE = 'there is no GitHub here: GITHUB_REPOSITORY and a token are not set';

/**
 * A script's way to the forge: the operations that its directive lists, and no other. `isLooking`: find() and success
 * criteria change nothing.
 */
export function forgeFor(
  forge: Forge | undefined,
  { telling, ...grants }: { operations: readonly string[]; isLooking: boolean; telling?: Telling },
): ScriptCall['forge'] {
  let writes = 0;
  return async ({ operation, params }): Promise<ForgeReply> => {
    if (!isGrantable(operation)) throw new Error(`forge: there is no operation ${operation.slice(0, 60)}`);
    if (!grants.operations.includes(operation))
      throw new Error(`forge: ${operation} is not granted: the directive must say \`forge: [${operation}]\``);
    const { isWrite } = FORGE_OPERATIONS[operation];
    if (isWrite && grants.isLooking) throw new Error(`forge: ${operation} writes; find() and criteria only look`);
    if (isWrite && ++writes > WRITES_PER_RUN)
      throw new Error(`forge: at most ${WRITES_PER_RUN} writing calls in one run of a script`);
    if (!forge) return { unavailable: NO_FORGE };
    const unheard = telling && (await silence(forge, { operation, params }, telling));
    if (unheard) return { unavailable: unheard };
    const answer = await forge.call(operation, params as ForgeParams<typeof operation>);
    if ('value' in answer) {
      if (telling && operation === 'issues.upsert') await remind(forge, params, answer.value, telling);
      return { value: answer.value };
    }
    const { kind, message } = answer.failed;
    if (kind === 'unreachable' || kind === 'limited') return { unavailable: message };
    throw new Error(`forge: ${operation}: ${message}`);
  };
}
