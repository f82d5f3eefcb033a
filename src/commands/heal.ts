import type { Composed, openPage } from '../compose.ts';
import type { composeHeal, readParcels, writeParcelFile } from '../compose-heal.ts';
import { AgentError } from '../domain/agent-error.ts';
import type { Attempt, Verdict } from '../domain/heal/fix.ts';
import { pack } from '../domain/heal/parcel.ts';
import type { HealReport } from '../flows/heal/finish.ts';
import type { HealPorts } from '../flows/heal/heal-context.ts';
import type { CommandHost } from './command-host.ts';
import { readAttempt, readRefused, readTried } from './heal-parcels.ts';

/** What the command takes from the composition root, which loads only when the command runs. */
interface Composition {
  composeHeal: typeof composeHeal;
  readParcels: typeof readParcels;
  writeParcelFile: typeof writeParcelFile;
  openPage: typeof openPage;
}

type Host = Omit<CommandHost, 'addCommand'> & { load(): Promise<Composition>; fail(): void };

interface Options {
  entry?: string;
  script?: string;
  attempt?: string;
  fix?: string[];
  verdict?: string[];
  out?: string;
  json?: boolean;
}

const ENTRY = 'the failure of this ledger entry (the beginning of its id is enough)';
const SCRIPT = 'the newest failure of this script';

export function addHealCommand(
  { addCommand, ...rest }: CommandHost,
  load: () => Promise<Composition>,
  fail: () => void,
): void {
  const host: Host = { ...rest, load, fail };
  const heal = addCommand('heal', 'Repair a script that failed: propose, verify in a sandbox, put it up for review.')
    .option('--script <name>', SCRIPT)
    .option('--entry <id>', ENTRY)
    .option('--json', 'one object {script, signature, published, tried, cost, entry, pushed}')
    .action((options: Options) => healAll(options, host));
  const part = (usage: string, description: string, run: (options: Options, host: Host) => Promise<void>) =>
    heal
      .command(usage)
      .description(description)
      .option('--json', 'print the result as one object')
      .action((_options, command) => run(command.optsWithGlobals(), host));
  part('propose', 'Look at a failure and ask a model for one repair. Changes nothing, and runs none of it.', propose)
    .option('--script <name>', SCRIPT)
    .option('--entry <id>', ENTRY)
    .option('--attempt <n>', '1; 2 learns from --fix and --verdict; 3 starts fresh with another model', '1')
    .option('--fix <file...>', 'the attempt before this one')
    .option('--verdict <file...>', 'what was said of it')
    .option('--out <file>', 'where the attempt goes, for `heal verify`');
  part('verify', 'Try a repair in the sandbox; exit 1 when it is refused. Needs no key and no network.', verify)
    .option('--fix <file...>', 'what `heal propose --out` wrote')
    .option('--out <file>', 'where the verdict goes, for `heal publish`');
  part('publish', 'Put a verified repair up for review, or ask a person; write down what it cost.', publish)
    .option('--entry <id>', ENTRY)
    .option('--script <name>', SCRIPT)
    .option('--fix <file...>', 'the attempts, in order')
    .option('--verdict <file...>', 'the verdicts on them, in order');
  heal
    .command('revert <repair>')
    .description('Propose to take a merged repair back: its pull request (12 or #12) or its signature.')
    .option('--json', 'one object {branch, url, files}')
    .action((repair: string, _options, command) => revert(repair, command.optsWithGlobals(), host));
}

async function open(
  { json }: Options,
  { load, directory }: Host,
): Promise<Pick<Composed, 'setting'> & { ports: HealPorts; from: Composition }> {
  const from = await load();
  const { ports, setting } = await from.composeHeal({ directory: directory(), isJson: json ?? false });
  return { ports, setting, from };
}

const targetOf = ({ entry, script }: Options): { entry?: string; script?: string } => ({
  ...(entry ? { entry } : {}),
  ...(script ? { script: `execution/${script.replace(/^(\.\/)?execution\//, '').replace(/\.ts$/, '')}.ts` } : {}),
});

async function healAll(options: Options, host: Host): Promise<void> {
  const { ports, setting } = await open(options, host);
  const { healHere } = await import('../flows/heal/heal-here.ts');
  await report(await healHere(ports, setting, targetOf(options)), options, host);
}

