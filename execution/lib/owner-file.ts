import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import type { ScriptContext } from '../../src/script.ts';
import { cut } from './markdown-text.ts';
import { readIfThere } from './report-file.ts';

/** How a file that people keep by hand is read: a YAML mapping with one list, and a few settings beside it. */
export interface OwnerFileForm<Entry, Settings> {
  /** Relative to the checkout. */
  path: string;
  /** The key of the list. */
  list: string;
  entry: z.ZodType<Entry>;
  /** Every one of them has a default. */
  settings: z.ZodType<Settings>;
  /** Entries behind these are not taken. */
  most: number;
}

/** What of it makes sense, and for the rest one line each: where, what was found, what is expected. */
export interface OwnerFile<Entry, Settings> {
  entries: Entry[];
  settings: Settings;
  problems: string[];
}

/** Longer ones were not written by a person. */
const LONGEST_FILE = 200_000;

/** Undefined without the file. One wrong entry costs no other: what is right is used, and what is wrong is said. */
export async function readOwnerFile<Entry, Settings>(
  context: ScriptContext,
  form: OwnerFileForm<Entry, Settings>,
): Promise<OwnerFile<Entry, Settings> | undefined> {
  const text = await readIfThere(join(context.workspace, form.path));
  return text === undefined ? undefined : parseOwnerFile(text, form);
}

export function parseOwnerFile<Entry, Settings>(
  text: string,
  form: OwnerFileForm<Entry, Settings>,
): OwnerFile<Entry, Settings> {
  const { list, entry, settings, most } = form;
  const read = readMapping(text, list);
  if ('problem' in read) return { entries: [], settings: settings.parse({}), problems: [read.problem] };
  const { [list]: found = [], ...rest } = read.mapping;
  const checked = settings.safeParse(rest);
  const problems = checked.success ? [] : problemsOf(checked.error, rest, '');
  if (!Array.isArray(found)) problems.push(`\`${list}\`: found ${shown(found)}, expected a list with a line for each`);
  const all: unknown[] = Array.isArray(found) ? found : [];
  if (all.length > most) problems.push(`\`${list}\`: found ${all.length} entries, expected at most ${most}`);
  const entries = all.slice(0, most).flatMap((each, index) => {
    const one = entry.safeParse(each);
    if (one.success) return [one.data];
    problems.push(...problemsOf(one.error, each, `${list}[${index + 1}]`));
    return [];
  });
  return { entries, settings: checked.success ? checked.data : settings.parse({}), problems };
}

function readMapping(text: string, list: string): { mapping: Record<string, unknown> } | { problem: string } {
  if (text.length > LONGEST_FILE)
    return { problem: `found ${text.length} characters, expected at most ${LONGEST_FILE}` };
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'error' });
  const [error] = document.errors;
  if (error)
    return { problem: `found YAML that does not parse (${error.message.split('\n')[0]}), expected valid YAML` };
  const value = unfolded(document);
  if (value === null) return { mapping: {} };
  if (typeof value === 'object' && !Array.isArray(value)) return { mapping: { ...value } };
  return { problem: `found ${shown(value)}, expected a mapping that begins with \`${list}:\`` };
}

/** Aliases can make gigabytes of a few lines. */
function unfolded(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    return 'an alias';
  }
}

function problemsOf(error: z.ZodError, value: unknown, place: string): string[] {
  return error.issues.slice(0, 5).map((issue) => {
    const keys = issue.path.map(String);
    const where = [place, ...keys].filter((part) => part !== '').join('.');
    if (issue.code === 'unrecognized_keys')
      return `\`${where || 'the file'}\`: found the key ${issue.keys.map((key) => `\`${key}\``).join(', ')}, which means nothing here`;
    const found = keys.reduce<unknown>(
      (at, key) => (typeof at === 'object' ? (at as Record<string, unknown> | null)?.[key] : at),
      value,
    );
    return `\`${where}\`: found ${shown(found)}, expected ${issue.message}`;
  });
}

const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : `\`${cut(JSON.stringify(value) ?? String(value), 80)}\``;
