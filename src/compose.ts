/** The composition root: reads the environment once and ties ports to adapters. Heavy packages load when first used. */
import { join } from 'node:path';
import type { readEvent } from './adapters/actions-event.ts';
import { FileDocuments } from './adapters/file-documents.ts';
import { findGitPlace } from './adapters/git-place.ts';
import { GitRepo } from './adapters/git-repo.ts';
import { FileRunLock } from './adapters/run-lock.ts';
import { systemClock } from './adapters/system-clock.ts';
import { TerminalLog } from './adapters/terminal-log.ts';
import { AgentError } from './domain/agent-error.ts';
import { CONFIG_FILE, LARGEST_BUDGET, parseConfig, StewardConfig } from './domain/config.ts';
import { errorAt, formatProblem, type Problem } from './domain/problem.ts';
import { createRedactor, secretValues } from './domain/redaction.ts';
import type { Ports, Setting } from './flows/cycle-context.ts';
import { ModelClient } from './llm/client.ts';
import type { Forge, Log, RunPage, ScriptRunner } from './ports.ts';

export type Asked = NonNullable<ReturnType<typeof readEvent>>;

export interface Composed {
  ports: Ports;
  setting: Setting;
  /** What is wrong with the config; only a composition that was told to go on in spite of it has any. */
  configProblems: Problem[];
}

/**
 * @param options.directory anywhere inside the repository to work in
 * @param options.isJson the log goes to standard error, so that standard output holds nothing but the result
 * @param options.toleratesBadConfig go on with the defaults, for commands that only look
 * @param options.adapt changes the config for this one run
 */
export async function compose(options: {
  directory: string;
  isJson?: boolean;
  toleratesBadConfig?: boolean;
  adapt?: (config: StewardConfig) => StewardConfig;
}): Promise<Composed> {
  const { env } = process;
  const { git, place } = await findGitPlace(options.directory, env);
  const documents = new FileDocuments(place.root);
  const { config, problems } = await readConfig(documents, env, options.toleratesBadConfig ?? false);
  const setting = readSetting(env, options.adapt?.(config) ?? config);
  const redact = createRedactor(secretValues(env));
  const clock = systemClock(() => new Date(), Math.random);
  const forge = openForge(env, { clock, redact });
  const ping = openPing(env.STEWARD_PING_URL || setting.config.ping);
  const ports: Ports = {
    ...(forge ? { forge } : {}),
    ...(ping ? { ping } : {}),
    clock,
    redact,
    documents,
    repo: new GitRepo(git, place),
    lock: new FileRunLock({
      gitDirectory: place.gitDirectory,
      pid: process.pid,
      since: clock.now().toISOString(),
      isAlive,
    }),
    runner: lazyRunner({
      workspace: place.root,
      redact,
      network: setting.config.network,
      strippedFolder: join(place.gitDirectory, 'steward', 'stripped'),
    }),
    llm: new ModelClient({ config: setting.config, clock, redact, access: modelAccess(env) }),
    log: await openLog(options.isJson ?? false),
  };
  return { ports, setting, configProblems: problems };
}

/** The config with the environment's word on the day's cap; the defaults stand in for what is wrong, where that is tolerated. */
async function readConfig(
  documents: FileDocuments,
  env: NodeJS.ProcessEnv,
  isTolerant: boolean,
): Promise<{ config: StewardConfig; problems: Problem[] }> {
  const { config, problems } = parseConfig((await documents.read(CONFIG_FILE)) ?? '');
  if (!config && !isTolerant)
    throw new AgentError('CONFIG_INVALID', { problems: problems.map(formatProblem).join('\n') });
  const budget = dayBudget(env.STEWARD_BUDGET_USD_PER_DAY);
  if ('value' in budget && !isTolerant) throw new AgentError('BUDGET_INVALID', budget);
  if ('value' in budget) problems.push(budgetProblem(budget.value));
  return { config: withDayBudget(config ?? StewardConfig.parse({}), budget), problems };
}

/** The day's cap as the environment says it, which is quicker to change than a file. An empty variable says nothing. */
function dayBudget(value: string | undefined): { day?: number } | { value: string } {
  if (value === undefined || value.trim() === '') return {};
  const day = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : Number.NaN;
  return day <= LARGEST_BUDGET ? { day } : { value };
}

const budgetProblem = (value: string): Problem =>
  errorAt(
    'STEWARD_BUDGET_USD_PER_DAY',
    1,
    `\`${value.slice(0, 40)}\``,
    'an amount of US dollars such as 0.50, or nothing',
  );

function withDayBudget(config: StewardConfig, budget: { day?: number } | { value: string }): StewardConfig {
  if (!('day' in budget) || budget.day === undefined) return config;
  return { ...config, budget: { ...config.budget, day: budget.day } };
}

function readSetting(env: NodeJS.ProcessEnv, config: StewardConfig): Setting {
  const isActions = env.GITHUB_ACTIONS === 'true';
  const paused = isActions ? pausedInActions(env.STEWARD_PAUSED) : config.paused;
  const reason = paused === true ? 'paused in .github/steward.yml' : paused;
  const runUrl =
    env.GITHUB_RUN_ID &&
    `${env.GITHUB_SERVER_URL || 'https://github.com'}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}`;
  return {
    config,
    secrets: Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => Boolean(pair[1]))),
    trigger: env.GITHUB_EVENT_NAME ?? 'manual',
    isEphemeral: isActions,
    serverUrl: env.GITHUB_SERVER_URL || 'https://github.com',
    ...(env.GITHUB_REPOSITORY ? { repository: env.GITHUB_REPOSITORY } : {}),
    ...(env.GITHUB_RUN_ID ? { runId: env.GITHUB_RUN_ID } : {}),
    ...(runUrl ? { runUrl } : {}),
    ...(reason ? { paused: String(reason) } : {}),
  };
}

