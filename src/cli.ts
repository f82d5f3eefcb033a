/** argv -> command -> exit code. The only place that ends the process. */
import { Command, CommanderError } from 'commander';
import type { CommandHost } from './commands/command-host.ts';
import { addCycleCommand } from './commands/cycle.ts';
import { addDirectiveCommands } from './commands/directives.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addHealCommand } from './commands/heal.ts';
import { addMemoryCommands } from './commands/memory.ts';
import { addReplayCommand } from './commands/replay.ts';
import type { compose as composeAgent } from './compose.ts';
import { AgentError } from './domain/agent-error.ts';
import { parseFlags } from './domain/command-line.ts';
import { asLogText } from './domain/foreign-text.ts';
import { formatProblem } from './domain/problem.ts';

/** Loaded by the command that needs it: `--help` needs nothing. */
const compose: typeof composeAgent = async (options) => (await import('./compose.ts')).compose(options);

const write = (text: string): void => void process.stdout.write(`${text}\n`);
/** A runner obeys commands in what it is shown; elsewhere the text stays as it is, colours and all. */
const print = (text: string): void => write(process.env.GITHUB_ACTIONS === 'true' ? asLogText(text) : text);
const printJson = (value: unknown) => write(JSON.stringify(value, null, process.stdout.isTTY ? 2 : 0));

interface GlobalOptions {
  repo: string;
}

const program = new Command('steward')
  .description(
    'An autonomous agent that lives in a Git repository: one decision per cycle, tested scripts, every outcome a commit.',
  )
  .option('--repo <dir>', 'work in another checkout', '.')
  .showHelpAfterError('Run `npm run steward -- --help` to see the commands.')
  .exitOverride()
  .enablePositionalOptions();

const directory = () => program.opts<GlobalOptions>().repo;

/** `--repo` reads well in front of a command and behind it. */
const addCommand = (usage: string, description: string) =>
  program
    .command(usage)
    .description(description)
    .option('--repo <dir>', 'work in another checkout')
    .hook('preAction', (parent, command) => {
      const repo = command.opts<Partial<GlobalOptions>>().repo ?? parent.opts<Partial<GlobalOptions>>().repo;
      if (repo !== undefined) program.setOptionValue('repo', repo);
    });

const host: CommandHost = { addCommand, directory, print, printJson };
addCycleCommand(host, () => import('./compose.ts'));
addDirectiveCommands(host, () => import('./compose.ts'));
const fail = () => {
  process.exitCode = 1;
};
addDoctorCommand(host, () => import('./compose.ts'), {
  node: process.versions.node,
  hasColour: process.stdout.isTTY,
  fail,
});
addHealCommand(host, async () => ({ ...(await import('./compose.ts')), ...(await import('./compose-heal.ts')) }), fail);
const loadMemory = async () => ({ ...(await import('./compose.ts')), ...(await import('./compose-memory.ts')) });
addMemoryCommands(host, loadMemory, fail);
addReplayCommand(host, () => import('./compose-memory.ts'));

addCommand(
  'run <script>',
  'Run one script by hand: no decision, no ledger entry. `steward run <script> --help` lists its flags.',
)
  .argument('[flags...]', 'flags of the script')
  .helpOption(false)
  .allowUnknownOption()
  .passThroughOptions()
  .action(async (name: string, words: string[]) => {
    const { ports, setting } = await compose({ directory: directory(), isJson: true });
    const { describeScript, grantsFor, runScript } = await import('./flows/run-script.ts');
    const { script, description } = await describeScript(ports, name);
    const grants = await grantsFor(ports, setting, script);
    if (words.includes('--help') || words.includes('-h')) {
      const { scriptHelp } = await import('./view/script-help.ts');
      return print(scriptHelp(script, description, grants));
    }
    const { flags, problem } = parseFlags(words);
    if (problem)
      throw new AgentError('USAGE', { problem: `${problem}. \`steward run ${name} --help\` lists the flags` });
    const { outcome } = await runScript(ports, setting, { script, flags, grants });
    if (outcome.status === 'ok') return write(JSON.stringify(outcome.output, null, 2));
    const failure = outcome.status === 'failed' ? outcome.failure : undefined;
    process.stderr.write(
      failure
        ? `${failure.kind} ${failure.signature}: ${failure.message}\n${failure.log_tail}\n`
        : `skipped: ${'reason' in outcome ? outcome.reason : outcome.status}\n`,
    );
    process.exitCode = failure ? 1 : 0;
  });

addCommand('ledger', 'List what was decided and what came of it.')
  .option('--last <n>', 'how many entries', '20')
  .option('--since <when>', 'a date (2026-03-04) or a duration (7d)')
  .option('--directive <name>', 'only this directive')
  .option('--result <result>', 'success, failure, skipped, interrupted, verified, unverified or refuted')
  .option('--json', 'one JSON array')
  .action(async (options: { last: string; since?: string; directive?: string; result?: string; json?: boolean }) => {
    const { ports } = await compose({
      directory: directory(),
      isJson: options.json ?? false,
      toleratesBadConfig: true,
    });
    const { listLedger, parseFilter } = await import('./flows/list-ledger.ts');
    const entries = await listLedger(ports, parseFilter(options, ports.clock.now()));
    if (options.json) return printJson(entries);
    const { ledgerTable } = await import('./view/ledger-table.ts');
    print(entries.length > 0 ? ledgerTable(entries) : 'No entry. `npm start` runs a cycle.');
  });

