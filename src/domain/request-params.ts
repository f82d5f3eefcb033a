import type { Directive } from './directive.ts';
import { asCode } from './foreign-text.ts';
import { coerceInput, formatInputType } from './input-type.ts';

/** Inputs as somebody gave them, in the directive's types; `problems` say what does not fit. */
export function fitParams(
  directive: Directive,
  given: Readonly<Record<string, unknown>>,
): { params: Record<string, unknown>; problems: string[] } {
  const problems: string[] = [];
  const params: Record<string, unknown> = {};
  const known = new Map(directive.inputs.map((input) => [input.name, input.type]));
  for (const [name, value] of Object.entries(given)) {
    const type = known.get(name);
    const coerced = type ? coerceInput(type, value) : undefined;
    if (!type) problems.push(`${asCode(name, 60)} is no input (it has ${[...known.keys()].join(', ') || 'none'})`);
    else if (!coerced || 'expected' in coerced) problems.push(`\`${name}\` must be ${formatInputType(type)}`);
    else params[name] = coerced.value;
  }
  return { params, problems };
}
