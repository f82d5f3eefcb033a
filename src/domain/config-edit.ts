import type { StewardConfig } from './config.ts';
import { editYaml } from './yaml-object.ts';

/** The config's text with other caps, in US dollars; comments and everything else stay. */
export const withBudget = (text: string, caps: Partial<StewardConfig['budget']>): string =>
  editYaml(
    text,
    Object.entries(caps).map(([name, value]) => ({ path: ['budget', name], value })),
  );
