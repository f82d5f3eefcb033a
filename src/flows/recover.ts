import { parseLine } from '../domain/chain.ts';
import type { Directive } from '../domain/directive.ts';
import { FrontMatter } from '../domain/front-matter.ts';
import type { LedgerState, OpenIntent } from '../domain/ledger-state.ts';
import type { Entry, Intent, StepRecord } from '../domain/record.ts';
import { openAccount } from './account.ts';
import { type Books, openBooks } from './books.ts';
import type { Context } from './cycle-context.ts';
import { type Job, observe, toEntry } from './entry.ts';
import { perform } from './perform.ts';
import type { Recorded } from './record.ts';

/**
 * Brings every run to an end whose intent has no outcome and whose process is dead: expired, or known to have died in
 * this clone. Its effect is looked for; found it is adopted, proven absent the step runs again with the same key, and
 * otherwise the directive waits for a person.
 */
export async function recover(
  context: Context,
  state: LedgerState,
  input: { directives: readonly Directive[]; deadRun: string | undefined; recovered: string[] },
): Promise<{ state: LedgerState; entries: Recorded<Entry>[] }> {
  const entries: Recorded<Entry>[] = [];
  let current = state;
  for (const open of state.open_intents) {
    const isDead = open.run === input.deadRun || Date.parse(open.expires) <= context.clock.now().getTime();
    if (!isDead) continue;
    const line = context.log.step(`recover ${open.decision} (${open.run})`);
    const ended = await recoverRun(context, current, open, input);
    line.done(ended.record?.result === 'success', ended.record?.result);
    entries.push(ended);
    current = ended.state;
  }
  return { state: current, entries };
}

async function recoverRun(
  context: Context,
  state: LedgerState,
  open: OpenIntent,
  { directives, recovered }: { directives: readonly Directive[]; recovered: string[] },
): Promise<Recorded<Entry>> {
  const intent = await findIntent(context, open);
  const directive = directives.find(({ name }) => name === open.decision);
  const books = openBooks(context, state);
  const job = toJob(context, books, { open, intent, directive, directives, recovered });
  const cause = unrecoverable(intent, directive);
  if (!cause) return perform(context, books, job);
  const entry = toEntry(context, state, job, {
    steps: intent?.steps ?? [],
    criteria: [],
    files: [],
    result: 'interrupted',
    verification: 'unverified',
    final: true,
    reason: cause,
  });
  return books.append<Entry>(entry, { files: [], tapes: [], recovered: recovered.splice(0) });
}

/** Why a run can not be taken up again; undefined when it can. */
function unrecoverable(intent: Intent | undefined, directive: Directive | undefined): string | undefined {
  if (!intent) return 'its intent can not be read';
  if (!directive) return `the directive ${intent.decision} is gone or broken`;
  if (directive.tools[intent.step - 1]?.script !== intent.script)
    return 'the directive was changed while the run was interrupted';
  const isCut =
    intent.steps.some((step: StepRecord) => step.status === 'success' && !step.output) ||
    intent.params.left_out === true;
  return isCut ? 'the ledger line was too small for what the earlier steps gave' : undefined;
}

function toJob(
  context: Context,
  books: Books,
  from: {
    open: OpenIntent;
    intent: Intent | undefined;
    directive: Directive | undefined;
    directives: readonly Directive[];
    recovered: string[];
  },
): Job {
  const { open, intent, directive, directives, recovered } = from;
  const now = context.clock.now();
  return {
    flow: 'recover',
    work: {
      run: open.run,
      directive: directive ?? unknownDirective(open.decision),
      occurrence: open.occurrence,
      params: intent?.params ?? {},
      done: intent?.steps ?? [],
      lookFirst: 'prove',
    },
    trigger: context.setting.trigger,
    reason: `run ${open.run} was interrupted${intent ? ` in step ${intent.step} (${intent.script})` : ''}; ${intent?.reason ?? ''}`,
    decidedBy: 'policy',
    degraded: null,
    options: [open.occurrence],
    // What the dead run set aside stays spent: nobody knows what it came to.
    account: openAccount(context, books, open.run),
    promptSha256: null,
    observed: observe(books.state, now, []),
    directives,
    started: now,
    recovered,
  };
}

/** Stands in for a directive that is gone, so that the interrupted run can still be written down. */
const unknownDirective = (name: string): Directive => ({
  ...FrontMatter.parse({}),
  name,
  file: `directives/${name}.md`,
  goal: '',
  inputs: [],
  tools: [],
  criteria: [],
  knownFailureModes: [],
});

/** The newest intent of the run; it stands in the day file that the state names. */
async function findIntent({ documents }: Context, open: OpenIntent): Promise<Intent | undefined> {
  const lines = ((await documents.read(open.path)) ?? '').split('\n').reverse();
  for (const line of lines) {
    if (!line.includes(open.run)) continue;
    const parsed = parseLine(line);
    if ('record' in parsed && parsed.record.kind === 'intent' && parsed.record.run === open.run) return parsed.record;
  }
  return undefined;
}
