import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';
import { type AnyNode, parse } from 'acorn';
import { fullAncestor } from 'acorn-walk';
import type { Edit } from './edits.ts';
import { OPERATORS } from './operators.ts';

/** One small mistake in one script. */
export interface Mutant {
  operator: string;
  /** In the project, such as `execution/lib/web-links.ts`. */
  file: string;
  /** 1-based */
  line: number;
  /** What is changed, as people read it. */
  before: string;
  after: string;
  /** The whole file with the mistake in it. */
  text: string;
}

/** TypeScript with blanks for its types, so that positions stay; undefined when it is none that Node would run. */
export function withoutTypes(source: string): string | undefined {
  try {
    return stripTypeScriptTypes(source, { mode: 'strip' });
  } catch {
    return undefined;
  }
}

/** Every mistake that the operators could make in a file. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const code = withoutTypes(source) ?? '';
  const found = new Map<string, Mutant>();
  fullAncestor(program(code), (node, _, ancestors) => {
    const outer = ancestors.slice(0, -1);
    if ([...outer, node].some(isForPeople)) return;
    const site = { node, parent: outer.at(-1), grandparent: outer.at(-2), source, code };
    for (const [operator, edits] of Object.entries(OPERATORS))
      for (const edit of edits(site)) {
        const text = source.slice(0, edit.start) + edit.text + source.slice(edit.end);
        const id = `${edit.start} ${edit.end} ${edit.text}`;
        if (text !== source && !found.has(id)) found.set(id, { operator, file, text, ...shown(source, node, edit) });
      }
  });
  return [...found.values()];
}

/** Whether Node would run it as far as its syntax goes. */
export function isLoadable({ text }: Mutant): boolean {
  const code = withoutTypes(text);
  try {
    return code !== undefined && program(code).type === 'Program';
  } catch {
    return false;
  }
}

/**
 * `count` mutants that load, as evenly over kinds and files as there are some; which ones, the seed says. The same seed
 * gives the same mutants as long as the scripts are the same.
 */
export function sample(all: readonly Mutant[], count: number, seed: number): Mutant[] {
  const order = (mutant: Mutant) =>
    createHash('sha256').update(`${seed} ${mutant.operator} ${mutant.text}`).digest('hex');
  let rest = all.map((mutant) => ({ mutant, order: order(mutant) })).sort((a, b) => (a.order < b.order ? -1 : 1));
  const taken = new Map<string, number>();
  const weight = ({ operator, file }: Mutant) => (taken.get(operator) ?? 0) + (taken.get(file) ?? 0);
  const chosen: Mutant[] = [];
  while (chosen.length < count && rest.length > 0) {
    const next = rest.reduce((least, each) => (weight(each.mutant) < weight(least.mutant) ? each : least));
    rest = rest.filter((each) => each !== next);
    if (!isLoadable(next.mutant)) continue;
    chosen.push(next.mutant);
    for (const name of [next.mutant.operator, next.mutant.file]) taken.set(name, (taken.get(name) ?? 0) + 1);
  }
  return chosen;
}

const program = (code: string): AnyNode => parse(code, { ecmaVersion: 'latest', sourceType: 'module' });

/** Lines of the log are for people: no output shows them, so no test could tell. */
function isForPeople(node: AnyNode): boolean {
  if (node.type === 'ImportDeclaration') return true;
  const call = node.type === 'ExpressionStatement' ? node.expression : node;
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return false;
  return call.callee.property.type === 'Identifier' && call.callee.property.name === 'log';
}

const SHOWN_LENGTH = 90;

function shown(source: string, node: AnyNode, edit: Edit): Pick<Mutant, 'line' | 'before' | 'after'> {
  // Around a change in something long, only what is near it.
  const start = Math.max(Math.min(node.start, edit.start), edit.start - SHOWN_LENGTH / 3);
  const end = Math.min(Math.max(node.end, edit.end), Math.max(edit.end, start + SHOWN_LENGTH));
  return {
    line: source.slice(0, edit.start).split('\n').length,
    before: oneLine(source.slice(start, end)),
    after: oneLine(source.slice(start, edit.start) + edit.text + source.slice(edit.end, end)),
  };
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > SHOWN_LENGTH ? `${line.slice(0, SHOWN_LENGTH - 1)}…` : line || '(nothing)';
}
