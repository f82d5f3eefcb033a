import { z } from 'zod';
import { isPlainName, type Problem } from './problem.ts';
import { checkObject, parseYamlObject } from './yaml-object.ts';

export const CONFIG_FILE = '.github/steward.yml';

/** The tasks a model is asked for; each has a route. The names are the article's, plus `consolidation`. */
export const TASKS = [
  'ceo_analysis',
  'blog_generation',
  'social_posts',
  'self_repair',
  'engagement',
  'consolidation',
] as const;
export const Task = z.enum(TASKS);
export type Task = z.infer<typeof Task>;

const dollars = z
  .number({ error: 'an amount in US dollars, such as 0.50' })
  .min(0, 'an amount that is not negative')
  .max(10_000, 'an amount of at most 10000 US dollars');
const VARIABLE_PATTERN = /^[a-z][a-z0-9_]*$/;
const VARIABLE_FORM = 'names in lower case with underscores';
const ModelAlias = z.strictObject({
  vendor: z.enum(['gemini', 'anthropic'], { error: 'gemini or anthropic' }),
  model: z.string({ error: 'the model id as the vendor writes it' }).min(1),
});
export type ModelAlias = z.infer<typeof ModelAlias>;

const HISTORY_FORM = 'a whole number from 0 to 20';

const defaultAliases: Record<string, ModelAlias> = {
  flash: { vendor: 'gemini', model: 'gemini-2.5-flash-lite' },
  pro: { vendor: 'gemini', model: 'gemini-3.8-flash' },
  haiku: { vendor: 'anthropic', model: 'claude-haiku-5-5' },
  opus: { vendor: 'anthropic', model: 'claude-opus-5-5' },
};

const ALIASES_FORM = 'a list of aliases such as [flash, haiku]';

const defaultRoutes: Record<Task, string[]> = {
  ceo_analysis: ['flash', 'haiku'],
  blog_generation: ['pro', 'haiku'],
  social_posts: ['flash', 'haiku'],
  self_repair: ['flash', 'haiku'],
  engagement: ['haiku', 'flash'],
  consolidation: ['flash', 'haiku'],
};

/** `.github/steward.yml`: everything about the agent that is not a directive. Every key has a default; an absent file is valid. */
export const StewardConfig = z.strictObject({
  paused: z
    .union([z.boolean(), z.string()], { error: 'true, false, or the reason as text' })
    .default(false)
    .describe(
      'Stops local cycles: true, or the reason as text. In Actions the repository variable STEWARD_PAUSED decides.',
    ),
  budget: z
    .strictObject({
      day: dollars.default(0.5).describe('US dollars per UTC day, over all flows and triggers.'),
      month: dollars.default(10).describe('US dollars per UTC month.'),
    })
    .prefault({})
    .describe('The one cap. When it is reached the agent goes on without a model.'),
  models: z
    .record(z.string(), ModelAlias)
    .default({})
    .transform((models) => ({ ...defaultAliases, ...models }))
    .describe('Aliases used in routes. flash, pro, haiku and opus exist already.'),
  routes: z
    .partialRecord(Task, z.array(z.string(), { error: ALIASES_FORM }).min(1, ALIASES_FORM), {
      error: `routes for ${TASKS.join(', ')}`,
    })
    .default({})
    .transform((routes) => ({ ...defaultRoutes, ...routes }))
    .describe('For each task the aliases to ask, in order: the first that answers is used.'),
  vars: z
    .record(
      z.string().regex(VARIABLE_PATTERN, VARIABLE_FORM).refine(isPlainName, VARIABLE_FORM),
      z.string({ error: 'a text (quote it)' }),
    )
    .default({})
    .describe('Values that every directive may use as {name}, such as site_url.'),
  cycle: z
    .strictObject({
      history: z
        .int(HISTORY_FORM)
        .min(0, HISTORY_FORM)
        .max(20, HISTORY_FORM)
        .default(3)
        .describe('How many of the last entries the model is shown.'),
    })
    .prefault({}),
});
export type StewardConfig = z.infer<typeof StewardConfig>;

const keysOf: Record<string, readonly string[]> = {
  '': Object.keys(StewardConfig.shape),
  budget: ['day', 'month'],
  cycle: ['history'],
  routes: TASKS,
};

const keysAt = (path: readonly PropertyKey[]): readonly string[] =>
  path[0] === 'models' ? Object.keys(ModelAlias.shape) : (keysOf[path.join('.')] ?? []);

/** Reads the config; `config` is absent when anything in it is wrong. Never throws. */
export function parseConfig(text: string): { config?: StewardConfig; problems: Problem[] } {
  const object = parseYamlObject(text, CONFIG_FILE);
  const { value, problems } = checkObject(StewardConfig, object, CONFIG_FILE, keysAt);
  if (!value) return { problems };
  const unknown = Object.entries(value.routes).flatMap(([task, aliases]) =>
    aliases.filter((alias) => !Object.hasOwn(value.models, alias)).map((alias) => ({ task, alias })),
  );
  if (unknown.length === 0) return { config: value, problems };
  return {
    problems: unknown.map(({ task, alias }) => ({
      file: CONFIG_FILE,
      line: object.lineOf(['routes', task]),
      severity: 'error',
      found: `the route \`${task}: ${alias}\``,
      expected: `one of ${Object.keys(value.models).join(', ')}`,
      hint: 'New aliases go under models:',
    })),
  };
}

/** The JSON Schema behind editor completion; .github/steward.schema.json is a copy, and a test fails when it drifts. */
export const configJsonSchema = (): object => ({
  $id: 'steward.schema.json',
  title: 'Steward agent config',
  ...z.toJSONSchema(StewardConfig, { io: 'input' }),
});
