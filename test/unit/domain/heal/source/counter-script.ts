import { type SourceChange, sourceFindings } from '../../../../../src/domain/heal/source/source-policy.ts';

/** A small script, in parts that a test can put others in the place of. */
export function counter(
  parts: { top?: string; input?: string; output?: string; run?: string; more?: string } = {},
): string {
  const { top = '', input = 'z.object({ file: z.string() })', output = 'z.object({ words: z.int() })' } = parts;
  const { run = 'return { words: text.split(/ /).length };', more = '' } = parts;
  return `import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';
${top}
export default defineScript({
  summary: 'Counts the words of a file.',
  input: ${input},
  output: ${output},
  async run(context, { file }) {
    const text = await readFile(join(context.workspace, file), 'utf8');
    ${run}
  },
});
${more}`;
}

type Options = Partial<Pick<SourceChange, 'before' | 'recorded'>>;

/** Which checks refuse a repair of the counter, each once, in their order. */
export function checksOf(after: string, { before = counter(), recorded = [] }: Options = {}): string[] {
  const found = sourceFindings({ script: 'execution/counter.ts', before, after, recorded });
  return [...new Set(found.map(({ check }) => check))];
}
