import { formatSpan } from './duration.ts';
import { changeCounts } from './memory/night-changes.ts';
import { formatDollars } from './money.ts';
import type { Entry, Intent, Lease, LedgerRecord } from './record.ts';

/** `cycle 142: publish_blog_post -> success, verified ($0.0031, 12.4 s)`, with trailers that make git log an index. */
export function entryMessage(entry: Entry): string {
  const figures = `(${formatDollars(entry.metrics.cost)}, ${entry.metrics.duration_s.toFixed(1)} s)`;
  const subject = entry.consolidation
    ? `consolidate ${entry.consolidation.day}: ${changeCounts(entry.consolidation, 'the lessons stay as they were')}`
    : `${entry.flow} ${entry.seq}: ${entry.decision} -> ${outcomeWords(entry)} ${figures}`;
  const trailers = [
    ['Steward-Id', entry.id],
    ['Steward-Directive', entry.decision],
    ['Steward-Result', entry.result === 'success' ? `${entry.result}, ${entry.verification}` : entry.result],
    ['Steward-Model', entry.model ?? 'none'],
    ['Steward-Cost-USD', entry.metrics.cost.toFixed(8).replace(/0{1,4}$/, '')],
    ['Steward-Duration-S', entry.metrics.duration_s.toFixed(1)],
    ...(entry.run_url ? [['Steward-Run', entry.run_url]] : []),
  ];
  return withTrailers(subject, entry.reason, trailers);
}

/** `success, verified, healed after 3.2 h`; of a repair what became of it. */
function outcomeWords({ result, verification, heal, healed }: Entry): string {
  if (heal) return `${heal.script} ${heal.outcome === 'none' ? 'nothing opened' : heal.outcome}`;
  const first = healed?.[0];
  const words = [
    result,
    ...(result === 'success' ? [verification] : []),
    ...(first ? [`healed after ${formatSpan(first.after_s)}`] : []),
  ];
  return words.join(', ');
}

export function intentMessage(intent: Intent): string {
  const subject = `intent ${intent.seq}: ${intent.decision} step ${intent.step} (${intent.script})`;
  return withTrailers(subject, '', [
    ['Steward-Id', intent.run],
    ['Steward-Directive', intent.decision],
    ['Steward-Key', intent.key],
  ]);
}

export function leaseMessage(lease: Lease): string {
  const subject = `lease ${lease.seq}: up to ${formatDollars(lease.amount)} for ${lease.task}`;
  return withTrailers(subject, '', [
    ['Steward-Id', lease.run],
    ['Steward-Lease-USD', lease.amount.toFixed(8)],
  ]);
}

export function recordMessage(record: LedgerRecord | undefined): string | undefined {
  if (record?.kind === 'entry') return entryMessage(record);
  if (record?.kind === 'lease') return leaseMessage(record);
  return record?.kind === 'intent' ? intentMessage(record) : undefined;
}

/** The commit of the files that a run wrote, apart from the books so that reverting it keeps them. */
export function filesMessage(run: { id: string; decision: string }, paths: readonly string[]): string {
  const subject = `${run.decision}: ${paths.length === 1 ? paths[0] : `${paths.length} files`}`;
  return withTrailers(subject, paths.length > 1 ? paths.map((path) => `- ${path}`).join('\n') : '', [
    ['Steward-Id', run.id],
    ['Steward-Directive', run.decision],
  ]);
}

export function initMessage(repository: string, id: string, archive: string | undefined): string {
  const body = archive ? `Inherited records are in ${archive}.` : '';
  return withTrailers(`init: books of ${repository}`, body, [['Steward-Id', id]]);
}

export const budgetMessage = (repository: string, id: string): string =>
  withTrailers(`init: budget of ${repository}`, '', [['Steward-Id', id]]);

/** A subject, a body that can not pass for trailers, and the trailers. */
export function withTrailers(subject: string, body: string, trailers: readonly (readonly string[])[]): string {
  const text = body.trim() === '' ? '' : `${asBody(body)}\n\n`;
  const lines = trailers.map(([name, value]) => `${name}: ${oneLine(value ?? '')}`);
  return `${oneLine(subject).slice(0, 200)}\n\n${text}${lines.join('\n')}\n`;
}

/**
 * A reason is foreign text. A line of it must neither pass for a trailer nor for the `---` behind which git stops
 * looking for them, so such lines are indented; control characters go, since a NUL would end the message for git.
 */
function asBody(text: string): string {
  return text
    .trim()
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map((line) => withoutControls(line))
    .map((line) => (/^(?:[\w-]+\s*[:=#]|---)/.test(line) ? ` ${line}` : line))
    .join('\n');
}

const oneLine = (text: string): string => withoutControls(text.replaceAll(/\s+/g, ' '));

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const withoutControls = (text: string): string => text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
