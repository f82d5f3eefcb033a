import type { Evidence } from '../../domain/heal/fix.ts';
import { sha256 } from '../../domain/occurrence.ts';
import type { Tape } from '../../domain/tape.ts';
import type { ScriptDescription, ScriptRunner } from '../../ports.ts';
import { type Replay, sameJson } from './replay.ts';
import type { Reproduction } from './reproduce.ts';

/** Holds what the new code did against what the code of the base did with the same calls. */

export function compareSchemas(
  before: ScriptDescription | undefined,
  after: Awaited<ReturnType<ScriptRunner['describe']>>,
): Evidence {
  const check = 'schema';
  if ('failure' in after) return { check, status: 'fail', detail: 'the script does not describe itself any more' };
  const { summary, input, output, hasFind } = after.description;
  // A script that can not even be loaded has no schema to keep.
  if (before === undefined)
    return { check, status: 'note', detail: 'the old code could not be described; the schema is as the new code says' };
  if (!sameJson(before.input, input)) return { check, status: 'fail', detail: 'it takes another input than before' };
  if (!sameJson(before.output, output))
    return { check, status: 'fail', detail: 'it promises another output than before' };
  if (before.hasFind && !hasFind) return { check, status: 'fail', detail: 'its find() is gone' };
  // One that is wrong would have an effect repeated, and no recorded call shows it.
  if (!before.hasFind && hasFind) return { check, status: 'fail', detail: 'it has a find() that it did not have' };
  // The model that decides reads it.
  if (before.summary !== summary) return { check, status: 'fail', detail: 'it says something else of itself' };
  return { check, status: 'pass', detail: 'summary, input, output and find() are as before' };
}

/** A repair that does less than the script did is none: an error swallowed looks just like one mended. */
export function compareEffects({ failing, good }: Reproduction, mended: Replay): Evidence[] {
  const check = 'effects';
  const refused = (detail: string): Evidence[] => [{ check, status: 'fail', detail }];
  const last = good.at(-1)?.replay;
  const wantedEffects = new Set([...(failing?.effects ?? []), ...(last?.effects ?? [])]);
  const lostEffects = [...wantedEffects].filter((kind) => !mended.effects.has(kind));
  if (lostEffects.length > 0) return refused(`it no longer does ${lostEffects.join(', ')}`);
  if (mended.repeated.length > 0) return refused(`it does ${mended.repeated.join(', ')} more often than recorded`);
  const lostCalls = [...(failing?.calls ?? [])].filter((kind) => !mended.calls.has(kind));
  if (lostCalls.length > 0) return refused(`it no longer asks ${lostCalls.join(', ')}`);
  const wanted = last?.files.size ?? 0;
  if (mended.files.size < wanted)
    return refused(`it writes ${mended.files.size} files where a good call wrote ${wanted}`);
  const emptied = good.flatMap(({ replay }) => emptiedFiles(replay, mended));
  if (emptied.length > 0) return refused(`it leaves ${emptied[0]} empty`);
  const done = [...mended.effects, ...mended.files.keys()];
  const detail = done.length > 0 ? `all that it did before: ${done.slice(0, 5).join(', ')}` : NO_EFFECTS;
  return [{ check, status: 'pass', detail }];
}

const NO_EFFECTS = 'it has none, now as before';
const EMPTY = sha256('');

/** Files that one call leaves with something in them, and the other with nothing. */
const emptiedFiles = (before: Replay, after: Replay): string[] =>
  [...before.files].flatMap(([path, digest]) =>
    digest !== undefined && digest !== EMPTY && after.files.get(path) === EMPTY ? [path] : [],
  );

/** A good call with the code of the base and with the new code. */
export interface Pair {
  tape: Tape;
  before: Replay;
  after: Replay;
}

/**
 * Good calls must go on to go well. Another result is for the reviewer to judge, unless it is the same for everything, or
 * none is as it was.
 */
export function compareGood(good: readonly Pair[], mended: Replay, failing: Tape): Evidence[] {
  const check = 'good calls';
  if (good.length === 0) return [{ check, status: 'note', detail: 'none is recorded, or none can be replayed' }];
  const loss = good.map(lossOf).find((each) => each !== undefined);
  if (loss) return [{ check, status: 'fail', detail: `a recorded call that went well ${loss}` }];
  const other = good.filter(({ before, after }) => !sameJson(outputOf(before), outputOf(after)));
  const outputs = [...good.map(({ after }) => after), mended].map(outputOf);
  if (other.length > 0 && outputs.every((output) => sameJson(output, outputs[0])))
    return [{ check, status: 'fail', detail: 'it gives the same output for every recorded call' }];
  if (isAllOther(good, other, failing))
    return [{ check, status: 'fail', detail: 'no recorded call that went well gives what it gave' }];
  const notes = good.flatMap((pair) => [...outputNotes(pair), ...fileNotes(pair)]);
  if (notes.length === 0)
    return [{ check, status: 'pass', detail: `${good.length} recorded calls give what they gave` }];
  return notes.map((detail) => ({ check, status: 'note', detail: detail.slice(0, 500) }));
}

/** What the new code fails to do of what the call did. */
function lossOf({ before, after }: Pair): string | undefined {
  const { outcome } = after.run;
  if (outcome.status !== 'ok' || after.strays.length > 0)
    return `fails now: ${outcome.status === 'failed' ? `${outcome.failure.kind} ${outcome.failure.signature}` : 'no result'}`;
  if (after.repeated.length > 0) return `does ${after.repeated.join(', ')} twice now`;
  const lost = [
    ...[...before.effects].filter((kind) => !after.effects.has(kind)),
    ...[...before.files.keys()].filter((path) => !after.files.has(path)),
    ...emptiedFiles(before, after),
  ];
  return lost.length > 0 ? `does less now: ${lost.slice(0, 5).join(', ')}` : undefined;
}

/**
 * Whoever mends a crash leaves alone what did not crash. One call may have hit the same fault unseen, and outputs that
 * differ from run to run say nothing.
 */
const isAllOther = (good: readonly Pair[], other: readonly Pair[], failing: Tape): boolean =>
  good.length > 1 &&
  other.length === good.length &&
  failing.failure?.kind !== 'refuted' &&
  good.every(({ tape, before }) => sameJson(tape.output, outputOf(before)));

const outputOf = ({ run }: Replay): Record<string, unknown> => (run.outcome.status === 'ok' ? run.outcome.output : {});

function outputNotes({ before, after }: Pair): string[] {
  const [was, now] = [outputOf(before), outputOf(after)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(now)])].filter(
    (name) => !sameJson(was[name], now[name]),
  );
  const shown = names.slice(0, 3).map((name) => `${name}: ${short(was[name])} -> ${short(now[name])}`);
  return shown.length > 0 ? [`a good call gives another output: ${shown.join('; ')}`] : [];
}

function fileNotes({ before, after }: Pair): string[] {
  const other = [...after.files].flatMap(([path, digest]) => (before.files.get(path) === digest ? [] : [path]));
  return other.length > 0 ? [`a good call writes something else to ${other.slice(0, 3).join(', ')}`] : [];
}

const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60);
