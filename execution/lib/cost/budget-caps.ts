import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ScriptContext } from '../../../src/script.ts';
import { readIfThere } from '../report-file.ts';
import { type MicroCents, microCents } from './ledger-spending.ts';

export const CONFIG_FILE = '.github/steward.yml';

/** The two caps of the config, and where they come from. */
export interface BudgetCaps {
  day: MicroCents;
  month: MicroCents;
  source: 'config' | 'defaults' | 'unreadable';
}

const Caps = z.object({
  budget: z
    .object({ day: z.number().min(0).default(0.5), month: z.number().min(0).default(10) })
    .nullish()
    .transform((budget) => budget ?? { day: 0.5, month: 10 }),
});

/** What the config says of the budget. Where it can not be read the defaults stand, as for the agent, and the page says so. */
export async function readBudgetCaps({ workspace }: Pick<ScriptContext, 'workspace'>): Promise<BudgetCaps> {
  const text = await readIfThere(join(workspace, CONFIG_FILE));
  return text === undefined ? toCaps({ day: 0.5, month: 10 }, 'defaults') : capsIn(text);
}

export function capsIn(text: string): BudgetCaps {
  try {
    const config = Caps.safeParse(parse(text, { maxAliasCount: 10 }) ?? {});
    return config.success ? toCaps(config.data.budget, 'config') : toCaps({ day: 0.5, month: 10 }, 'unreadable');
  } catch {
    return toCaps({ day: 0.5, month: 10 }, 'unreadable');
  }
}

const toCaps = ({ day, month }: { day: number; month: number }, source: BudgetCaps['source']): BudgetCaps => ({
  day: microCents(day),
  month: microCents(month),
  source,
});
