import { z } from 'zod';
import { DURATION_FORM, DURATION_PATTERN } from './duration.ts';
import { Network } from './network.ts';
import { isPlainName, type Problem } from './problem.ts';
import { TASKS, Task } from './task.ts';
import { checkObject, parseYamlObject } from './yaml-object.ts';

export const CONFIG_FILE = '.github/steward.yml';

/** US dollars; more in a day than anybody means. */
export const LARGEST_BUDGET = 10_000;
const dollars = z
  .number({ error: 'an amount in US dollars, such as 0.50' })
  .min(0, 'an amount that is not negative')
  .max(LARGEST_BUDGET, 'an amount of at most 10000 US dollars');
const VARIABLE_PATTERN = /^[a-z][a-z0-9_]*$/;
const VARIABLE_FORM = 'names in lower case with underscores';

const RATE_FORM = 'US dollars per million tokens, above 0 and at most 1000, with at most five decimals';
/** Costs are counted in hundred-thousandths of a dollar per million tokens: a finer price could not be booked exactly. */
export const hasFiveDecimals = (price: number): boolean => Math.abs(price * 1e5 - Math.round(price * 1e5)) < 1e-6;
const rate = z.number({ error: RATE_FORM }).gt(0, RATE_FORM).max(1000, RATE_FORM).refine(hasFiveDecimals, RATE_FORM);
const PRICE_FORM = '`free`, or {input, output} in US dollars per million tokens';
const ModelAlias = z.strictObject({
  vendor: z.enum(['gemini', 'anthropic'], { error: 'gemini or anthropic' }),
  model: z.string({ error: 'the model id as the vendor writes it' }).min(1),
  price: z
    .union(
      [
        z.literal('free'),
        z.strictObject({ input: rate, output: rate, cached_input: rate.optional(), cache_write: rate.optional() }),
      ],
      { error: PRICE_FORM },
    )
    .optional()
    .describe(
      'For a model that src/llm/prices.json does not have, or at a price of your own: `free`, or US dollars per million tokens.',
    ),
});
export type ModelAlias = z.infer<typeof ModelAlias>;

const UP_TO_TWENTY = 'a whole number from 0 to 20';

const defaultAliases: Record<string, ModelAlias> = {
  flash: { vendor: 'gemini', model: 'gemini-2.5-flash-lite' },
  pro: { vendor: 'gemini', model: 'gemini-3.8-flash' },
  haiku: { vendor: 'anthropic', model: 'claude-haiku-5-5' },
  opus: { vendor: 'anthropic', model: 'claude-opus-5-5' },
};

const PING_FORM = 'an address such as https://hc-ping.com/your-uuid, or nothing';

const ISSUES_FORM = 'a whole number from 0 to 1000';
const ALIASES_FORM = 'a list of aliases such as [flash, haiku]';

const OUTPUT_FORM = 'a whole number from 256 to 65536';
const TEMPERATURE_FORM = 'a number from 0 to 2';
const ROUTE_FORM = `${ALIASES_FORM}, or {models, max_output_tokens, temperature, thinking}`;
const Aliases = z.array(z.string(), { error: ALIASES_FORM }).min(1, ALIASES_FORM);
const RouteOptions = z.strictObject({
  models: Aliases.optional().describe('The aliases to ask, in order: the first that answers is used.'),
  max_output_tokens: z
    .int(OUTPUT_FORM)
    .min(256, OUTPUT_FORM)
    .max(65_536, OUTPUT_FORM)
    .optional()
    .describe('The longest answer, thinking included. It bounds what a call can cost.'),
  temperature: z
    .number(TEMPERATURE_FORM)
    .min(0, TEMPERATURE_FORM)
    .max(2, TEMPERATURE_FORM)
    .optional()
    .describe('Sent to models that take one.'),
  thinking: z
    .boolean({ error: 'true or false' })
    .optional()
    .describe('Whether the model may think before it answers, where that can be chosen. It is billed as output.'),
});

/** How a task is asked of models. */
export interface TaskRoute {
  models: string[];
  max_output_tokens: number;
  temperature?: number | undefined;
  thinking: boolean;
}

/**
 * Chosen for cost: the cheapest models that keep to a schema, longer answers only where a text is the product. `pro` comes
 * last since Google lets new projects call no 2.5 model: with a new Gemini key alone there must be one that answers.
 */
const defaultRoutes: Record<Task, TaskRoute> = {
  ceo_analysis: { models: ['flash', 'haiku', 'pro'], max_output_tokens: 4096, temperature: 0.2, thinking: false },
  blog_generation: { models: ['pro', 'haiku'], max_output_tokens: 16_384, thinking: false },
  social_posts: { models: ['flash', 'haiku', 'pro'], max_output_tokens: 4096, thinking: false },
  self_repair: { models: ['flash', 'haiku', 'pro'], max_output_tokens: 16_384, temperature: 0.2, thinking: true },
  engagement: { models: ['haiku', 'flash', 'pro'], max_output_tokens: 4096, thinking: false },
  consolidation: { models: ['flash', 'haiku', 'pro'], max_output_tokens: 8192, temperature: 0.2, thinking: false },
};

