import { formatDollars } from '../domain/money.ts';
import type { Preview } from '../flows/preview.ts';

/** A dry run for people. */
export function previewText(preview: Preview): string {
  const { ledger, spend, recent, options, held, prompt, decision } = preview;
  return [
    'State',
    `  ledger    ${ledger.records} records, next wake ${ledger.next_wake ?? 'not set'}, ${ledger.open_intents} open intents`,
    `  spent     ${formatDollars(spend.today)} today, ${formatDollars(spend.month)} this month`,
    ...(preview.paused ? [`  paused    ${preview.paused}`] : []),
    ...recent.map((entry) => `  before    ${entry.timestamp.slice(0, 16)}Z ${entry.decision} -> ${entry.result}`),
    'Options',
    ...(options.length === 0 ? ['  none: nothing is due'] : []),
    ...options.map(
      (option) =>
        `  ${option.id}  priority ${option.priority}${option.open_inputs.length > 0 ? `, open: ${option.open_inputs.join(', ')}` : ''}`,
    ),
    ...held.map(({ directive, reason }) => `  (${directive}: ${reason})`),
    ...(prompt ? ['Prompt', indent(prompt.system), '', indent(prompt.user)] : []),
    'Decision',
    `  ${decision.option ?? 'none'}`,
    `  by ${decision.by}: ${decision.reason}`,
    `  estimated cost at most ${formatDollars(preview.estimated_cost)}`,
    '',
    'Dry run: nothing was changed.',
  ].join('\n');
}

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  | ${line}`)
    .join('\n');
