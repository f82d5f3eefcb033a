import { durationMs } from '../../domain/duration.ts';
import { diagnose } from '../../domain/heal/diagnosis.ts';
import type { LedgerState } from '../../domain/ledger-state.ts';
import type { Entry } from '../../domain/record.ts';
import { Tape, tapePath } from '../../domain/tape.ts';
import type { Context } from '../cycle-context.ts';
import { lastEntries } from '../ledger-reader.ts';

/**
 * A crashed script is handed to the repair, a workflow of its own with rights of its own. It is not started for what passes by itself, nor while the
 * script is left alone after a repair; where it is not installed, nothing is asked.
 */
export async function askForHeal(context: Context, entry: Entry, state: LedgerState | undefined): Promise<void> {
  const { forge, facts, log, setting } = context;
  const { failure } = entry;
  if (failure?.kind !== 'crash' || setting.config.heal.open === 0) return;
  if (isCooling(context, entry, state) || (await isAsked(context, entry))) return;
  if (await isTransient(context, entry)) return;
  const inputs = { entry: entry.id };
  const answer = await forge?.call('workflows.dispatch', { workflow: 'heal.yml', ref: facts.branch, inputs });
  if (!answer) return;
  if ('value' in answer) log.info(`asked heal.yml to look at ${entry.id}`);
  else if (answer.failed.kind === 'missing') log.info('there is no heal.yml to look at the crash');
  else log.warn(`heal.yml could not be started: ${answer.failed.message}`);
}

function isCooling({ clock, setting }: Context, { failure }: Entry, state: LedgerState | undefined): boolean {
  const from = clock.now().getTime() - durationMs(setting.config.heal.cool_down);
  return Object.values(state?.heals ?? {}).some(
    ({ script, at }) => script === failure?.script && Date.parse(at) > from,
  );
}

/** Several cycles of one run try a failed slot at once: it was asked for when it failed first. */
async function isAsked({ documents }: Context, { run_url, failure, id }: Entry): Promise<boolean> {
  const before = (await lastEntries(documents, 2)).find((entry) => entry.id !== id);
  return run_url !== undefined && before?.run_url === run_url && before.failure?.signature === failure?.signature;
}

async function isTransient({ documents, log }: Context, { steps, failure }: Entry): Promise<boolean> {
  const failed = steps.find(({ status }) => status === 'failure');
  if (!failure || !failed) return false;
  const tape = Tape.safeParse(parseJson(failed.tape && (await documents.read(tapePath(failed.tape)))));
  const { cause, reason } = diagnose(failure, tape.data, failed.script);
  if (cause === 'transient') log.info(`no repair is asked for: ${reason}`);
  return cause === 'transient';
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
