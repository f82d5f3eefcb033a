import { AgentError } from '../../domain/agent-error.ts';
import type { Directive } from '../../domain/directive.ts';
import type { Patient } from '../../domain/heal/fix.ts';
import type { LedgerState } from '../../domain/ledger-state.ts';
import type { Entry, Failure } from '../../domain/record.ts';
import { Tape, tapePath } from '../../domain/tape.ts';
import type { ReadableDocuments } from '../../ports.ts';
import type { Context } from '../cycle-context.ts';
import { loadDirectives } from '../gather.ts';
import { recordsBackwards } from '../ledger-reader.ts';
import type { RepairCase } from './reproduce.ts';

/** Which failure is meant: of an entry, of a script, or the newest. */
export interface Target {
  entry?: string | undefined;
  script?: string | undefined;
}

/** A failure with all that the repository knows of it. */
export interface Ward {
  patient: Patient;
  entry: Entry;
  failure: Failure;
  directive: Directive;
  directiveText: string;
  /** The script as it is now; undefined when it is gone. */
  script: string | undefined;
  /** Place of the failing step, from 1. */
  step: number;
  /** What a repair is held against; undefined when the failing call was not recorded. */
  repair: RepairCase | undefined;
  tapeId: string | undefined;
}

/** How far back a failure is looked for. */
const LOOKED_BACK = 5000;

/** Throws HEAL_NOTHING where there is no such failure, with what was looked for. */
export async function findWard(context: Context, state: LedgerState, target: Target): Promise<Ward> {
  const { documents, facts, setting, repo } = context;
  const entry = await findEntry(documents, target);
  // As committed: what somebody is at work on in the checkout is not what a repair can be held against.
  const base = repo.at(facts.head);
  const { directives } = await loadDirectives(base, Object.keys(setting.config.vars));
  const directive = directives.find(({ name }) => name === entry.decision);
  if (!directive)
    throw new AgentError('HEAL_NOTHING', {
      sought: `${entry.id}, of the directive ${entry.decision}, which is not usable`,
    });
  const { failure } = entry;
  const failed = failedStep(entry, directive);
  if (!failure || !failed) throw new AgentError('HEAL_NOTHING', { sought: `${entry.id}, in which no script failed` });
  const directiveText = (await base.read(directive.file)) ?? '';
  const { tapeId, tape } = await failingTape(documents, state, { failed, failure });
  const { writes, secrets, spawn, timeoutMs } = directive;
  const good = await readGood(documents, state, failed);
  return {
    patient: {
      entry: entry.id,
      directive: directive.name,
      script: failed.script,
      signature: failure.signature,
      base: facts.head,
    },
    entry,
    failure,
    directive,
    directiveText,
    script: await base.read(failed.script),
    step: failed.step,
    tapeId,
    repair: tape && { script: failed.script, grants: { writes, secrets, spawn, timeoutMs }, failing: tape, good },
  };
}

async function findEntry(documents: ReadableDocuments, { entry: id, script }: Target): Promise<Entry> {
  let looked = 0;
  for await (const record of recordsBackwards(documents)) {
    if (++looked > LOOKED_BACK) break;
    if (record.kind !== 'entry' || !record.failure || record.flow === 'heal') continue;
    const isMeant =
      id === undefined ? script === undefined || touches(record, script) : id !== '' && record.id.startsWith(id);
    if (isMeant) return record;
  }
  const sought = id ?? (script === undefined ? 'a run that failed' : `a failure of ${script}`);
  throw new AgentError('HEAL_NOTHING', { sought });
}

const touches = ({ failure, steps }: Entry, script: string): boolean =>
  failure?.script === script || (failure?.kind === 'refuted' && steps.at(-1)?.script === script);

/** The step to be mended: the one that failed, or where a criterion refused the result, the one that made it. */
function failedStep(
  entry: Entry,
  directive: Directive,
): { script: string; step: number; tape: string | undefined } | undefined {
  const { failure, steps } = entry;
  const index = steps.findLastIndex(({ status }) => status === (failure?.kind === 'refuted' ? 'success' : 'failure'));
  const step = steps[index];
  if (step) return { script: step.script, step: index + 1, tape: step.tape };
  // It failed before the script was started, such as for an input that no step gave.
  const tool = directive.tools[steps.length];
  return tool && failure?.script === tool.script
    ? { script: tool.script, step: steps.length + 1, tape: undefined }
    : undefined;
}

/**
 * Of each way of failing only the newest tape is kept: where the call failed again in the same way, that one stands for
 * this one.
 */
async function failingTape(
  documents: ReadableDocuments,
  { tapes }: LedgerState,
  { failed, failure }: { failed: { script: string; tape: string | undefined }; failure: Failure },
): Promise<{ tapeId: string | undefined; tape: Tape | undefined }> {
  const own = await readTape(documents, failed.tape, failure);
  if (own) return { tapeId: failed.tape, tape: own };
  const twin = tapes[failed.script]?.failing.find(({ signature }) => signature === failure.signature)?.tape;
  return { tapeId: twin, tape: await readTape(documents, twin, failure) };
}

async function readTape(
  documents: ReadableDocuments,
  id: string | undefined,
  failure: Failure,
): Promise<Tape | undefined> {
  const tape = id === undefined ? undefined : await parseTape(documents, id);
  if (!tape || tape.failure) return tape;
  // The script itself did not fail: the criterion that refused its output did.
  const { kind, message, signature } = failure;
  return { ...tape, failure: { kind, message, signature } };
}

async function parseTape(documents: ReadableDocuments, id: string): Promise<Tape | undefined> {
  try {
    return Tape.parse(JSON.parse((await documents.read(tapePath(id))) ?? ''));
  } catch {
    // Tapes are swept away when newer ones come; one that can not be read is like one that is gone.
    return undefined;
  }
}

async function readGood(
  documents: ReadableDocuments,
  { tapes }: LedgerState,
  failed: { script: string; tape: string | undefined },
): Promise<Tape[]> {
  const ids = (tapes[failed.script]?.good ?? []).filter((id) => id !== failed.tape);
  const found = await Promise.all(ids.map((id) => parseTape(documents, id)));
  return found.filter((tape) => tape !== undefined);
}