/** In Actions a missing name means that the workflow does not pass the switch on: then nothing runs. */
function pausedInActions(value: string | undefined): string | false {
  if (value === undefined) return 'the workflow does not pass STEWARD_PAUSED, so the switch could not be seen';
  return value === '' || value === 'false' ? false : value;
}

/** The place that hosts the repository, where its name and a token are set; it answers when it is asked first. */
function openForge(env: NodeJS.ProcessEnv, options: Pick<Ports, 'clock' | 'redact'>): Forge | undefined {
  const repository = env.GITHUB_REPOSITORY;
  const token = env.STEWARD_TOKEN || env.GITHUB_TOKEN || env.GH_TOKEN;
  if (!repository || !token) return undefined;
  const apiUrl = env.GITHUB_API_URL || 'https://api.github.com';
  let opening: Promise<Forge> | undefined;
  return {
    repository,
    call: async (operation, params) => {
      opening ??= import('./adapters/github/forge.ts').then(
        ({ GithubForge }) => new GithubForge({ repository, token, apiUrl }, options),
      );
      return (await opening).call(operation, params);
    },
  };
}

const PING_TIMEOUT_MS = 10_000;

function openPing(url: string | undefined): Ports['ping'] {
  if (!url) return undefined;
  return async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(PING_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
  };
}

/** The page of this run on a runner, also for what went wrong before anything could be composed. */
export async function openPage(isJson: boolean): Promise<RunPage | undefined> {
  const { env } = process;
  if (env.GITHUB_ACTIONS !== 'true') return undefined;
  const { openRunPage } = await import('./adapters/actions-page.ts');
  const has = { summary: Boolean(env.GITHUB_STEP_SUMMARY), output: Boolean(env.GITHUB_OUTPUT) };
  return openRunPage({ secrets: secretValues(env), has, isQuiet: isJson });
}

/** What the event that started this run asks for; undefined outside Actions, and for events that only poke. */
export async function readAsked(): Promise<Asked | undefined> {
  const { env } = process;
  if (env.GITHUB_ACTIONS !== 'true' || !/^(workflow|repository)_dispatch$/.test(env.GITHUB_EVENT_NAME ?? ''))
    return undefined;
  const { readEvent } = await import('./adapters/actions-event.ts');
  return readEvent();
}

function modelAccess(env: NodeJS.ProcessEnv): ConstructorParameters<typeof ModelClient>[0]['access'] {
  const access = (key: string | undefined, baseUrl: string | undefined) =>
    key ? { key, ...(baseUrl ? { baseUrl } : {}) } : undefined;
  const gemini = access(env.GEMINI_API_KEY, env.GOOGLE_GEMINI_BASE_URL);
  const anthropic = access(env.ANTHROPIC_API_KEY, env.ANTHROPIC_BASE_URL);
  return { ...(gemini ? { gemini } : {}), ...(anthropic ? { anthropic } : {}) };
}

interface RunnerPlace {
  workspace: string;
  redact: Ports['redact'];
  network: StewardConfig['network'];
  strippedFolder: string;
}

/** The process library takes longer to load than a decision takes to make: it is loaded when the first script runs. */
function lazyRunner(place: RunnerPlace): ScriptRunner {
  let opening: Promise<ScriptRunner> | undefined;
  const open = () => {
    opening ??= openRunner(place);
    return opening;
  };
  return {
    // A failure to load shows when a script is run.
    prepare: () =>
      void open().then(
        (runner) => runner.prepare(),
        () => {},
      ),
    run: async (call) => (await open()).run(call),
    find: async (call) => (await open()).find(call),
    describe: async (script) => (await open()).describe(script),
  };
}

async function openRunner({ workspace, redact, network, strippedFolder }: RunnerPlace): Promise<ScriptRunner> {
  const [{ ChildScriptRunner }, { scriptFetch }, { createScriptGit }] = await Promise.all([
    import('./adapters/script-runner.ts'),
    import('./adapters/guarded-fetch.ts'),
    import('./adapters/script-git.ts'),
  ]);
  const git = createScriptGit({ workspace, path: process.env.PATH ?? '' });
  const services = { fetch: scriptFetch(network.allow), git, redact };
  return new ChildScriptRunner({ workspace, services, redact, nodePath: process.execPath, strippedFolder });
}

async function openLog(isJson: boolean): Promise<Log> {
  const stream = isJson ? process.stderr : process.stdout;
  const options = { stream, elapsedMs: () => performance.now() };
  if (!stream.isTTY || process.env.CI) return new TerminalLog(options);
  const { default: yoctoSpinner } = await import('yocto-spinner');
  return new TerminalLog({
    ...options,
    startSpinner: (text) => {
      const spinner = yoctoSpinner({ text, stream }).start();
      return { stop: () => void spinner.stop() };
    },
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
