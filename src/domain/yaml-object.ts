import { isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { didYouMean, type Problem } from './problem.ts';

export interface YamlObject {
  value: unknown;
  /** Line in the file of the node at `path`, or of its nearest parent. */
  lineOf(path: readonly PropertyKey[]): number;
  problems: Problem[];
}

/** Reads a YAML mapping with positions. `firstLine` is the file's line number of the text's first line. */
export function parseYamlObject(text: string, file: string, firstLine = 1): YamlObject {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line + firstLine - 1;
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
  if (problems.length === 0 && document.contents !== null && !isMap(document.contents)) {
    problems.push({
      file,
      line: firstLine,
      severity: 'error',
      found: 'a list or a single value',
      expected: 'keys with values, `key: value`',
    });
  }
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lineAt(node.range[0]);
    }
    return firstLine;
  };
  const value = problems.length === 0 ? (document.toJS({ maxAliasCount: 20 }) ?? {}) : {};
  return { value, lineOf, problems };
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
  const found = valueAt(object.value, issue.path);
  return [
    {
      file,
      line: object.lineOf(issue.path),
      severity: 'error',
      found: `\`${issue.path.join('.')}: ${typeof found === 'string' ? found : JSON.stringify(found)}\``,
      expected: issue.message,
    },
  ];
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
