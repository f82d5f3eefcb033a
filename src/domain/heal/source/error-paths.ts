import { isFunction } from './names.ts';
import { codeOf } from './novelty.ts';
import { nodesWithin, type ParsedSource, type SyntaxNode } from './parsed-source.ts';

/** Where an error goes that nobody thought of: on (`goes on`), thrown again, or back as a failure. */
type Path = 'on' | 'failed' | 'swallowed';

/**
 * Whether a handler lets an unforeseen error pass without a trace. It may throw, return what says so (`ok: false`), keep
 * the error for a later `throw`, or handle errors that it names, as long as the others get on.
 */
export function swallowsErrors(body: SyntaxNode, error: string | undefined, source: ParsedSource): boolean {
  if (body.type !== 'BlockStatement') return !failsBy(body, source);
  if (error !== undefined && isThrownLater(body, source, error)) return false;
  return pathThrough(body.body, error, source) !== 'failed';
}

function pathThrough(statements: readonly SyntaxNode[], error: string | undefined, source: ParsedSource): Path {
  for (const statement of statements) {
    const path = pathOf(statement, error, source);
    if (path !== 'on') return path;
  }
  return 'on';
}

function pathOf(statement: SyntaxNode, error: string | undefined, source: ParsedSource): Path {
  switch (statement.type) {
    case 'ThrowStatement':
      return 'failed';
    case 'ReturnStatement':
      return statement.argument && failsBy(statement.argument, source) ? 'failed' : 'swallowed';
    case 'BreakStatement':
    case 'ContinueStatement':
      return 'swallowed';
    case 'ExpressionStatement':
      return failsBy(statement.expression, source) ? 'failed' : 'on';
    case 'BlockStatement':
      return pathThrough(statement.body, error, source);
    case 'IfStatement':
      return pathOfIf(statement, error, source);
    case 'SwitchStatement':
      return pathThrough(statement.cases.find(({ test }) => !test)?.consequent ?? [], error, source);
    default:
      return 'on';
  }
}

/** An unforeseen error takes the branch of those that are not named; without a name in the test it may take either. */
function pathOfIf(
  { test, consequent, alternate }: Extract<SyntaxNode, { type: 'IfStatement' }>,
  error: string | undefined,
  source: ParsedSource,
): Path {
  const named = error === undefined ? undefined : namesOneKind(test, error, source);
  const branches = named === 'named' ? [alternate] : named === 'others' ? [consequent] : [consequent, alternate];
  const paths = branches.map((branch) => (branch ? pathOf(branch, error, source) : 'on'));
  if (paths.includes('swallowed')) return 'swallowed';
  return paths.every((path) => path === 'failed') ? 'failed' : 'on';
}

/** `named`: true only for errors of a kind. `others`: true for all but those. */
function namesOneKind(test: SyntaxNode, error: string, source: ParsedSource): 'named' | 'others' | undefined {
  if (test.type === 'UnaryExpression' && test.operator === '!') {
    const inner = namesOneKind(test.argument, error, source);
    return inner === 'named' ? 'others' : inner === 'others' ? 'named' : undefined;
  }
  if (test.type === 'LogicalExpression') {
    const [left, right] = [namesOneKind(test.left, error, source), namesOneKind(test.right, error, source)];
    // `isA && x` holds for A alone, whatever x is; `isA || isB` for the two.
    if (test.operator === '&&') return left === 'named' || right === 'named' ? 'named' : both(left, right, 'others');
    return left === 'others' || right === 'others' ? 'others' : both(left, right, 'named');
  }
  if (!codeOf(test).includes(`name:${JSON.stringify(error)}`)) return undefined;
  if (test.type === 'BinaryExpression') return kindOfComparison(test, source);
  const isAsked = test.type === 'CallExpression' && test.arguments.length > 0 && isKindQuestion(test, source);
  return isAsked ? 'named' : undefined;
}

const both = <T>(left: T, right: T, kind: T): T | undefined => (left === kind && right === kind ? kind : undefined);

function kindOfComparison(
  test: Extract<SyntaxNode, { type: 'BinaryExpression' }>,
  { fold }: ParsedSource,
): 'named' | 'others' | undefined {
  // Nearly everything that is thrown is an Error.
  if (test.operator === 'instanceof')
    return test.right.type === 'Identifier' && !/^(Error|Object)$/.test(test.right.name) ? 'named' : undefined;
  const value = (fold(test.left) ?? fold(test.right))?.value;
  const isKind = (typeof value === 'string' && value !== '' && value !== 'Error') || typeof value === 'number';
  if (!isKind || test.left.type === 'UnaryExpression') return undefined;
  if (test.operator === '===' || test.operator === '==') return 'named';
  return test.operator === '!==' || test.operator === '!=' ? 'others' : undefined;
}