async function report(done: HealReport, { json }: Options, host: Host): Promise<void> {
  if (json) return host.printJson(done);
  const { healText, healPage } = await import('../view/heal-text.ts');
  host.print(healText(done));
  const { openPage } = await host.load();
  await (await openPage(false))?.show(healPage(done));
}

/** Only a parcel is handed on. Paused, nothing is: the jobs after this one then have nothing to do. */
async function propose(options: Options, host: Host): Promise<void> {
  const { ports, setting, from } = await open(options, host);
  if (setting.paused !== undefined) return host.print(`paused: ${setting.paused}`);
  const number = attemptNumber(options.attempt);
  const parcels = await from.readParcels(options);
  const refused = number === 2 ? readRefused(parcels) : undefined;
  const { proposeJob } = await import('../flows/heal/heal-jobs.ts');
  const earlier = { avoid: number === 3 ? parcels.avoid : [], ...(refused ? { refused } : {}) };
  const attempt = await proposeJob(ports, setting, { target: targetOf(options), number, earlier });
  const { attemptText, attemptPage } = await import('../view/heal-text.ts');
  if (options.json) host.printJson(attempt);
  else host.print(attemptText(attempt));
  const outputs = {
    verify: String(attempt.outcome === 'fix'),
    model: attempt.model ?? '',
    base: attempt.patient.base,
    entry: attempt.patient.entry,
  };
  const markdown = attemptPage(attempt);
  // Nothing to open and nothing to book: then no job need come after this one.
  if (attempt.outcome === 'none' && attempt.calls.length === 0 && options.out === undefined)
    return void (await (await from.openPage(options.json ?? false))?.show({ markdown, outputs: {}, notices: [] }));
  await handOn(attempt, outputs, { markdown, options, from });
}

async function handOn(
  value: Attempt | Verdict,
  outputs: Record<string, string>,
  { markdown, options, from }: { markdown: string; options: Options; from: Composition },
): Promise<void> {
  const parcel = pack(value);
  if (!parcel) throw new AgentError('PARCEL_INVALID', { what: 'result', problem: 'it is over 64 KB' });
  if (options.out) await from.writeParcelFile(options.out, parcel.text);
  const page = await from.openPage(options.json ?? false);
  await page?.show({ markdown, outputs: { ...outputs, parcel: parcel.text, sha256: parcel.sha256 }, notices: [] });
}

async function verify(options: Options, host: Host): Promise<void> {
  const { ports, setting, from } = await open(options, host);
  const { fixes } = await from.readParcels(options);
  const { attempt, parcel } = readAttempt(fixes[0]);
  const { verifyJob } = await import('../flows/heal/heal-jobs.ts');
  const verdict = await verifyJob(ports, setting, { attempt, parcel });
  const { verdictText, verdictPage } = await import('../view/heal-text.ts');
  if (options.json) host.printJson(verdict);
  else host.print(verdictText(verdict));
  const outputs = { again: String(verdict.outcome === 'refused'), accepted: String(verdict.outcome === 'accepted') };
  await handOn(verdict, outputs, { markdown: verdictPage(verdict), options, from });
  // A refusal is a result that the next job waits for; by hand it is the answer to a question.
  if (verdict.outcome !== 'accepted' && !setting.isEphemeral) host.fail();
}

async function publish(options: Options, host: Host): Promise<void> {
  const { ports, setting, from } = await open(options, host);
  if (setting.paused !== undefined) return host.print(`paused: ${setting.paused}`);
  const tried = readTried(await from.readParcels(options));
  if (tried.length === 0)
    throw new AgentError('PARCEL_INVALID', { what: 'attempt', problem: 'there is none: pass it with --fix FILE' });
  const { publishJob } = await import('../flows/heal/heal-jobs.ts');
  await report(await publishJob(ports, setting, { target: targetOf(options), tried }), options, host);
}

async function revert(repair: string, options: Options, host: Host): Promise<void> {
  const { ports, setting } = await open(options, host);
  const { revertHeal } = await import('../flows/heal/revert.ts');
  const done = await revertHeal(ports, setting, repair);
  if (options.json) return host.printJson(done);
  host.print(`Proposed to take it back: ${done.url ?? `the branch ${done.branch}`} (${done.files.join(', ')})`);
}

function attemptNumber(text = '1'): 1 | 2 | 3 {
  if (text === '1' || text === '2' || text === '3') return Number(text) as 1 | 2 | 3;
  throw new AgentError('USAGE', { problem: `--attempt ${text}: expected 1, 2 or 3` });
}
