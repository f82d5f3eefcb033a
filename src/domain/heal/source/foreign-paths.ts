import { keyOf } from './constant-value.ts';
import { rootOf } from './names.ts';
import { type Fact, newFacts, type ParsedChange } from './novelty.ts';
import { lineOf, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/** No script has business there, whether to read or to write. */
const OUTSIDE = /^(\/|~|\.\.(\/|$)|\.git(\/|$)|[a-z]:[\\/]|\\\\|file:)|(^|\/)\.\.\//i;
/** What people, the agent and its tools keep; scripts may read it. */
const KEPT =
  /^(\.\/)?(\.github|src|test|ledger|directives|execution|node_modules)(\/|$)|^(\.\/)?(package(-lock)?|tsconfig)\.json$/;
const READERS =
  /^(readFile|readFileSync|stat|lstat|access|readdir|opendir|exists|existsSync|realpath|createReadStream|statSync|lstatSync|readdirSync|accessSync|realpathSync)$/;

export function pathFindings(change: ParsedChange): SourceFinding[] {
  return newFacts(change, pathsOf).map(({ path, call, node }) =>
    finding('writes-elsewhere', `${shown(call)} gets the path ${shown(path)}`, lineOf(node)),
  );
}

type PathFact = Fact & { path: string; call: string };

function pathsOf(source: ParsedSource): PathFact[] {
  return source.nodes.flatMap((node) => {
    const call = node.type === 'CallExpression' ? fileFunction(node.callee, source) : undefined;
    if (node.type !== 'CallExpression' || call === undefined) return [];
    const texts = node.arguments.flatMap((each) => textsIn(each, source));
    const paths = texts.filter((text) => OUTSIDE.test(text) || (!READERS.test(call) && KEPT.test(text)));
    return paths.map((path) => ({ key: `${call} ${path}`, node, path, call }));
  });
}

/** The name of the function of node:fs that is called; undefined for all others. */
function fileFunction(callee: SyntaxNode, { names, fold }: ParsedSource): string | undefined {
  const origin = names.imported.get(rootOf(callee));
  if (!origin || !/^(node:)?fs(\/promises)?$/.test(origin.from)) return undefined;
  return callee.type === 'MemberExpression' ? keyOf(callee, fold) : origin.name;
}

/** Texts that become a path: alone, as a part of a join, or as the fixed parts of a template behind the workspace. */
function textsIn(node: SyntaxNode, source: ParsedSource, depth = 0): string[] {
  const folded = source.fold(node)?.value;
  if (typeof folded === 'string') return [folded];
  if (depth > 5) return [];
  if (node.type === 'Identifier') {
    const value = source.names.values.get(node.name);
    return value ? textsIn(value, source, depth + 1) : [];
  }
  if (node.type === 'TemplateLiteral')
    return node.quasis.map(({ value }, index) => (value.cooked ?? '').replace(index > 0 ? /^\// : /^$/, ''));
  if (node.type === 'BinaryExpression' && node.operator === '+')
    return [node.left, node.right]
      .flatMap((each) => textsIn(each, source, depth + 1))
      .map((text) => text.replace(/^\/(?=.)/, ''));
  if (node.type === 'CallExpression' || node.type === 'NewExpression')
    return node.arguments.flatMap((each) => textsIn(each, source, depth + 1));
  return [];
}
