import { codeOf, type Fact, isParsed, newFacts, type ParsedChange } from './novelty.ts';
import type { ParsedSource, Reading, SyntaxNode } from './parsed-source.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/** What the runner, the parcel and a reviewer can take. */
const LARGEST_BYTES = 64 * 1024;

export function sizeFindings(after: string): SourceFinding[] {
  const bytes = Buffer.byteLength(after);
  if (bytes <= LARGEST_BYTES) return [];
  return [finding('whole-file', `it has ${bytes} bytes, and ${LARGEST_BYTES} are the limit`)];
}

/** Shapes in which models give a part or something else in place of a script. They would not parse; this says why. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/^\s*$/, 'it is empty'],
  [/^(<{7}|={7}|>{7})(\s|$)/m, 'it has merge markers'],
  [/^(diff --git |@@ -\d|\+\+\+ |\*\*\* Begin Patch)/m, 'it is a patch, not the whole file'],
  [/^[ \t]*(```|~~~)/m, 'it has code fences around it'],
];

/** That the text is a script. Merge markers can hide in a comment or a template, where they parse. */
export function wholeFileFindings(after: string, reading: Reading): SourceFinding[] {
  if ('source' in reading && scriptObject(reading.source)) return markerFindings(after);
  // A fenced file even parses, as a template behind an empty one.
  const shape = SHAPES.find(([pattern]) => pattern.test(after));
  if (shape) return [finding('whole-file', shape[1])];
  if (!('source' in reading))
    return [finding('whole-file', `it can not be read as TypeScript: ${shown(reading.problem)}`, reading.line)];
  return [
    finding('whole-file', 'it must have one `export default defineScript({ ... })`, imported from src/script.ts'),
  ];
}

function markerFindings(after: string): SourceFinding[] {
  const line = after.split('\n').findIndex((each) => /^(<{7}|>{7})(\s|$)/.test(each));
  return line < 0 ? [] : [finding('whole-file', 'it has merge markers', line + 1)];
}

/** The object handed to defineScript by the one default export; undefined where the source has no such thing. */
export function scriptObject(source: ParsedSource): Extract<SyntaxNode, { type: 'ObjectExpression' }> | undefined {
  const calls = source.nodes.filter((node) => node.type === 'CallExpression' && isDefineScript(node.callee, source));
  const exported = source.program.body.find((node) => node.type === 'ExportDefaultDeclaration')?.declaration;
  if (calls.length !== 1 || calls[0] !== exported || exported?.type !== 'CallExpression') return undefined;
  const [object] = exported.arguments;
  return object?.type === 'ObjectExpression' && exported.arguments.length === 1 ? object : undefined;
}

function isDefineScript(callee: SyntaxNode, { names }: ParsedSource): boolean {
  const origin = callee.type === 'Identifier' ? names.imported.get(callee.name) : undefined;
  return origin?.name === 'defineScript' && origin.from === '../src/script.ts';
}

export function changedFindings({ before, after }: ParsedChange): SourceFinding[] {
  const isSame = isParsed(before)
    ? codeOf(before.program) === codeOf(after.program)
    : before.tokens.map(({ text }) => text).join('\n') === after.tokens.map(({ text }) => text).join('\n');
  return isSame ? [finding('changed', 'apart from comments, types and layout the code is the same as before')] : [];
}

/** An export named `then` alone would make whoever imports the module call it. */
export function exportFindings(change: ParsedChange): SourceFinding[] {
  return newFacts(change, exportsOf).map(({ key, node }) =>
    finding('exports', `it newly exports ${shown(key)}`, node.loc?.start.line),
  );
}

function exportsOf({ nodes }: ParsedSource): Fact[] {
  return nodes.flatMap((node): Fact[] => {
    if (node.type === 'ExportAllDeclaration') return [{ key: '*', node }];
    if (node.type !== 'ExportNamedDeclaration') return [];
    const { declaration } = node;
    const declared =
      declaration?.type === 'VariableDeclaration'
        ? declaration.declarations.map(({ id }) => (id.type === 'Identifier' ? id.name : 'a pattern'))
        : declaration
          ? [declaration.id.name]
          : [];
    const listed = node.specifiers.map(({ exported }) =>
      exported.type === 'Identifier' ? exported.name : String(exported.value),
    );
    return [...declared, ...listed].map((key) => ({ key, node }));
  });
}
