import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { type ActionsMinutes, actionsMinutes, minutesSection, NOT_BILLED } from './lib/cost/actions-minutes.ts';
import { type BudgetCaps, readBudgetCaps } from './lib/cost/budget-caps.ts';
import { type Cap, dayLevel, type Levels, monthLevel, warnedBefore } from './lib/cost/cap-watch.ts';
import { forecastMonth, RATE_DAYS } from './lib/cost/cost-forecast.ts';
import { costIssue } from './lib/cost/cost-issue.ts';
import { type CostFacts, costPage } from './lib/cost/cost-page.ts';
import { chargesOf } from './lib/cost/ledger-spending.ts';
import { askForge, ifAnswered, readValue } from './lib/forge-reading.ts';
import { readLedgerDays } from './lib/ledger-days.ts';
import { githubPart, joinParts } from './lib/page-parts.ts';
import { readReportBody, writeReport } from './lib/report-file.ts';
import { tellIssue } from './lib/rolling-issue.ts';
import { addDays, dayOfTime, monthOf } from './lib/utc-days.ts';

/** The most that can be asked for at once. */
const RUNS = 1000;
/** A run that sets money aside at a month's end is over within this. */
const LONGEST_RUN_DAYS = 2;

const input = z.strictObject({
  minutes: z.int().min(0).default(2000).describe('Actions minutes that the plan includes per month'),
  path: z.string().default('knowledge/reports/cost.md').describe('The page to write'),
});
type Input = z.infer<typeof input>;
interface Github {
  url: string;
  branch: string;
  /** Undefined where runs are not billed, or can not be seen. */
  minutes?: ActionsMinutes | undefined;
  section: string;
}

/** The amounts are those of the ledger, as the agent's budget counts them; `steward cost` says more. */
export default defineScript({
  summary: "Writes a page about the month's money and Actions minutes, and tells when a cap is near.",
  input,
  output: z.object({
    path: z.string(),
    changed: z.boolean(),
    day: z.string(),
    /** US dollars. */
    spent: z.number(),
    expected: z.number(),
    minutes: z.int().optional(),
    warned: z.array(z.string()),
    told: z.enum(['opened', 'changed', 'nothing new', 'untold']),
  }),
  async run(context, input) {
    const today = dayOfTime(context.clock.now());
    const old = (await readReportBody(context, input.path)) ?? '';
    const caps = await readBudgetCaps(context);
    const money = await readMoney(context, today, caps);
    const github = await readGithub(context, input, today);
    const levels = levelsOf({ ...money, caps }, github?.minutes, {
      included: input.minutes,
      before: warnedBefore(old, today.slice(0, 7)),
    });
    const facts = costPage({ today, ...money, caps, levels });
    const title = facts.split('\n', 1)[0] ?? '';
    const section = github?.section ?? (old.startsWith(`${title}\n`) ? githubPart(old) : '');
    const body = joinParts({ facts, github: section });
    const footer = `Unchanged since ${today}.`;
    const changed = await writeReport(context, { path: input.path, body, footer });
    return {
      path: input.path,
      changed,
      day: today,
      spent: money.forecast.spent / 1e8,
      expected: money.forecast.expected / 1e8,
      ...(github?.minutes ? { minutes: github.minutes.used } : {}),
      warned: Object.entries(levels).flatMap(([cap, level]) => (level === 'fine' ? [] : [cap])),
      told: github ? await tell(context, { github, levels, today, path: input.path }) : 'untold',
    };
  },
});

async function readMoney(
  context: ScriptContext,
  today: string,
  caps: BudgetCaps,
): Promise<Pick<CostFacts, 'charges' | 'forecast'>> {
  const { first } = monthOf(today);
  const earliest = [addDays(first, -LONGEST_RUN_DAYS), addDays(today, -RATE_DAYS - LONGEST_RUN_DAYS)].sort();
  const days = await readLedgerDays(context, { from: earliest[0] ?? first, to: today });
  const charges = chargesOf(days, context.clock.now());
  return {
    charges: charges.filter(({ day }) => day >= first),
    forecast: forecastMonth(charges, { today, begins: days[0]?.day, dayCap: caps.day }),
  };
}

/** Undefined without a GitHub, or while it does not say how many minutes went: then the page keeps what it knew. */
async function readGithub(context: ScriptContext, { minutes }: Input, today: string): Promise<Github | undefined> {
  const repository = await ifAnswered(context, () => context.forge.repo.get({}));
  if (!repository) return undefined;
  const place = { url: repository.url, branch: repository.default_branch };
  if (!repository.is_private) return { ...place, section: NOT_BILLED };
  const since = `${monthOf(today).first}T00:00:00Z`;
  const reading = await askForge(context, () => context.forge.runs.list({ since, limit: RUNS }));
  if ('unavailable' in reading) return undefined;
  const runs = readValue(reading);
  if (!runs) return { ...place, section: '' };
  const used = actionsMinutes(runs, { today, limit: RUNS });
  return { ...place, minutes: used, section: minutesSection(used, minutes) };
}

function levelsOf(
  { forecast, caps }: Pick<CostFacts, 'forecast' | 'caps'>,
  minutes: ActionsMinutes | undefined,
  { included, before }: { included: number; before: readonly Cap[] },
): Levels {
  const { spent, expected, fullDays } = forecast;
  return {
    month: monthLevel({ used: spent, expected, cap: caps.month }, before.includes('month')),
    day: dayLevel({ fullDays, cap: caps.day }, before.includes('day')),
    minutes: minutes ? monthLevel({ ...minutes, cap: included }, before.includes('minutes')) : 'fine',
  };
}

async function tell(
  context: ScriptContext,
  { github, levels, today, path }: { github: Github; levels: Levels; today: string; path: string },
): Promise<'opened' | 'changed' | 'nothing new' | 'untold'> {
  const pageUrl = `${github.url}/blob/${github.branch}/${path}`;
  const told = await tellIssue(context, costIssue({ levels, month: monthOf(today).name, pageUrl }));
  return 'untold' in told ? 'untold' : told.told;
}
