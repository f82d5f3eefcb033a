import { formatDollars } from '../domain/money.ts';
import { PRICE_SHELF_LIFE_DAYS } from '../domain/price-age.ts';
import type { ModelsReport } from '../flows/list-models.ts';
import { textTable } from './text-table.ts';

type Model = ModelsReport['models'][number];

/** `steward models` for people. */
export function modelsText({ routes, models, decision, cycles_per_day: cycles }: ModelsReport): string {
  const basis =
    decision.measured > 0
      ? `the mean of the last ${decision.measured} decisions here`
      : 'a usual decision; nothing is measured here yet';
  return [
    'Routes: the first model that has a key, fits the budget and answers is used.',
    textTable(
      [
        { head: 'task' },
        { head: 'models' },
        { head: 'longest answer', align: 'right' },
        { head: 'temperature', align: 'right' },
        { head: 'thinking' },
      ],
      routes.map((route) => [
        route.task,
        route.models.join(', '),
        `${route.max_output_tokens} tokens`,
        route.temperature ?? 'their own',
        route.thinking ? 'on' : 'off',
      ]),
    ),
    '',
    `Models: US dollars per million tokens, and for a day of cycles with one decision each (${decision.tokens_in} tokens in, ${decision.tokens_out} out: ${basis}).`,
    textTable(
      [
        { head: 'alias' },
        { head: 'model' },
        { head: 'key' },
        ...['in', 'cached', 'out'].map((head) => ({ head, align: 'right' as const })),
        { head: 'price read' },
        ...cycles.map((count) => ({ head: `${count}/day`, align: 'right' as const })),
        { head: 'state' },
      ],
      models.map((model) => modelRow(model, cycles)),
    ),
    ...notes(models),
  ].join('\n');
}

function modelRow(
  { alias, model, key, price, per_day, standing }: Model,
  cycles: readonly number[],
): (string | number)[] {
  return [
    alias,
    model,
    key.is_set ? 'yes' : `no ${key.name}`,
    ...(price ? [price.input, price.cached_input, price.output, price.read] : ['?', '?', '?', 'unknown']),
    ...cycles.map((count) => (per_day ? formatDollars(per_day[count] ?? 0) : '?')),
    price ? standing : 'never asked: no price',
  ];
}

function notes(models: readonly Model[]): string[] {
  const stale = models.filter(({ price }) => price?.is_stale);
  const unpriced = models.filter(({ price }) => price === null);
  return [
    ...stale.map(
      ({ model, price }) =>
        `! The price of ${model} was read on ${price?.read}, over ${PRICE_SHELF_LIFE_DAYS} days ago: compare it with ${price?.source}`,
    ),
    ...unpriced.map(
      ({ alias, model }) => `! ${model} has no price: write one under models.${alias}.price in .github/steward.yml`,
    ),
    ...(models.some(({ key }) => key.is_set)
      ? []
      : ['No key is set: the agent decides by its policy, and scripts use their templates. Both cost nothing.']),
  ];
}
