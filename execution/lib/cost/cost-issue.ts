import { CAPS, type Levels } from './cap-watch.ts';

/**
 * The one issue about money. It says which cap and not how much of it, so that it changes when a cap is crossed and not
 * from day to day; the page has the amounts.
 */
export function costIssue({ levels, month, pageUrl }: { levels: Levels; month: string; pageUrl: string }): {
  marker: string;
  title: string;
  body: string;
  labels: string[];
  state: 'open' | 'closed';
} {
  const crossed = CAPS.filter((cap) => levels[cap] !== 'fine');
  const fixed = { marker: 'cost:budget', labels: ['steward'] };
  const page = `[The page about costs](${pageUrl}) has the amounts.`;
  if (crossed.length === 0)
    return { ...fixed, title: 'Budget: no cap is near', body: `No cap is near now. ${page}`, state: 'closed' };
  const lines = crossed.map((cap) => `- ${TEXTS[cap][levels[cap] === 'used up' ? 'used' : 'near']}`);
  const body = [
    `In ${month}:`,
    '',
    ...lines,
    '',
    `${page} This issue is closed when no cap is near any more, or a new month begins.`,
  ].join('\n');
  return { ...fixed, title: `Budget of ${month}: ${crossed.map((cap) => NAMES[cap]).join(', ')}`, body, state: 'open' };
}

const NAMES = { month: "the month's cap", day: "the day's cap", minutes: 'Actions minutes' } as const;

const TEXTS = {
  month: {
    near: "The month's cap for models is near, or will be passed at the present rate. Past it the agent goes on without a model. `budget: {month: ...}` in `.github/steward.yml` sets it.",
    used: "The month's cap for models is used up. The agent goes on without a model until the month ends, or until `budget: {month: ...}` in `.github/steward.yml` is raised.",
  },
  day: {
    near: "The day's cap for models was near on more than one day lately. `budget: {day: ...}` in `.github/steward.yml`, or the variable STEWARD_BUDGET_USD_PER_DAY, sets it.",
    used: "The day's cap for models was used up lately.",
  },
  minutes: {
    near: "The plan's minutes of GitHub Actions are nearly used up, or will be at the present rate. A longer `every:` of directives and a rarer schedule of the cycle save them.",
    used: "The plan's minutes of GitHub Actions are used up, as far as can be seen from the runs: past them workflows do not start, or cost extra.",
  },
} as const;
