import { isThrownLater, swallowsErrors } from './error-paths.ts';
import { isFunction } from './names.ts';
import { codeOf, type Fact, isParsed, newFacts, type ParsedChange } from './novelty.ts';
import { lineOf, nodesWithin, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { finding, type SourceFinding } from './source-finding.ts';

/**
 * A script that fails is repaired; one that hides its failure is believed. To catch an error in order to say more of it,
 * to try again, or to handle one kind of it by name is a repair, and so is a fallback for a value that is missing.
 */
export function swallowFindings(change: ParsedChange): SourceFinding[] {
  const hidden = newFacts(change, (source) => source.nodes.flatMap((node) => hidesIn(node, source)), 'count');
  return [...hidden, ...grownGuards(change)].map(({ says, node }) => finding('swallowed-errors', says, lineOf(node)));
}

type Hiding = Fact & { says: string; guarded?: SyntaxNode };

function hidesIn(node: SyntaxNode, source: ParsedSource): Hiding[] {
  switch (node.type) {
    case 'TryStatement':
      return [...catchHiding(node, source), ...finallyHiding(node, source)];
    case 'CallExpression':
      return callHiding(node, source);
    case 'ReturnStatement':
      return node.argument?.type === 'ObjectExpression' && hasKey(node.argument, 'skipped')
        ? [{ key: 'skip', node, says: 'it newly returns a skipped result' }]
        : [];
    default:
      return [];
  }
}

const hasKey = (object: Extract<SyntaxNode, { type: 'ObjectExpression' }>, name: string): boolean =>
  object.properties.some((each) => each.type === 'Property' && 'name' in each.key && each.key.name === name);

type Try = Extract<SyntaxNode, { type: 'TryStatement' }>;

function catchHiding(node: Try, source: ParsedSource): Hiding[] {
  const { handler, block } = node;
  if (!handler || isHarmlessAttempt(block, source)) return [];
  const error = handler.param?.type === 'Identifier' ? handler.param.name : undefined;
  if (!swallowsErrors(handler.body, error, source) || isThrownLater(block, source)) return [];
  return [
    { key: 'catch', node: handler, guarded: block, says: 'it newly catches errors and goes on as if there were none' },
  ];
}

/** `finally { return }` takes the place of whatever was thrown. */
function finallyHiding({ finalizer }: Try, source: ParsedSource): Hiding[] {
  if (!finalizer) return [];
  return nodesWithin(source, finalizer)
    .filter((each) => /^(Return|Break|Continue)Statement$/.test(each.type) && isWithin(each, finalizer, source.parents))
    .map((node) => ({ key: 'finally', node, says: 'it newly leaves a finally block, which drops the error' }));
}

function isWithin(node: SyntaxNode, block: SyntaxNode, parents: ParsedSource['parents']): boolean {
  for (let up = parents.get(node); up && !isFunction(up); up = parents.get(up)) if (up === block) return true;
  return false;
}

/** Checks that JavaScript only offers as an exception: whether a text is an address, a pattern, or rightly encoded. */
const CHECKING = /^(decodeURI|decodeURIComponent|URL|RegExp|BigInt)$/;

function isHarmlessAttempt(block: SyntaxNode, source: ParsedSource): boolean {
  const inside = nodesWithin(source, block);
  const calls = inside.filter((each) => each.type === 'CallExpression' || each.type === 'NewExpression');
  const isChecking = (call: SyntaxNode) =>
    'callee' in call && call.callee.type === 'Identifier' && CHECKING.test(call.callee.name);
  return calls.length > 0 && calls.every(isChecking) && !inside.some(({ type }) => /^(Await|Throw|Yield)/.test(type));
}

function callHiding(node: Extract<SyntaxNode, { type: 'CallExpression' }>, source: ParsedSource): Hiding[] {
  const { callee } = node;
  const name = callee.type === 'MemberExpression' && callee.property.type === 'Identifier' ? callee.property.name : '';
  const object = callee.type === 'MemberExpression' && callee.object.type === 'Identifier' ? callee.object.name : '';
  if (name === 'skip' || (callee.type === 'Identifier' && callee.name === 'skip'))
    return [{ key: 'skip', node, says: 'it newly skips work that used to be done or to fail' }];
  if (object === 'Promise' && /^(allSettled|any)$/.test(name) && !rethrowsReasons(source))
    return [{ key: name, node, says: `it newly uses Promise.${name}, and throws none of what was rejected` }];
  const handler = name === 'catch' ? node.arguments[0] : name === 'then' ? node.arguments[1] : undefined;
  if (!handler || !handlerSwallows(handler, source)) return [];
  const guarded = callee.type === 'MemberExpression' ? callee.object : node;
  return [{ key: 'catch', node, guarded, says: `it newly handles every error, in .${name}(), as if there were none` }];
}

const rethrowsReasons = ({ nodes }: ParsedSource): boolean =>
  nodes.some((each) => each.type === 'ThrowStatement') && nodes.some((each) => codeOf(each) === REASON);
const REASON = codeOf({ type: 'Identifier', name: 'reason' });

function handlerSwallows(handler: SyntaxNode, source: ParsedSource): boolean {
  const known = handler.type === 'Identifier' ? source.names.functions.get(handler.name) : handler;
  if (!known || !isFunction(known)) return true;
  const [param] = known.params;
  return swallowsErrors(known.body, param?.type === 'Identifier' ? param.name : undefined, source);
}

/**
 * A handler that was there before may not be put around more. Told by the calls that stood outside every such handler and
 * now stand inside one.
 */
function grownGuards({ before, after }: ParsedChange): Hiding[] {
  const guards = guardsOf(after);
  if (!isParsed(before) || guards.length === 0) return [];
  const [was, now] = [sortedCalls(before, guardsOf(before)), sortedCalls(after, guards)];
  const moved = [...now.guarded].filter(
    ([call]) => !was.guarded.has(call) && was.free.has(call) && !now.free.has(call),
  );
  return moved.map(([key, node]) => ({ key, node, says: 'it moves work under a handler that hides its errors' }));
}

const guardsOf = (source: ParsedSource): SyntaxNode[] =>
  source.nodes.flatMap((node) => hidesIn(node, source)).flatMap(({ guarded }) => guarded ?? []);

function sortedCalls(
  { nodes }: ParsedSource,
  guards: readonly SyntaxNode[],
): { guarded: Map<string, SyntaxNode>; free: Set<string> } {
  const guarded = new Map<string, SyntaxNode>();
  const free = new Set<string>();
  for (const node of nodes) {
    if (node.type !== 'CallExpression') continue;
    const isGuarded = guards.some(({ start, end }) => node.start >= start && node.end <= end);
    if (isGuarded) guarded.set(codeOf(node), node);
    else free.add(codeOf(node));
  }
  return { guarded, free };
}
