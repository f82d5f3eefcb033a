import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ChildScriptRunner } from '../../src/adapters/script-runner.ts';

const Flag = z.object({
  type: z.string(),
  items: z.object({ type: z.string(), minLength: z.int().optional(), maxLength: z.int().optional() }).optional(),
  description: z.string().min(1),
  default: z.json().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
const Description = z.object({
  summary: z.string().min(1),
  input: z.object({ properties: z.record(z.string(), Flag), additionalProperties: z.literal(false) }),
});

/**
 * What may be said to one of the project's scripts, as `steward run <script> --help` tells it: for each flag its type,
 * its bounds and its default, such as `integer 1 to 16, 4`, or `string[] from 1, []` for texts of one character or more.
 * Throws when the script or a flag is not described.
 */
export async function flagsOf(script: string): Promise<Record<string, string>> {
  const runner = new ChildScriptRunner({
    workspace: fileURLToPath(new URL('../../', import.meta.url)),
    services: {
      fetch: () => Promise.reject(new Error('a description asks nobody')),
      git: () => Promise.reject(new Error('a description asks nobody')),
      redact: (text) => text,
    },
    redact: (text) => text,
    nodePath: process.execPath,
  });
  const described = await runner.describe(`execution/${script}.ts`);
  if ('failure' in described) throw new Error(described.failure.message);
  const { properties } = Description.parse(described.description).input;
  return Object.fromEntries(Object.entries(properties).map(([name, flag]) => [name, inWords(flag)]));
}

function inWords({ type, items, minimum, maximum, default: preset }: z.infer<typeof Flag>): string {
  const [from, to] = [minimum ?? items?.minLength, maximum ?? items?.maxLength];
  const bounds = [from === undefined ? '' : ` ${items ? 'from ' : ''}${from}`, to === undefined ? '' : ` to ${to}`];
  return `${items ? `${items.type}[]` : type}${bounds.join('')}${preset === undefined ? '' : `, ${JSON.stringify(preset)}`}`;
}
