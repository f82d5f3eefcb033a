import { type SimpleGit, simpleGit } from 'simple-git';
import { AgentError } from '../domain/agent-error.ts';

/** Variables of git and ssh that a person may need to reach their remote; simple-git strips all others of git's. */
const ALLOWED_ENVIRONMENT = [
  'GIT_TERMINAL_PROMPT',
  'GIT_OPTIONAL_LOCKS',
  'GIT_INDEX_FILE',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_ASKPASS',
  'SSH_ASKPASS',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_NOSYSTEM',
];
const REMOTE_SILENT_MS = 60_000;

export type GitResult = { ok: true; stdout: string } | { ok: false; reason: string };

/** Runs git commands in one folder. No prompt, messages in English, nobody's hooks, no background maintenance. */
export class GitProcess {
  readonly #directory: string;
  readonly #environment: Record<string, string>;
  readonly #git: SimpleGit;

  constructor(directory: string, environment: Readonly<Record<string, string | undefined>>) {
    this.#directory = directory;
    const known = Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const kept = known.filter(
      ([name]) => !/^(GIT_|EDITOR$|PAGER$|VISUAL$)/.test(name) || ALLOWED_ENVIRONMENT.includes(name),
    );
    this.#environment = { ...Object.fromEntries(kept), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' };
    this.#git = this.#open({});
  }

  /** Output of a command that must succeed. */
  async run(args: readonly string[]): Promise<string> {
    const result = await this.try(args);
    if (result.ok) return result.stdout;
    const lock = /Unable to create '([^']+\.lock)'/.exec(result.reason)?.[1];
    if (lock) throw new AgentError('GIT_LOCKED', { path: lock });
    throw new AgentError('GIT_FAILED', { command: args.slice(0, 3).join(' '), reason: result.reason });
  }

  /** A command that may fail: the reason is git's own words. */
  async try(args: readonly string[]): Promise<GitResult> {
    return attempt(this.#git, args);
  }

  /** A command that reads `input` from its standard input. */
  async feed(args: readonly string[], input: Buffer): Promise<string> {
    const result = await attempt(this.#open({ input: () => input }), args);
    if (result.ok) return result.stdout;
    throw new AgentError('GIT_FAILED', { command: args.join(' '), reason: result.reason });
  }

  #open(options: { input?: () => Buffer }): SimpleGit {
    const git = simpleGit({
      baseDir: this.#directory,
      allowEnvironment: ALLOWED_ENVIRONMENT,
      // The environment is the person's own, who started the agent; no argument comes from outside.
      unsafe: { allowUnsafeConfigPaths: true, allowUnsafeSshCommand: true, allowUnsafeAskPass: true },
      maxConcurrentProcesses: 6,
      trimmed: false,
      timeout: { block: REMOTE_SILENT_MS },
      ...options,
    });
    return git.env(this.#environment);
  }
}

async function attempt(git: SimpleGit, args: readonly string[]): Promise<GitResult> {
  try {
    return { ok: true, stdout: await git.raw([...args]) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || /spawn git ENOENT/.test(String(error)))
      throw new AgentError('GIT_MISSING');
    return { ok: false, reason: error instanceof Error ? error.message.trim() : String(error) };
  }
}
