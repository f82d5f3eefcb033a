import type { Directive } from './directive.ts';
import type { Issue } from './forge-words.ts';
import type { Request } from './option.ts';
import { formatProblem } from './problem.ts';
import { fitParams } from './request-params.ts';
import { parseYamlObject } from './yaml-object.ts';

/** Who may file a task. GitHub's forms put the label on anybody's issue, so the label alone says nothing. */
const TRUSTED = ['OWNER', 'MEMBER', 'COLLABORATOR'];
const NO_ANSWER = /^_No response_$/i;
const TEXT_LIMIT = 8_000;

export type TaskReading = { request: Request } | { problems: string[] } | { stranger: string };

/**
 * Reads an issue that was filed through .github/ISSUE_TEMPLATE/task.yml: a heading for each field, its answer below. It is
 * data: a directive's name and inputs for it, and whatever else stands there has no meaning.
 */
export function readTask(issue: Issue, occurrence: string, directives: readonly Directive[]): TaskReading {
  if (!TRUSTED.includes(issue.association)) return { stranger: `${issue.author} (${issue.association.toLowerCase()})` };
  const { fields, lines } = readFields(issue.body);
  const name = (fields.directive ?? '').replaceAll('`', '').trim();
  const takers = directives.filter(({ on, enabled }) => enabled && on.includes('task')).map((each) => each.name);
  const offered = `The directives that take tasks: ${takers.map((each) => `\`${each}\``).join(', ') || 'none'}.`;
  if (name === '') return { problems: ['There is no directive under `### Directive`.', offered] };
  const directive = directives.find((each) => each.name === name);
  if (!directive) return { problems: [`\`${printable(name)}\` is no usable directive.`, offered] };
  if (!takers.includes(name))
    return { problems: [`\`${name}\` takes no tasks: its front matter does not say \`on: [task]\`.`, offered] };
  const given = parseYamlObject(unfenced(fields.inputs ?? ''), `issue ${issue.number}`, lines.inputs);
  if (given.problems.length > 0) return { problems: given.problems.map(formatProblem) };
  const { params, problems } = fitParams(directive, given.value as Record<string, unknown>);
  const missing = directive.inputs.filter((input) => input.isRequired && params[input.name] === undefined);
  const wrong = [...problems, ...missing.map((input) => `\`${input.name}\` is required and was not given`)];
  if (wrong.length > 0) return { problems: wrong };
  return { request: { occurrence, directive: name, params, origin: 'task' } };
}

function readFields(body: string): { fields: Record<string, string>; lines: Record<string, number> } {
  const fields: Record<string, string> = {};
  const lines: Record<string, number> = {};
  let current: string | undefined;
  for (const [index, line] of body.slice(0, TEXT_LIMIT).split(/\r?\n/).entries()) {
    const heading = /^### (Directive|Inputs)\s*$/.exec(line)?.[1]?.toLowerCase();
    if (heading && fields[heading] === undefined) {
      current = heading;
      fields[heading] = '';
      lines[heading] = index + 2;
    } else if (/^#{1,3} /.test(line)) current = undefined;
    else if (current && !NO_ANSWER.test(line.trim())) fields[current] = `${fields[current]}${line}\n`;
  }
  return { fields, lines };
}

/** A field that is rendered as code comes in a fence; its line stays, so that positions hold. */
const unfenced = (text: string): string => text.replaceAll(/^\s*(```|~~~)\w*\s*$/gm, '');

/** A name from outside that goes into a comment: nobody is mentioned, nothing becomes markup. */
const printable = (text: string): string => text.replaceAll(/[^\w .:/-]/g, '').slice(0, 60);