/** `/timeout/.test(e.message)`, `e.message.includes('x')`, `isMissing(e)` with a function of the script. */
function isKindQuestion(
  { callee, arguments: args }: Extract<SyntaxNode, { type: 'CallExpression' }>,
  source: ParsedSource,
) {
  if (callee.type === 'Identifier') return /^is[A-Z]/.test(callee.name) && callee.name !== 'isError';
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  if (callee.property.name === 'test') return !matchesAll(callee.object);
  const text = source.fold(args[0])?.value;
  return /^(includes|startsWith|endsWith)$/.test(callee.property.name) && typeof text === 'string' && text.length > 2;
}

const matchesAll = (node: SyntaxNode): boolean =>
  node.type !== 'Literal' || !node.regex || node.regex.pattern.replaceAll(/\W|\\\w/g, '').length < 3;

/** An expression that says the work failed, or calls a function of the script that always throws. */
function failsBy(node: SyntaxNode, source: ParsedSource, depth = 0): boolean {
  if (node.type === 'AwaitExpression') return failsBy(node.argument, source, depth);
  if (node.type === 'ObjectExpression') return saysFailure(node);
  if (node.type !== 'CallExpression') return false;
  const { callee } = node;
  if (callee.type === 'MemberExpression')
    return codeOf(callee.object).includes('name:"Promise"') && codeOf(callee.property).includes('"reject"');
  const called = callee.type === 'Identifier' ? source.names.functions.get(callee.name) : undefined;
  if (!called || depth > 3) return false;
  if (called.body.type !== 'BlockStatement') return failsBy(called.body, source, depth + 1);
  return called.body.body.some((each) => each.type === 'ThrowStatement');
}

const saysFailure = ({ properties }: Extract<SyntaxNode, { type: 'ObjectExpression' }>): boolean =>
  properties.some(
    (each) =>
      each.type === 'Property' &&
      each.key.type === 'Identifier' &&
      each.key.name === 'ok' &&
      each.value.type === 'Literal' &&
      each.value.value === false,
  );

/**
 * `lastError = error` or `errors.push(error)`, and a `throw` of that name in the same function; without `error`, any value
 * that is assigned in `body`, and looked at before a `throw`.
 */
export function isThrownLater(body: SyntaxNode, source: ParsedSource, error?: string): boolean {
  const kept = nodesWithin(source, body).flatMap((node) => {
    if (node.type === 'AssignmentExpression' && node.left.type === 'Identifier')
      return error === undefined || mentions(node.right, error) ? [node.left.name] : [];
    const isPush = node.type === 'CallExpression' && node.callee.type === 'MemberExpression';
    if (!isPush || node.callee.type !== 'MemberExpression' || node.callee.object.type !== 'Identifier') return [];
    return error !== undefined && node.arguments.some((each) => mentions(each, error)) ? [node.callee.object.name] : [];
  });
  if (kept.length === 0) return false;
  const home = functionOf(body, source);
  const around = nodesWithin(source, home ?? source.program);
  const later = around.filter((node) => node.type === 'ThrowStatement' && node.start > body.end);
  return later.some((node) => {
    const test = ifAround(node, source);
    if (functionOf(node, source) !== home || source.fold(test)) return false;
    return kept.some((name) => mentions(test, name) || (error !== undefined && mentions(node, name)));
  });
}

const mentions = (node: SyntaxNode | undefined, name: string): boolean =>
  node !== undefined && codeOf(node).includes(`name:${JSON.stringify(name)}`);

function functionOf(node: SyntaxNode, { parents }: ParsedSource): SyntaxNode | undefined {
  let up = parents.get(node);
  while (up && !isFunction(up)) up = parents.get(up);
  return up;
}

/** The test of the `if` that a statement is the branch of. */
function ifAround(node: SyntaxNode, { parents }: ParsedSource): SyntaxNode | undefined {
  const up = parents.get(node);
  const around = up?.type === 'BlockStatement' ? parents.get(up) : up;
  return around?.type === 'IfStatement' ? around.test : undefined;
}
