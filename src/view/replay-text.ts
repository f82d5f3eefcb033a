import { asLogLine } from '../domain/foreign-text.ts';
import { formatDollars } from '../domain/money.ts';
import type { ReplayedDecision, ReplayReport } from '../domain/replay-report.ts';
import { textTable } from './text-table.ts';

/** `steward replay` for people: which prompts could be made again, what is chosen otherwise now, what that costs. */
export function replayText(report: ReplayReport): string {
  if (report.found === 0)
    return 'Nothing to replay: the ledger holds no decision that a model made. With a key, and more than one thing to do, a cycle asks one.';
  return [
    [headSentence(report), promptSentence(report)].join('\n'),
    lostTable(report),
    choices(report),
    report.redecided > 0 ? costs(report) : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function headSentence({ found, asked_for, decisions }: ReplayReport): string {
  const what = found === 1 ? 'The last decision that a model made' : `The last ${found} decisions that a model made`;
  const [first, last] = [decisions.at(0)?.at ?? '', decisions.at(-1)?.at ?? ''];
  const when = found === 1 ? `of ${minute(first)}` : `${minute(first)} to ${minute(last)}`;
  const fewer = found < asked_for ? `; there are no more than ${found === 1 ? 'that one' : 'those'}` : '';
  return `${what}, ${when} UTC${fewer}.`;
}

const minute = (time: string): string => time.slice(0, 16).replace('T', ' ');

function promptSentence({ found, matched, differs, unreachable, dirty, not_rebuilt }: ReplayReport): string {
  if (matched === found) return `Prompts: ${found === 1 ? 'it is' : `all ${found} are`} made again, byte for byte.`;
  const others = [
    [differs, 'read otherwise with the code of today'] as const,
    [unreachable, 'out of reach'] as const,
    [dirty, 'made from uncommitted files'] as const,
    [not_rebuilt, 'could not be made again'] as const,
  ].flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : []));
  return `Prompts: ${matched} made again byte for byte, ${others.join(', ')}.`;
}

/** Those whose prompt is not the one that was sent, and why. */
function lostTable({ decisions }: ReplayReport): string {
  const lost = decisions.filter(({ prompt }) => prompt !== 'matched');
  if (lost.length === 0) return '';
  return textTable(
    [{ head: 'time (UTC)' }, { head: 'entry' }, { head: 'prompt' }, { head: 'why' }],
    lost.map(({ at, entry, prompt, prompt_reason = '' }) => [minute(at), entry, prompt, brief(prompt_reason)]),
  );
}

const brief = (text: string): string => asLogLine(text).slice(0, 120);

function choices(report: ReplayReport): string {
  const { redecided, agreed, changed, not_asked } = report;
  const why = not_asked === null ? '' : `${asLogLine(not_asked)}.`;
  const skipped = skippedTable(report);
  if (redecided === 0)
    return [`Nothing was decided once more${why ? `: ${why}` : '.'}`, skipped].filter(Boolean).join('\n\n');
  const share = `${Math.round((agreed / redecided) * 100)} %`;
  const sentence =
    changed.length === 0
      ? `Decided once more: ${redecided}, all as before.`
      : `Decided once more: ${redecided}, ${agreed} as before (${share}), ${changed.length} otherwise:`;
  const table = textTable(
    [{ head: 'time (UTC)' }, { head: 'was' }, { head: 'came of it' }, { head: 'now' }, { head: 'because' }],
    changed.map(({ at, was, outcome_then, now, reason }) => [minute(at), was, outcome_then, now, brief(reason)]),
  );
  const stopped = why ? `Then nobody was asked any more: ${why}` : '';
  return [sentence, changed.length > 0 ? table : '', skipped, stopped].filter((part) => part !== '').join('\n\n');
}

/** Prompts that are there and got no answer, unless one and the same reason holds for all of them. */
function skippedTable({ decisions, not_asked }: ReplayReport): string {
  const skipped = decisions.filter((each): each is ReplayedDecision & { not_asked: string } => {
    return each.not_asked !== undefined && each.not_asked !== not_asked;
  });
  if (skipped.length === 0) return '';
  const rows = skipped.map(({ at, entry, not_asked: why }) => [minute(at), entry, brief(why)]);
  return textTable([{ head: 'time (UTC)' }, { head: 'entry' }, { head: 'not decided once more' }], rows);
}

function costs({ tokens, cost, spent, booked }: ReplayReport): string {
  const table = textTable(
    ['', 'then', 'now', 'difference'].map((head, index) => ({ head, align: index > 0 ? 'right' : 'left' })),
    [
      ['tokens', tokens.was, tokens.now, signed(tokens.difference, String)],
      ['cost', formatDollars(cost.was), formatDollars(cost.now), signed(cost.difference, formatDollars)],
    ],
  );
  const total = `${formatDollars(spent)} spent on this${booked === null ? '' : `, booked as ${booked}`}.`;
  return `${table}\n\n${total}`;
}

const signed = (value: number, format: (size: number) => string): string =>
  value === 0 ? '0' : `${value > 0 ? '+' : '-'}${format(Math.abs(value))}`;
