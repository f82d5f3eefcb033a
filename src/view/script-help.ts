import type { Grants } from '../flows/run-script.ts';
import type { ScriptDescription } from '../ports.ts';

interface Property {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
}

/** `steward run <script> --help`, made from the script's own schema. */
export function scriptHelp(script: string, description: ScriptDescription, grants: Grants): string {
  const name = script.replace(/^execution\/|\.ts$/g, '');
  const properties = Object.entries((description.input.properties ?? {}) as Record<string, Property>);
  const rows = properties.map(
    ([flag, property]) =>
      [
        `--${flag} <${property.enum?.join('|') ?? property.type ?? 'value'}>`,
        flagText(property, isRequired(description, flag)),
      ] as const,
  );
  const width = Math.max(0, ...rows.map(([flag]) => flag.length));
  return [
    `Usage: steward run ${name}${rows.length > 0 ? ' [flags]' : ''}`,
    '',
    description.summary,
    '',
    ...(rows.length > 0
      ? ['Flags:', ...rows.map(([flag, text]) => `  ${flag.padEnd(width)}  ${text}`.trimEnd())]
      : ['It takes no flags.']),
    '',
    `Used by: ${grants.directives.join(', ') || 'no directive'}`,
    `May write: ${grants.writes.join(', ') || 'nothing'}`,
    `Output: ${Object.keys(description.output.properties ?? {}).join(', ')}`,
  ].join('\n');
}

/** A field with a default stands under `required` in an output schema, never in an input schema. */
const isRequired = (description: ScriptDescription, flag: string): boolean =>
  description.input.required?.includes(flag) ?? false;

function flagText({ description, default: value }: Property, required: boolean): string {
  const extra = required ? '(required)' : value === undefined ? '' : `(default ${JSON.stringify(value)})`;
  return [description, extra].filter(Boolean).join(' ');
}
