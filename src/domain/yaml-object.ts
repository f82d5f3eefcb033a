import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type SchemaOptions,
  visit,
} from 'yaml';
import type { z } from 'zod';
import { didYouMean, errorAt, type Problem } from './problem.ts';

export interface YamlObject {
  value: unknown;
  /** Line in the file of the key or list item at `path`, or of its nearest parent. */
  lineOf(path: readonly PropertyKey[]): number;
  problems: Problem[];
}

/** Reads a YAML mapping with positions. `firstLine` is the file's line number of the text's first line. */
export function parseYamlObject(text: string, file: string, firstLine = 1): YamlObject {
  return readYaml(text, { file, firstLine }, {});
}

/**
 * The same with each value as the text that stands there: `1.10` is not 1.1, `007` not 7. Whoever knows the types makes
 * numbers of it. Where nothing stands, or `null`, it is null.
 */
export function parseYamlTexts(text: string, file: string, firstLine = 1): YamlObject {
  return readYaml(text, { file, firstLine }, { schema: 'failsafe', customTags: ['null'] });
}

function readYaml(
  text: string,
  { file, firstLine }: { file: string; firstLine: number },
  schema: SchemaOptions,
): YamlObject {
  const lines = new LineCounter();
  const document = parseDocument(text, { ...schema, lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const lineAt = (offset: number) => lines.linePos(offset).line + firstLine - 1;
  const problems = yamlProblems(document, lineAt, { file, firstLine });
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length > 0; length--) {
      const offset = offsetOf(document, path.slice(0, length));
      if (offset !== undefined) return lineAt(offset);
    }
    return firstLine;
  };
  // Without aliases a value is as large as its text: nothing unfolds, and nothing holds itself.
  const value = problems.length === 0 ? (document.toJS() ?? {}) : {};
  return { value, lineOf, problems };
}

/** What keeps the document from being a plain mapping: syntax, another kind of value, aliases. */
function yamlProblems(
  document: Document.Parsed,
  lineAt: (offset: number) => number,
  { file, firstLine }: { file: string; firstLine: number },
): Problem[] {
  const problems = document.errors.map(
    (error): Problem => ({
      file,
      line: lineAt(error.pos[0]),
      severity: 'error',
      found: `YAML that does not parse (${error.message.split('\n')[0]})`,
      expected: 'valid YAML',
      hint: 'Quote values that hold a colon, a # or braces',
    }),
  );
  const { contents } = document;
  const isEmpty = contents === null || (isScalar(contents) && contents.value === null);
  if (problems.length === 0 && !isEmpty && !isMap(contents))
    problems.push(errorAt(file, firstLine, 'a list or a single value', 'keys with values, `key: value`'));
  visit(document, {
    Alias: (_, { source, range }) => {
      problems.push(errorAt(file, lineAt(range?.[0] ?? 0), `the alias \`*${source}\``, 'the value written out'));
    },
  });
  return problems;
}

/** Where the key (or list item) at the end of `path` begins in the text. */
function offsetOf(document: Document<ParsedNode>, path: readonly PropertyKey[]): number | undefined {
  const last = path.at(-1);
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const keys = isMap(parent) ? parent.items.map((pair) => pair.key) : [];
  const key = keys.find((each) => isScalar(each) && String(each.value) === String(last));
  const node = key ?? document.getIn(path, true);
  return isNode(node) && node.range ? node.range[0] : undefined;
}

/** Checks a parsed object against a schema and says each misfit as a Problem with its line; `keys` lists the keys a path may hold. */
export function checkObject<T>(
  schema: z.ZodType<T>,
  object: YamlObject,
  file: string,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): { value?: T; problems: Problem[] } {
  if (object.problems.length > 0) return { problems: object.problems };
  const result = schema.safeParse(object.value);
  if (result.success) return { value: result.data, problems: [] };
  return { problems: result.error.issues.flatMap((issue) => issueProblems(issue, object, file, keysAt)) };
}

function issueProblems(
  issue: z.core.$ZodIssue,
  object: YamlObject,
  file: string,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    return issue.keys.map((key) => {
      const hint = didYouMean(key, known);
      return {
        file,
        line: object.lineOf([...issue.path, key]),
        severity: 'error' as const,
        found: `the unknown key \`${[...issue.path, key].join('.')}\``,
        expected: `one of ${known.join(', ')}`,
        ...(hint ? { hint } : {}),
      };
    });
  }
  const meant = issue.code === 'invalid_union' ? meantBranch(issue.errors) : undefined;
  if (meant) {
    const inner = meant.map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
    return inner.flatMap((each) => issueProblems(each, object, file, keysAt));
  }
  const found = valueAt(object.value, issue.path);
  return [
    {
      file,
      line: object.lineOf(issue.path),
      severity: 'error',
      found: found === undefined ? `no \`${issue.path.join('.')}\`` : `\`${issue.path.join('.')}: ${shown(found)}\``,
      expected: issueText(issue),
    },
  ];
}

/** Of several forms a value may have, the one it was written in: its own mistakes are what helps. */
const meantBranch = (branches: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined =>
  branches.find((issues) =>
    issues.every(({ code, path }) => path.length > 0 || !['invalid_type', 'invalid_value', 'too_small'].includes(code)),
  );

/** A misfit key has its own words one level deeper; the schema's word for a missing block is not one for people. */
function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.code === 'invalid_type' && issue.expected === 'object' ? 'a block of `key: value` lines' : issue.message;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

/** The text with other values at some paths; comments and everything else stay. */
export function editYaml(text: string, edits: readonly { path: readonly string[]; value: unknown }[]): string {
  const document = parseDocument(text);
  for (const { path, value } of edits) document.setIn(path, value);
  return document.toString({ lineWidth: 0 });
}
