import { formatCap, formatDollars } from '../domain/money.ts';
import type { BudgetLine, CostReport } from '../flows/cost.ts';
import { type Column, textTable } from './text-table.ts';

/** `steward cost` for people: where the budget stands, what the money went for, what it would have been without routes. */
export function costText(report: CostReport): string {
  const { total, since } = report;
  const head = [monthSentence(report), daySentence(report), ''];
  if (total.calls === 0 && total.cost === 0) {
    const nothing = `No model was asked since ${since.slice(0, 10)}. \`npm run steward -- models\` shows who could be.`;
    return [...head, nothing].join('\n');
  }
  return [
    ...head,
    `Since ${since.slice(0, 10)}: ${formatDollars(total.cost)} for ${total.calls} model call${total.calls === 1 ? '' : 's'}${shares(report)}.`,
    ...section('day', report.by_day),
    ...section('task', report.by_task),
    ...section('model', report.by_model),
    ...section('directive', report.by_directive),
    ...comparison(report),
  ].join('\n');
}

function monthSentence({ budget, until }: CostReport): string {
  const { month } = budget;
  const average = month.spent > 0 ? `, ${formatDollars(month.average_per_day)} a day` : '';
  return `This month: ${formatDollars(month.spent)} of ${formatCap(month.cap)}${average}; ${outlook(month, until, budget)}.`;
}

const daySentence = ({ budget, until }: CostReport): string =>
  `Today: ${formatDollars(budget.day.spent)} of ${formatCap(budget.day.cap)}; ${outlook(budget.day, until, budget)}.`;

function outlook({ cap, expected, reached_at, ends }: BudgetLine, now: string, budget: CostReport['budget']): string {
  if (cap === 0) return 'this cap lets no model be asked';
  if (reached_at === null)
    return `${formatDollars(expected)} by ${minute(ends)} UTC at the present rate, so this cap holds`;
  if (reached_at > now) return `at the present rate it is used up at ${minute(reached_at)} UTC`;
  return budget.room_again_at === null
    ? 'used up'
    : `used up; models are asked again from ${minute(budget.room_again_at)} UTC`;
}

const minute = (time: string): string => time.slice(0, 16).replace('T', ' ');

function shares({ total, unsettled }: CostReport): string {
  const runs = new Set(unsettled.map(({ run }) => run)).size;
  const parts = [
    [total.failed, 'for calls that gave no answer'] as const,
    [total.assumed, 'assumed where the vendor did not say'] as const,
    [total.unsettled, `set aside by ${runs} run${runs === 1 ? '' : 's'} that did not end`] as const,
  ].flatMap(([amount, what]) => (amount > 0 ? [`${formatDollars(amount)} ${what}`] : []));
  return parts.length > 0 ? `, of it ${parts.join(', ')}` : '';
}

const AMOUNTS: readonly Column[] = ['calls', 'tokens in', 'cached', 'out', 'thinking', 'cost'].map((head) => ({
  head,
  align: 'right',
}));

const section = (title: string, groups: CostReport['by_day']): string[] => [
  '',
  textTable(
    [{ head: title }, ...AMOUNTS],
    groups.map((group) => [
      group.name,
      group.calls,
      group.tokens_in,
      group.tokens_cached,
      group.tokens_out,
      group.tokens_thinking,
      formatDollars(group.cost),
    ]),
  ),
];

/** Before and after: everything on the dearest model against the routes. */
function comparison({ dearest }: CostReport): string[] {
  if (!dearest || dearest.by_task.length === 0) return [];
  const rows = [...dearest.by_task, { ...dearest, name: 'all' }];
  return [
    '',
    `The same tokens on ${dearest.model}:`,
    textTable(
      [
        { head: 'task' },
        { head: dearest.model, align: 'right' },
        { head: 'routes', align: 'right' },
        { head: 'saved', align: 'right' },
      ],
      rows.map((row) => [
        row.name,
        formatDollars(row.cost),
        formatDollars(row.spent),
        row.cost > 0 ? `${(row.saving * 100).toFixed(1)} %` : '',
      ]),
    ),
  ];
}
