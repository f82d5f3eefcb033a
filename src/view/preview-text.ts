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
    ...options.map(optionLine),
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

/** A slot names its directive; a request does not, and its inputs are what a person wants to see. */
function optionLine({ id, directive, params, priority, open_inputs }: Preview['options'][number]): string {
  const isSlot = id.startsWith(`${directive}@`);
  const given = Object.keys(params).length > 0 ? ` ${JSON.stringify(params)}` : '';
  const open = open_inputs.length > 0 ? `, open: ${open_inputs.join(', ')}` : '';
  return `  ${id}${isSlot ? '' : `  ${directive}${given}`}  priority ${priority}${open}`;
}

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  | ${line}`)
    .join('\n');
