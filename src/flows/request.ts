import { AgentError } from '../domain/agent-error.ts';
import type { Directive } from '../domain/directive.ts';
import type { Request } from '../domain/option.ts';
import { formatProblem, type Problem } from '../domain/problem.ts';
import { fitParams } from '../domain/request-params.ts';
import type { Forced } from './cycle-context.ts';

/** A request by name as an occurrence of its own, with its inputs checked. */
export function toRequest(forced: Forced, directives: readonly Directive[], problems: readonly Problem[]): Request {
  const directive = directives.find(({ name }) => name === forced.directive);
  if (!directive) {
    const own = problems.filter(({ file }) => file === `directives/${forced.directive}.md`).map(formatProblem);
    if (own.length > 0) throw new AgentError('DIRECTIVE_BROKEN', { name: forced.directive, problems: own.join('\n') });
    const known = directives.map(({ name }) => name).join(', ') || 'none';
    throw new AgentError('DIRECTIVE_UNKNOWN', { name: forced.directive, known });
  }
  if (forced.origin === 'dispatch' && !directive.on.includes('dispatch'))
    throw new AgentError('DISPATCH_REFUSED', { directive: directive.name });
  const { params, problems: misfits } = fitParams(directive, forced.params);
  if (misfits.length > 0)
    throw new AgentError('PARAMS_INVALID', { directive: directive.name, problems: misfits.join('; ') });
  const origin = forced.origin ? { origin: forced.origin } : {};
  return { occurrence: `dispatch:${forced.id}`, directive: directive.name, params, ...origin };
}
