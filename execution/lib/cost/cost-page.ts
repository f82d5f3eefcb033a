import { code, counted, paragraphs, plain, table } from '../markdown-text.ts';
import { monthOf } from '../utc-days.ts';
import type { BudgetCaps } from './budget-caps.ts';
import { dearDays, type Levels, warnedMark } from './cap-watch.ts';
import type { CostForecast } from './cost-forecast.ts';
import { type Charge, dollars, type MicroCents, sumsBy, UNSETTLED } from './ledger-spending.ts';

/** What the page about money says. */
export interface CostFacts {
  today: string;
  /** Of this month. */
  charges: readonly Charge[];
  forecast: CostForecast;
  caps: BudgetCaps;
  levels: Levels;
}

/** The part of the page that the ledger and the config tell. */
export function costPage(facts: CostFacts): string {
  const { today, charges } = facts;
  return paragraphs(
    `# Costs of ${monthOf(today).name}`,
    warnedMark(facts.levels, today.slice(0, 7)),
    headline(facts),
    budgetLines(facts),
    sumTable('By task', charges, ({ task }) => task),
    sumTable('By model', charges, ({ model }) => model),
    sumTable('By directive', charges, ({ directive }) => directive || '(the agent itself)'),
    charges.some(({ model }) => model === UNSETTLED)
      ? 'Not settled is money that a run set aside and did not give back within an hour: it counts as spent.'
      : '',
  );
}

const cap = (amount: MicroCents): string => `$${(amount / 1e8).toFixed(2)}`;
const percent = (part: number, whole: number): string => (whole > 0 ? ` (${Math.floor((part / whole) * 100)} %)` : '');

function headline({ forecast, caps }: CostFacts): string {
  const { spent, expected } = forecast;
  return `Models cost **${dollars(spent)}** of ${cap(caps.month)}${percent(spent, caps.month)} this month, and about ${cap(expected)} when it ends at the present rate.`;
}

const WORDS = { fine: 'is not near', near: '**is near**', 'used up': '**is used up**' } as const;

function budgetLines({ caps, levels, forecast }: CostFacts): string {
  const { fullDays } = forecast;
  const dear = dearDays(fullDays, caps.day);
  const source = {
    config: 'The caps are those of `.github/steward.yml`.',
    defaults: 'The caps are the defaults: there is no `.github/steward.yml`.',
    unreadable: '**The budget in `.github/steward.yml` can not be read**: the caps shown are the defaults.',
  }[caps.source];
  return [
    `- The month's cap of ${cap(caps.month)} ${WORDS[levels.month]}.`,
    `- The day's cap of ${cap(caps.day)} was near on ${counted(dear, 'day')} of the last seven${levels.day === 'fine' ? '' : ': **it is too low for what is asked of models**'}.`,
    "- The rate is the mean of the full days before today, seven at most, and no more than the day's cap.",
    `- ${source} The variable STEWARD_BUDGET_USD_PER_DAY goes before the day's, and can not be seen from here.`,
  ].join('\n');
}

function sumTable(title: string, charges: readonly Charge[], nameOf: (charge: Charge) => string): string {
  const rows = sumsBy(charges, nameOf)
    .slice(0, 30)
    .map(([name, amount]) => [name.startsWith('(') ? plain(name) : code(name), dollars(amount)]);
  return rows.length === 0 ? '' : paragraphs(`## ${title}`, table([title.replace('By ', ''), 'Cost'], rows));
}
