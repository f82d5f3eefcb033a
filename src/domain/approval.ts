import type { CommandLine } from './command-line.ts';
import { asCode } from './foreign-text.ts';
import { sha256 } from './occurrence.ts';
import type { Option } from './option.ts';

/** How long a person's word holds. */
export const APPROVAL_VALID_MS = 24 * 3_600_000;

/** What a person is asked to release, exactly. */
export interface ApprovalPlan {
  directive: string;
  occurrence: string;
  title: string;
  body: string;
  /** Stands in the body: a label on a text without it releases something else. */
  digest: string;
}

/**
 * @param made what the run is made of, as text by name: whoever changes any of it changes what was approved
 * @param mostDollars what the run may cost at most
 */
export function approvalPlan(
  option: Option,
  made: Readonly<Record<string, string>>,
  mostDollars: string,
): ApprovalPlan {
  const { directive, params, id } = option;
  const digest = sha256(JSON.stringify([id, params, made])).slice(0, 16);
  const inputs = Object.entries(params).map(([name, value]) => `| \`${name}\` | ${cell(value)} |`);
  const granted = [
    ['changes in the repository', directive.writes],
    ['secrets', directive.secrets],
    ['GitHub operations', directive.forge],
  ] as const;
  const body = [
    `\`${directive.name}\` is due and its directive says \`approval: required\`. Released, the next cycle runs:`,
    '',
    ...directive.tools.map((tool, index) => `${index + 1}. \`${commandText(tool)}\``),
    '',
    ...(inputs.length > 0 ? ['| input | value |', '|---|---|', ...inputs, ''] : []),
    ...granted.flatMap(([what, list]) =>
      list.length > 0 ? [`- ${what}: ${list.map((each) => `\`${each}\``).join(', ')}`] : [],
    ),
    `- cost: ${mostDollars}`,
    `- occurrence: \`${id}\`, plan \`${digest}\``,
    '',
    'To release exactly this, once, set the label `steward:approved`. It counts when somebody with write access sets it, and for',
    '24 hours. To decline, close this issue.',
  ];
  return {
    directive: directive.name,
    occurrence: id,
    title: `Approval: may \`${directive.name}\` run?`,
    body: body.join('\n'),
    digest,
  };
}

const commandText = ({ script, args }: CommandLine): string => [script, ...args].join(' ').replaceAll('`', "'");

/** A value as the cell of a table, whatever characters it has. */
const cell = (value: unknown): string =>
  asCode((typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('|', ' '));

/**
 * Why a label does not release the plan; undefined when it does.
 * @param lastAttempt when this very occurrence was tried last: an approval counts once
 */
export function approvalProblem(
  label: { by: string; at: string; permission: string },
  now: Date,
  lastAttempt: string | undefined,
): string | undefined {
  if (label.permission !== 'admin' && label.permission !== 'write') return `${label.by} has no write access`;
  const setAt = Date.parse(label.at);
  // The forge gives whole seconds: a label of the attempt's own second counts as used.
  if (lastAttempt !== undefined && !(setAt > Date.parse(lastAttempt))) return 'it was used already';
  if (!(now.getTime() - setAt <= APPROVAL_VALID_MS)) return `it is from ${label.at.slice(0, 16)}Z and has expired`;
  return undefined;
}
