/** The composition root: reads the environment once and ties ports to adapters. Heavy packages load when first used. */
import { join } from 'node:path';
import { FileDocuments } from './adapters/file-documents.ts';
import { findGitPlace } from './adapters/git-place.ts';
import { GitRepo } from './adapters/git-repo.ts';
import { FileRunLock } from './adapters/run-lock.ts';
import { systemClock } from './adapters/system-clock.ts';
import { TerminalLog } from './adapters/terminal-log.ts';
import { AgentError } from './domain/agent-error.ts';
import { CONFIG_FILE, LARGEST_BUDGET, parseConfig, StewardConfig } from './domain/config.ts';
import { formatProblem, type Problem } from './domain/problem.ts';
import { createRedactor, secretValues } from './domain/redaction.ts';
import type { Ports, Setting } from './flows/cycle-context.ts';
import { ModelClient } from './llm/client.ts';
import type { Log, ScriptRunner } from './ports.ts';

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
 */
export async function compose(options: {
  directory: string;
  isJson?: boolean;
  toleratesBadConfig?: boolean;
}): Promise<Composed> {
  const { env } = process;
  const { git, place } = await findGitPlace(options.directory, env);
  const documents = new FileDocuments(place.root);
  const { config, problems } = parseConfig((await documents.read(CONFIG_FILE)) ?? '');
  if (!config && !options.toleratesBadConfig)
    throw new AgentError('CONFIG_INVALID', { problems: problems.map(formatProblem).join('\n') });
  const setting = readSetting(env, withDayBudget(config ?? StewardConfig.parse({}), env.STEWARD_BUDGET_USD_PER_DAY));
  const redact = createRedactor(secretValues(env));
  const clock = systemClock(() => new Date(), Math.random);
  const ports: Ports = {
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
      strippedFolder: join(place.gitDirectory, 'steward', 'stripped'),
    }),
    llm: new ModelClient({ config: setting.config, clock, redact, access: modelAccess(env) }),
    log: await openLog(options.isJson ?? false),
  };
  return { ports, setting, configProblems: problems };
}

/** The day's cap as the environment says it, which is quicker to change than a file. An empty variable says nothing. */
function withDayBudget(config: StewardConfig, value: string | undefined): StewardConfig {
  if (value === undefined || value.trim() === '') return config;
  const day = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : Number.NaN;
  if (!(day <= LARGEST_BUDGET)) throw new AgentError('BUDGET_INVALID', { value });
  return { ...config, budget: { ...config.budget, day } };
}

function readSetting(env: NodeJS.ProcessEnv, config: StewardConfig): Setting {
  const isActions = env.GITHUB_ACTIONS === 'true';
  const paused = isActions ? pausedInActions(env.STEWARD_PAUSED) : config.paused;
  const reason = paused === true ? 'paused in .github/steward.yml' : paused;
  const runUrl =
    env.GITHUB_RUN_ID && `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}`;
  return {
    config,
    secrets: Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => Boolean(pair[1]))),
    trigger: env.GITHUB_EVENT_NAME ?? 'manual',
    isEphemeral: isActions,
    ...(env.GITHUB_REPOSITORY ? { repository: env.GITHUB_REPOSITORY } : {}),
    ...(runUrl ? { runUrl } : {}),
    ...(reason ? { paused: String(reason) } : {}),
  };
}

/** In Actions a missing name means that the workflow does not pass the switch on: then nothing runs. */
function pausedInActions(value: string | undefined): string | false {
  if (value === undefined) return 'the workflow does not pass STEWARD_PAUSED, so the switch could not be seen';
  return value === '' || value === 'false' ? false : value;
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

async function openRunner({ workspace, redact, strippedFolder }: RunnerPlace): Promise<ScriptRunner> {
  const [{ ChildScriptRunner }, { fetchForScript }, { createScriptGit }] = await Promise.all([
    import('./adapters/script-runner.ts'),
    import('./adapters/http.ts'),
    import('./adapters/script-git.ts'),
  ]);
  const git = createScriptGit({ workspace, path: process.env.PATH ?? '' });
  const services = { fetch: fetchForScript, git, redact };
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
