import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A function that was broken on purpose, and the two tests that tell. All texts are plain JavaScript. */
const RepairCase = z.object({
  id: z.string(),
  entry_point: z.string(),
  buggy: z.string(),
  correct: z.string(),
  visible_test: z.string(),
  hidden_test: z.string(),
});
export type RepairCase = z.infer<typeof RepairCase>;

/** A patch that passes the visible test of the case of the same id, mostly for no good reason. */
const OverfitPatch = z.object({
  id: z.string(),
  entry_point: z.string(),
  overfit: z.string(),
  passes_hidden: z.boolean(),
});
export type OverfitPatch = z.infer<typeof OverfitPatch>;

const defaultFile = (name: string) => fileURLToPath(new URL(`../../../../shared/data/${name}`, import.meta.url));
const DEFAULT_DATA = defaultFile('repair-dev.jsonl');
const DEFAULT_OVERFIT = defaultFile('repair-overfit-dev.jsonl');

/** What is wrong with what was asked for, in words for the one who asked. */
export class BenchError extends Error {}

/** Reads the files of --data and --overfit. The default patches belong to the default cases, so they go with no others. */
export function readCases(paths: { data: string | undefined; overfit: string | undefined }): {
  cases: RepairCase[];
  patches: OverfitPatch[];
} {
  const { data = DEFAULT_DATA, overfit } = paths;
  if (!existsSync(data)) {
    const remedy = 'Name a file of cases with --data FILE (JSON lines with id, entry_point, buggy, correct,';
    throw new BenchError(`There is no ${data}.\n${remedy} visible_test, hidden_test).`);
  }
  const patchFile = overfit ?? (paths.data === undefined ? DEFAULT_OVERFIT : undefined);
  if (overfit !== undefined && !existsSync(overfit)) throw new BenchError(`There is no ${overfit}.`);
  const cases = readLines(data, RepairCase);
  const patches = patchFile !== undefined && existsSync(patchFile) ? readLines(patchFile, OverfitPatch) : [];
  const strangers = patches.filter(({ id }) => !cases.some((each) => each.id === id));
  if (strangers.length > 0)
    throw new BenchError(`${patchFile} has patches for cases that ${data} has not: ${idsOf(strangers)}`);
  return { cases, patches };
}

function readLines<T>(path: string, schema: z.ZodType<T>): T[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = schema.safeParse(parseLine(line));
    if (parsed.success) return [parsed.data];
    throw new BenchError(`${path}:${index + 1}: ${z.prettifyError(parsed.error)}`);
  });
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const idsOf = (list: readonly { id: string }[]): string => list.map(({ id }) => id).join(', ');

/** The script of a case: `JavaScript/12` is execution/javascript_12.ts. */
export const scriptOf = ({ id }: { id: string }): string =>
  `execution/${id.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}.ts`;