addCommand('cost', 'Show what models cost, on what, when a cap will be reached, and the same on the dearest model.')
  .option('--since <when>', 'from the day of a date (2026-03-04) or a duration (7d) on; else this UTC month')
  .option('--json', 'one object, amounts in US dollars')
  .action(async (options: { since?: string; json?: boolean }) => {
    // With a config that can not be read the caps would be made up.
    const { ports, setting } = await compose({ directory: directory(), isJson: options.json ?? false });
    const [{ costReport }, { parseSince }] = await Promise.all([
      import('./flows/cost.ts'),
      import('./flows/list-ledger.ts'),
    ]);
    const since = options.since === undefined ? undefined : parseSince(options.since, ports.clock.now());
    const report = await costReport(ports, setting, since);
    if (options.json) return printJson(report);
    const { costText } = await import('./view/cost-text.ts');
    print(costText(report));
  });

addCommand('models', 'Show which models are asked for what, their prices, keys and state.')
  .option('--json', 'one object {routes, models, decision}')
  .action(async (options: { json?: boolean }) => {
    const { ports, setting } = await compose({ directory: directory(), isJson: options.json ?? false });
    const { listModels } = await import('./flows/list-models.ts');
    const report = await listModels(ports, setting);
    if (options.json) return printJson(report);
    const { modelsText } = await import('./view/models-text.ts');
    print(modelsText(report));
  });

addCommand('check', 'Check config, directives, scripts, ledger chain and tapes; exit 1 with all findings.')
  .option('--json', 'one object {problems, counts}')
  .action(async (options: { json?: boolean }) => {
    const { ports, setting, configProblems } = await compose({
      directory: directory(),
      isJson: options.json ?? false,
      toleratesBadConfig: true,
    });
    const { check } = await import('./flows/check.ts');
    const report = await check(ports, setting, configProblems);
    const errors = report.problems.filter(({ severity }) => severity === 'error').length;
    process.exitCode = errors > 0 ? 1 : 0;
    if (options.json) return printJson(report);
    for (const problem of report.problems)
      print(`${problem.severity === 'error' ? '✖' : '!'} ${formatProblem(problem)}`);
    const { directives, scripts, records, tapes } = report.counts;
    const verdict =
      report.problems.length === 0 ? 'all is well' : `${errors} errors, ${report.problems.length - errors} warnings`;
    print(`${directives} usable directives, ${scripts} scripts, ${records} ledger records, ${tapes} tapes: ${verdict}`);
  });

addCommand(
  'resolve <id> <verdict>',
  'Settle an interrupted run: `done` if its effect is there, `retry` to run it again.',
)
  .option('--json', 'print one object {entry, commit, pushed}')
  .action(async (id: string, verdict: string, options: { json?: boolean }) => {
    if (verdict !== 'done' && verdict !== 'retry')
      throw new AgentError('USAGE', { problem: `\`${verdict}\` is no verdict: say done or retry` });
    const { ports, setting } = await compose({ directory: directory(), isJson: options.json ?? false });
    const { resolve } = await import('./flows/resolve.ts');
    const { record: entry, commit, pushed } = await resolve(ports, setting, { id, verdict });
    if (options.json) return printJson({ entry, commit, pushed });
    print(
      verdict === 'done'
        ? `Noted: the effect of ${entry?.resolves} is there.`
        : `Released: ${entry?.decision} runs again in the next cycle.`,
    );
  });

addCommand('init', 'Make a copied repository your own: books with its name, a budget, the labels on GitHub.')
  .option('--day <dollars>', 'the most to spend in a UTC day')
  .option('--month <dollars>', 'the most to spend in a UTC month')
  .option('--json', 'one object {ledger, repository, archive, moved, budget, labels, pushed}')
  .action(async (options: { day?: string; month?: string; json?: boolean }) => {
    const budget = {
      ...(options.day === undefined ? {} : { day: parseDollars('--day', options.day) }),
      ...(options.month === undefined ? {} : { month: parseDollars('--month', options.month) }),
    };
    const { ports, setting } = await compose({ directory: directory(), isJson: options.json ?? false });
    const { init } = await import('./flows/init.ts');
    const done = await init(ports, setting, { budget });
    if (options.json) return printJson(done);
    const { initText } = await import('./view/init-text.ts');
    print(initText(done));
  });

function parseDollars(flag: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new AgentError('USAGE', { problem: `${flag} ${text}: expected an amount of US dollars such as 0.50` });
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof AgentError) {
    process.stderr.write(asLogText(`\n${error.code}: ${error.message}\n${error.remedy}\n`));
    return error.exitCode;
  }
  process.stderr.write(
    `\nThis is a bug in Steward, please report it:\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return 1;
}

// Whoever reads along may stop reading (`| head`); the work goes on.
process.stdout.on('error', () => {});

/** On a runner people look at the run's page before they look at its log. */
async function showOnPage(error: unknown): Promise<void> {
  if (error instanceof CommanderError || process.env.GITHUB_ACTIONS !== 'true') return;
  const { openPage } = await import('./compose.ts');
  const page = await openPage(process.argv.includes('--json'));
  const [title, message, remedy] =
    error instanceof AgentError
      ? [error.code, error.message, error.remedy]
      : ['This is a bug in Steward', String(error), 'Please report it with the log of this run.'];
  const markdown = `## ${title}\n\n\`\`\`\n${message.replaceAll('```', "'''")}\n\`\`\`\n\n${remedy}`;
  await page?.show({ markdown, outputs: {}, notices: [{ level: 'error', title, message: `${message}\n${remedy}` }] });
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
  await showOnPage(error).catch(() => {});
}
