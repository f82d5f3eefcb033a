import { budgetCap, budgetRoom, committedSpend } from '../../domain/budget.ts';
import { CONFIG_FILE } from '../../domain/config.ts';
import { type Finding, fine } from '../../domain/finding.ts';
import { formatCap, formatDollars, toDollars } from '../../domain/money.ts';
import type { KeyCheck } from '../../ports.ts';
import { type Facts, siteUrl } from './facts.ts';

const KEY_PAGES: Record<string, string> = {
  GEMINI_API_KEY: 'https://aistudio.google.com/apikey',
  ANTHROPIC_API_KEY: 'https://platform.claude.com/settings/keys',
};

/** `Settings > Secrets and variables > Actions > New repository secret (https://...)` */
export const secretsPage = (facts: Facts): string =>
  `Settings > Secrets and variables > Actions > New repository secret${facts.setting.repository ? ` (${siteUrl(facts, 'settings/secrets/actions/new')})` : ''}`;

/** Model keys are named, never shown. */
export function modelKeys(facts: Facts): Finding[] {
  if (facts.keys.length > 0) return facts.keys.map((check) => keyFinding(facts, check));
  const what =
    'No model key is set: the agent decides by its policy and scripts use their templates, which costs nothing';
  const remark = `To let a model decide: a key from ${KEY_PAGES.GEMINI_API_KEY}, then ${secretsPage(facts)}, GEMINI_API_KEY`;
  return [fine('models.keys', what, remark)];
}

function keyFinding(facts: Facts, { keyName, status, detail }: KeyCheck): Finding {
  const id = `models.${keyName}`;
  if (status === 'accepted') return fine(id, `${keyName} is set, and its vendor accepts it`);
  const why = 'Models of this vendor are passed over: the next one is asked, or the policy decides.';
  const fix = `A new key from ${KEY_PAGES[keyName] ?? 'its vendor'}, then ${secretsPage(facts)}, ${keyName}; or delete the secret.`;
  if (status === 'refused')
    return { id, status: 'fail', what: `${keyName} is set, but its vendor refuses it (${detail})`, why, fix };
  const what = `${keyName} is set, and its vendor does not say whether it accepts it (${detail})`;
  return { id, status: 'unknown', what, why, fix: 'Try again later; check the base URL where you set one.' };
}

/** The caps, where they stand, and where they come from. */
export function budgetFinding({ setting, ledger, now }: Facts): Finding {
  const id = 'models.budget';
  const { budget } = setting.config;
  const isVariable = (setting.secrets.STEWARD_BUDGET_USD_PER_DAY ?? '').trim() !== '';
  const place = isVariable ? 'the variable STEWARD_BUDGET_USD_PER_DAY' : `budget.day in ${CONFIG_FILE}`;
  const caps = `${formatCap(budget.day)} a day, ${formatCap(budget.month)} a month, ${formatCap(budget.run)} a run`;
  const none = (['day', 'month', 'run'] as const).find((cap) => budget[cap] === 0);
  if (none)
    return fine(id, `The budget is ${caps}: the agent asks no model${none === 'day' ? `, as ${place} says` : ''}`);
  if (ledger.broken) return fine(id, `The budget is ${caps}`);
  const spend = committedSpend(ledger.state, now);
  const spent = `${formatDollars(toDollars(spend.dayMicroCents))} spent today, ${formatDollars(toDollars(spend.monthMicroCents))} this month`;
  const what = `The budget is ${caps}; ${spent}`;
  if (budgetRoom(budgetCap(budget), ledger.state, now) > 0) return fine(id, what);
  return {
    id,
    status: 'warn',
    what: `The budget is used up: ${caps}; ${spent}`,
    why: 'Until the day or month (UTC) is over no model is asked; the agent goes on without.',
    fix: `Wait, or raise ${place} (\`npm run steward -- cost\` shows what it went for).`,
  };
}
