import type { Asked, Composed, compose as composeAgent, openPage, readAsked } from '../compose.ts';
import { AgentError } from '../domain/agent-error.ts';
import { asLogLine } from '../domain/foreign-text.ts';
import type { Entry } from '../domain/record.ts';
import type { CycleReport } from '../flows/cycle.ts';
import type { Forced } from '../flows/cycle-context.ts';
import type { RunPage } from '../ports.ts';
import type { CommandHost } from './command-host.ts';

interface CycleOptions {
  directive?: string;
  params?: string;
  dryRun?: boolean;
  json?: boolean;
  cycles: string;
}

/** What the command takes from compose.ts, which loads only when the command runs. */
interface Composition {
  compose: typeof composeAgent;
  readAsked: typeof readAsked;
  openPage: typeof openPage;
}

export function addCycleCommand({ addCommand, ...host }: CommandHost, load: () => Promise<Composition>): void {
  addCommand('cycle', 'Run one cycle: gather, decide, run, verify, record.')
    .option('--directive <name>', 'run this directive now, whatever its schedule')
    .option('--params <json>', 'inputs for it, as a JSON object')
    .option('--dry-run', 'show state, options, prompt and decision; change nothing at all')
    .option('--cycles <n>', 'up to so many cycles, while more is due', '1')
    .option('--json', 'print one object {idle, entry, commit, pushed} for each cycle and nothing else')
    .action((options: CycleOptions) => run(options, host, load));
}

async function run(options: CycleOptions, host: Terminal, load: () => Promise<Composition>): Promise<void> {
  const most = parseCycles(options.cycles);
  const given = parseParams(options.params);
  if (options.params !== undefined && options.directive === undefined)
    throw new AgentError('USAGE', { problem: '--params needs --directive: whose inputs are they?' });
  const composition = await load();
  const isJson = options.json ?? false;
  // The flow is loaded while git answers.
  const [{ ports, setting }, { runCycle }, { newRunId }, asked, page] = await Promise.all([
    composition.compose({ directory: host.directory(), isJson }),
    import('../flows/cycle.ts'),
    import('../flows/cycle-context.ts'),
    options.directive === undefined ? readEvent(composition) : undefined,
    composition.openPage(isJson),
  ]);
  const id = setting.runId ?? newRunId(ports.clock);
  const { directive } = options;
  const forced = directive === undefined ? toForced(asked, id) : { directive, params: given, id };
  if (options.dryRun || asked?.dry_run) return preview({ ports, setting, forced }, { ...host, isJson, page });
  const entries: Entry[] = [];
  for (let done = 1; ; done++) {
    const report = await runCycle(ports, setting, forced);
    if (report.entry) entries.push(report.entry);
    await show(report, { ports, setting, entries }, { ...host, isJson, page });
    const isMoreDue = report.entry !== null && report.nextWake <= ports.clock.now();
    if (forced || !isMoreDue || done >= most) return;
  }
}

type Terminal = Omit<CommandHost, 'addCommand'>;
type Audience = Terminal & { isJson: boolean; page: RunPage | undefined };
type Agent = Pick<Composed, 'ports' | 'setting'>;

async function preview(
  { ports, setting, forced }: Agent & { forced: Forced | undefined },
  to: Audience,
): Promise<void> {
  const { preview: look } = await import('../flows/preview.ts');
  const shown = await look(ports, setting, forced);
  if (to.isJson) return to.printJson(shown);
  const { previewText } = await import('../view/preview-text.ts');
  const text = previewText(shown);
  const markdown = `\`\`\`\n${text.replaceAll('```', "'''")}\n\`\`\``;
  await to.page?.show({ markdown, outputs: { idle: 'true' }, notices: [] });
  to.print(text);
}

async function show(
  report: CycleReport,
  { ports, setting, entries }: Agent & { entries: readonly Entry[] },
  to: Audience,
): Promise<void> {
  const { idle, entry, commit, pushed } = report;
  if (to.isJson) to.printJson({ idle, entry, commit, pushed });
  else {
    const { cycleSummary } = await import('../view/cycle-summary.ts');
    to.print(cycleSummary(report, ports.clock.now()));
  }
  if (!to.page) return;
  const { cyclePage } = await import('../view/cycle-page.ts');
  const repositoryUrl = setting.repository && `${setting.serverUrl}/${setting.repository}`;
  const facts = { budget: setting.config.budget, ...(repositoryUrl ? { repositoryUrl } : {}) };
  await to.page.show(cyclePage(report, facts, entries));
}

async function readEvent({ readAsked }: Composition): Promise<Asked | undefined> {
  try {
    return await readAsked();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new AgentError('EVENT_INVALID', { problem: words.replaceAll(/\s+/g, ' ').slice(0, 500) });
  }
}

/** An event that names no directive only pokes. */
function toForced(asked: Asked | undefined, id: string): Forced | undefined {
  if (!asked || asked.directive === '') {
    if (asked && asked.params !== '')
      throw new AgentError('EVENT_INVALID', { problem: '`params` without `directive`: whose inputs are they?' });
    return undefined;
  }
  const params = typeof asked.params === 'string' ? jsonObject(asked.params || '{}') : asked.params;
  if (!params)
    throw new AgentError('EVENT_INVALID', {
      problem: `\`params\` is no JSON object: ${asLogLine(String(asked.params)).slice(0, 200)}`,
    });
  return { directive: asLogLine(asked.directive), params, id, ...(asked.origin ? { origin: asked.origin } : {}) };
}

function parseCycles(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new AgentError('USAGE', { problem: `--cycles ${text}: expected a whole number from 1 to 99` });
}

function parseParams(text: string | undefined): Record<string, unknown> {
  const params = jsonObject(text ?? '{}');
  if (params) return params;
  throw new AgentError('USAGE', { problem: `--params ${text}: expected a JSON object such as '{"topic": "git"}'` });
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
