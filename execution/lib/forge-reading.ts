import type { ForgeReply, ScriptContext } from '../../src/script.ts';

/**
 * What GitHub says. `unavailable`: there is none, or it does not answer just now. `refused`: the token may not, or the
 * repository has no such thing, and that will stay so.
 */
export type Reading<T> = { value: T } | { unavailable: string } | { refused: string };

/** Ours to mend: the directive's list is wrong. */
const IS_MISTAKE = /is not granted|there is no operation|only look/;

/** Asks, and takes a refusal for an answer: a report goes on without, and the log has the reason. */
export async function askForge<T>(
  context: Pick<ScriptContext, 'log'>,
  ask: () => Promise<ForgeReply<T>>,
): Promise<Reading<T>> {
  try {
    const reply = await ask();
    if ('unavailable' in reply) context.log(`without GitHub: ${reply.unavailable}`);
    return reply;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (IS_MISTAKE.test(message)) throw error;
    context.log(`without this of GitHub: ${message}`);
    return { refused: message };
  }
}

/** The value, where there is one. */
export async function ifAnswered<T>(
  context: Pick<ScriptContext, 'log'>,
  ask: () => Promise<ForgeReply<T>>,
): Promise<T | undefined> {
  return readValue(await askForge(context, ask));
}

export const readValue = <T>(reading: Reading<T>): T | undefined => ('value' in reading ? reading.value : undefined);

/** Whether one of them may be answered another time: then what is known from before should stay. */
export const isInterrupted = (readings: readonly Reading<unknown>[]): boolean =>
  readings.some((reading) => 'unavailable' in reading);
