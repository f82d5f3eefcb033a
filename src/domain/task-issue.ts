import type { Directive } from './directive.ts';
import { asCode } from './foreign-text.ts';
import { type Issue, isTrusted } from './forge-words.ts';
import type { Request } from './option.ts';
import { formatProblem } from './problem.ts';
import { fitParams } from './request-params.ts';
import { parseYamlTexts } from './yaml-object.ts';

const NO_ANSWER = /^_No response_$/i;
const TEXT_LIMIT = 8_000;
/** More would not help whoever wrote it. */
const TOLD = 10;

export type TaskReading = { request: Request } | { problems: string[] } | { stranger: string };

/**
 * Reads an issue that was filed through .github/ISSUE_TEMPLATE/task.yml: a heading for each field, its answer below. It is
 * data: a directive's name and inputs for it, and whatever else stands there has no meaning.
 */
export function readTask(issue: Issue, occurrence: string, directives: readonly Directive[]): TaskReading {
  if (!isTrusted(issue.association)) return { stranger: `${issue.author} (${issue.association.toLowerCase()})` };
  // Half of an input would be another input.
  if (issue.body.length > TEXT_LIMIT) return { problems: [`The issue has more than ${TEXT_LIMIT} characters.`] };
  const { fields, lines } = readFields(issue.body);
  const name = (fields.directive ?? '').replaceAll('`', '').trim();
  const takers = directives.filter(({ on, enabled }) => enabled && on.includes('task')).map((each) => each.name);
  const offered = `The directives that take tasks: ${takers.map((each) => `\`${each}\``).join(', ') || 'none'}.`;
  if (name === '') return { problems: ['There is no directive under `### Directive`.', offered] };
  const directive = directives.find((each) => each.name === name);
  if (!directive) return { problems: [`${asCode(name, 60)} is no usable directive.`, offered] };
  if (!takers.includes(name))
    return { problems: [`\`${name}\` takes no tasks: its front matter does not say \`on: [task]\`.`, offered] };
  const read = parseYamlTexts(fields.inputs ?? '', `issue ${issue.number}`, lines.inputs);
  if (read.problems.length > 0)
    return { problems: told(read.problems.map((problem) => asCode(formatProblem(problem), 500))) };
  const given = { ...(read.value as Record<string, unknown>) };
  const { params, problems } = fitParams(directive, given);
  const missing = directive.inputs.filter((input) => input.isRequired && !Object.hasOwn(given, input.name));
  const wrong = [...problems, ...missing.map((input) => `\`${input.name}\` is required and was not given`)];
  if (wrong.length > 0) return { problems: told(wrong) };
  return { request: { occurrence, directive: name, params, origin: 'task' } };
}

const told = (problems: readonly string[]): string[] =>
  problems.length > TOLD ? [...problems.slice(0, TOLD), `And ${problems.length - TOLD} more.`] : [...problems];

/**
 * The text of each field and the line of the body it begins in. One that is rendered as code comes in a fence, in which
 * `# ...` is no heading; the fence's lines are left empty, so that positions hold.
 */
function readFields(body: string): { fields: Record<string, string>; lines: Record<string, number> } {
  const fields: Record<string, string> = {};
  const lines: Record<string, number> = {};
  let current: string | undefined;
  let fence: string | undefined;
  for (const [index, line] of body.split(/\r?\n/).entries()) {
    const edge = /^(?:```+|~~~+)/.exec(line)?.[0];
    const isEdge = edge !== undefined && (fence === undefined || (edge.startsWith(fence) && line.trimEnd() === edge));
    const heading = /^### (Directive|Inputs)\s*$/.exec(line)?.[1]?.toLowerCase();
    if (isEdge) fence = fence === undefined ? edge : undefined;
    if (fence === undefined && heading && fields[heading] === undefined) {
      current = heading;
      fields[heading] = '';
      lines[heading] = index + 2;
    } else if (fence === undefined && /^#{1,3} /.test(line)) current = undefined;
    else if (current) fields[current] = `${fields[current]}${isEdge || NO_ANSWER.test(line.trim()) ? '' : line}\n`;
  }
  return { fields, lines };
}
