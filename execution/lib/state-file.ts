import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { ScriptContext } from '../../src/script.ts';
import { readIfThere } from './report-file.ts';

/**
 * What a script remembers from run to run, as JSON under knowledge/state/. Undefined where there is none, and where it
 * can not be read: it was edited, or left with the marks of a merge. The script then begins anew, which it must survive.
 */
export async function readState<State>(
  context: ScriptContext,
  path: string,
  schema: z.ZodType<State>,
): Promise<State | undefined> {
  const text = await readIfThere(join(context.workspace, path));
  if (text === undefined) return undefined;
  const state = schema.safeParse(parseJson(text));
  if (!state.success) context.log(`${path} is not what this script wrote there; it begins anew`);
  return state.data;
}

/** True when the file was written: its text was another, or it was not there. */
export async function writeIfChanged(context: ScriptContext, path: string, text: string): Promise<boolean> {
  const file = join(context.workspace, path);
  if ((await readIfThere(file)) === text) return false;
  await writeFile(file, text);
  return true;
}

/** Keys stand in the order of the schema, so that the same state is the same text. */
export const writeState = <State>(
  context: ScriptContext,
  path: string,
  schema: z.ZodType<State>,
  state: State,
): Promise<boolean> => writeIfChanged(context, path, `${JSON.stringify(schema.parse(state), undefined, 1)}\n`);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
