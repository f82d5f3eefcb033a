import { formatCap, formatDollars } from '../domain/money.ts';
import type { BudgetLine, CostReport } from '../flows/cost.ts';
import { type Column, textTable } from './text-table.ts';

/** `steward cost` for people: where the budget stands, what the money went for, what it would have been without routes. */
export function costText(report: CostReport): string {
  const { total, budget, since, until } = report;
  const head = [
    budgetSentence('Today', budget.day, until),
    budgetSentence('This month', budget.month, until),
    ...unsettledLines(report),
  ];
  if (total.calls === 0)
    return [
      ...head,
      '',
      `No model was asked since ${since.slice(0, 10)}. \`npm run steward -- models\` shows who could be.`,
    ].join('\n');
  return [
    ...head,
    '',
    `Since ${since.slice(0, 10)}: ${formatDollars(total.cost)} for ${total.calls} model call${total.calls > 1 ? 's' : ''}${shares(report)}.`,
    ...section('day', report.by_day),
    ...section('task', report.by_task),
    ...section('model', report.by_model),
    ...section('directive', report.by_directive),
    ...comparison(report),
  ].join('\n');
}

function budgetSentence(period: string, { spent, cap, expected, reached_at, ends }: BudgetLine, now: string): string {
  const start = `${period}: ${formatDollars(spent)} of ${formatCap(cap)}`;
  if (reached_at !== null && reached_at <= now)
    return `${start}, used up; models are asked again from ${minute(ends)} UTC.`;
  const end = `${formatDollars(expected)} by ${minute(ends)} UTC at the present rate`;
  return reached_at === null
    ? `${start}, ${end}.`
    : `${start}; at the present rate it is used up at ${minute(reached_at)} UTC.`;
}

const minute = (time: string): string => time.slice(0, 16).replace('T', ' ');

function unsettledLines({ unsettled }: CostReport): string[] {
  if (unsettled.length === 0) return [];
  const amount = unsettled.reduce((sum, lease) => sum + Math.round(lease.amount * 1e8), 0) / 1e8;
  const runs = new Set(unsettled.map(({ run }) => run)).size;
  return [
    `Of that ${formatDollars(amount)} is set aside by ${runs} run${runs > 1 ? 's' : ''} that did not end; it counts as spent.`,
  ];
}

function shares({ total }: CostReport): string {
  const parts = [
    ...(total.failed > 0 ? [`${formatDollars(total.failed)} for calls that gave no answer`] : []),
    ...(total.assumed > 0 ? [`${formatDollars(total.assumed)} assumed where the vendor did not say`] : []),
  ];
  return parts.length > 0 ? `, of it ${parts.join(' and ')}` : '';
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
function comparison({ dearest, total }: CostReport): string[] {
  if (!dearest) return [];
  const rows = [...dearest.by_task, { name: 'all', cost: total.cost, dearest: dearest.cost }];
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
        formatDollars(row.dearest),
        formatDollars(row.cost),
        row.dearest > 0 ? `${((1 - row.cost / row.dearest) * 100).toFixed(1)} %` : '',
      ]),
    ),
  ];
}
