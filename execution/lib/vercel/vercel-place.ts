import { z } from 'zod';

/** Inputs of each script that asks Vercel. */
export const VERCEL = {
  team: z
    .string()
    .regex(/^[\w-]{1,100}$/, 'the id of a team')
    .optional()
    .describe('Id of the team that has the project'),
  api: z
    .url({ protocol: /^https?$/ })
    .default('https://api.vercel.com')
    .describe('Where the API is: the token goes there'),
};
