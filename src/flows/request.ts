import { AgentError } from '../domain/agent-error.ts';
import type { Directive } from '../domain/directive.ts';
import { coerceInput, formatInputType } from '../domain/input-type.ts';
import type { Request } from '../domain/option.ts';
import { formatProblem, type Problem } from '../domain/problem.ts';
import type { Forced } from './cycle-context.ts';

/** A person's request as an occurrence of its own, with its inputs checked. */
export function toRequest(forced: Forced, directives: readonly Directive[], problems: readonly Problem[]): Request {
  const directive = directives.find(({ name }) => name === forced.directive);
  if (!directive) {
    const own = problems.filter(({ file }) => file === `directives/${forced.directive}.md`).map(formatProblem);
    if (own.length > 0) throw new AgentError('DIRECTIVE_BROKEN', { name: forced.directive, problems: own.join('\n') });
    const known = directives.map(({ name }) => name).join(', ') || 'none';
    throw new AgentError('DIRECTIVE_UNKNOWN', { name: forced.directive, known });
  }
  return {
    occurrence: `dispatch:${forced.id}`,
    directive: directive.name,
    params: checkParams(directive, forced.params),
  };
}

function checkParams(directive: Directive, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const problems: string[] = [];
  const params: Record<string, unknown> = {};
  const known = new Map(directive.inputs.map((input) => [input.name, input.type]));
  for (const [name, value] of Object.entries(given)) {
    const type = known.get(name);
    const coerced = type ? coerceInput(type, value) : undefined;
    if (!type) problems.push(`\`${name}\` is no input (it has ${[...known.keys()].join(', ') || 'none'})`);
    else if (!coerced || 'expected' in coerced) problems.push(`\`${name}\` must be ${formatInputType(type)}`);
    else params[name] = coerced.value;
  }
  if (problems.length > 0)
    throw new AgentError('PARAMS_INVALID', { directive: directive.name, problems: problems.join('; ') });
  return params;
}