/** A list stands for its `models`; what is left out is the task's default. */
function withRouteDefaults(
  routes: Partial<Record<Task, string[] | z.infer<typeof RouteOptions>>>,
): Record<Task, TaskRoute> {
  const entries = TASKS.map((task): [Task, TaskRoute] => {
    const given = routes[task] ?? {};
    const { models, max_output_tokens, temperature, thinking } = Array.isArray(given) ? { models: given } : given;
    const usual = defaultRoutes[task];
    const route = {
      models: models ?? usual.models,
      max_output_tokens: max_output_tokens ?? usual.max_output_tokens,
      temperature: temperature ?? usual.temperature,
      thinking: thinking ?? usual.thinking,
    };
    return [task, route];
  });
  return Object.fromEntries(entries) as Record<Task, TaskRoute>;
}

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
      day: dollars
        .default(0.5)
        .describe('US dollars per UTC day, over all flows and triggers. STEWARD_BUDGET_USD_PER_DAY goes before it.'),
      month: dollars.default(10).describe('US dollars per UTC month.'),
      run: dollars.default(0.25).describe('US dollars that one run may spend, its scripts included.'),
    })
    .prefault({})
    .describe('The one cap. When it is reached the agent goes on without a model.'),
  models: z
    .record(z.string(), ModelAlias)
    .default({})
    .transform((models) => ({ ...defaultAliases, ...models }))
    .describe('Aliases used in routes. flash, pro, haiku and opus exist already.'),
  routes: z
    .partialRecord(Task, z.union([Aliases, RouteOptions], { error: ROUTE_FORM }), {
      error: `routes for ${TASKS.join(', ')}`,
    })
    .default({})
    .transform(withRouteDefaults)
    .describe(
      'For each task the aliases to ask, in order (the first that answers is used), or an object that says more.',
    ),
  ping: z
    .union([z.literal(''), z.url({ protocol: /^https?$/, error: PING_FORM })], { error: PING_FORM })
    .default('')
    .describe(
      "Called after each cycle that could work: a dead-man's switch outside GitHub. Empty calls nothing. STEWARD_PING_URL goes before it.",
    ),
  quiet: z
    .strictObject({
      issues_per_week: z
        .int(ISSUES_FORM)
        .min(0, ISSUES_FORM)
        .max(1000, ISSUES_FORM)
        .default(20)
        .describe('How many new issues scripts may open in seven days, all together. What is told already goes on.'),
    })
    .prefault({})
    .describe('What people can be expected to read. Pages are written all the same.'),
  network: Network,
  vars: z
    .record(
      z.string().regex(VARIABLE_PATTERN, VARIABLE_FORM).refine(isPlainName, VARIABLE_FORM),
      z.string({ error: 'a text (quote it)' }),
    )
    .default({})
    .describe('Values that every directive may use as {name}, such as site_url.'),
  heal: z
    .strictObject({
      cool_down: z
        .string({ error: DURATION_FORM })
        .regex(DURATION_PATTERN, DURATION_FORM)
        .default('6h')
        .describe('How long a script is left alone after a repair of it was tried.'),
      open: z
        .int(UP_TO_TWENTY)
        .min(0, UP_TO_TWENTY)
        .max(20, UP_TO_TWENTY)
        .default(3)
        .describe('How many repairs may wait for a review at once; 0 switches repairs off.'),
    })
    .prefault({})
    .describe('What keeps repairs from being noise.'),
  cycle: z
    .strictObject({
      history: z
        .int(UP_TO_TWENTY)
        .min(0, UP_TO_TWENTY)
        .max(20, UP_TO_TWENTY)
        .default(3)
        .describe('How many of the last entries the model is shown.'),
    })
    .prefault({}),
});
export type StewardConfig = z.infer<typeof StewardConfig>;

const keysOf: Record<string, readonly string[]> = {
  '': Object.keys(StewardConfig.shape),
  budget: ['day', 'month', 'run'],
  heal: ['cool_down', 'open'],
  quiet: ['issues_per_week'],
  network: ['allow'],
  cycle: ['history'],
  routes: TASKS,
};

function keysAt(path: readonly PropertyKey[]): readonly string[] {
  if (path[0] === 'models')
    return path[2] === 'price' ? ['input', 'cached_input', 'cache_write', 'output'] : Object.keys(ModelAlias.shape);
  return path[0] === 'routes' && path.length > 1 ? Object.keys(RouteOptions.shape) : (keysOf[path.join('.')] ?? []);
}

/** Reads the config; `config` is absent when anything in it is wrong. Never throws. */
export function parseConfig(text: string): { config?: StewardConfig; problems: Problem[] } {
  const object = parseYamlObject(text, CONFIG_FILE);
  const { value, problems } = checkObject(StewardConfig, object, CONFIG_FILE, keysAt);
  if (!value) return { problems };
  const unknown = Object.entries(value.routes).flatMap(([task, { models }]) =>
    models.filter((alias) => !Object.hasOwn(value.models, alias)).map((alias) => ({ task, alias })),
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
