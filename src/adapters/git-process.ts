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
/** A hook could refuse or change what the agent records; maintenance would run on after the agent has ended. */
const HARMLESS_CONFIG = ['core.hooksPath=/dev/null', 'gc.auto=0', 'maintenance.auto=false'];
const REMOTE_SILENT_MS = 60_000;

export type GitResult = { ok: true; stdout: string } | { ok: false; reason: string };

/** Runs git commands in one folder. No prompt, messages in English, nobody's hooks, no background maintenance. */
export class GitProcess {
  readonly #directory: string;
  readonly #environment: Record<string, string>;

  constructor(directory: string, environment: Readonly<Record<string, string | undefined>>) {
    this.#directory = directory;
    const known = Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const kept = known.filter(
      ([name]) => !/^(GIT_|EDITOR$|PAGER$|VISUAL$)/.test(name) || ALLOWED_ENVIRONMENT.includes(name),
    );
    this.#environment = { ...Object.fromEntries(kept), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' };
  }

  /** Output of a command that must succeed. */
  async run(args: readonly string[]): Promise<string> {
    const result = await this.try(args);
    if (result.ok) return result.stdout;
    throw this.error(args, result.reason);
  }

  /** A command that may fail: the reason is git's own words. */
  async try(args: readonly string[]): Promise<GitResult> {
    return attempt(this.#open({}), args);
  }

  /** A command that reads `input` from its standard input. */
  async feed(args: readonly string[], input: Buffer): Promise<string> {
    const result = await attempt(this.#open({ input: () => input }), args);
    if (result.ok) return result.stdout;
    throw this.error(args, result.reason);
  }

  /** What the agent says of a command that failed for this reason. */
  error(args: readonly string[], reason: string): AgentError {
    const lock = /Unable to create '([^']+\.lock)'/.exec(reason)?.[1];
    if (lock) return new AgentError('GIT_LOCKED', { path: lock });
    return new AgentError('GIT_FAILED', { command: args.slice(0, 3).join(' '), reason });
  }

  #open(options: { input?: () => Buffer }): SimpleGit {
    const git = simpleGit({
      baseDir: this.#directory,
      allowEnvironment: ALLOWED_ENVIRONMENT,
      // The environment is the person's own, who started the agent; no argument comes from outside.
      unsafe: {
        allowUnsafeConfigPaths: true,
        allowUnsafeSshCommand: true,
        allowUnsafeAskPass: true,
        allowUnsafeHooksPath: true,
      },
      trimmed: false,
      config: HARMLESS_CONFIG,
      timeout: { block: REMOTE_SILENT_MS },
      errors: failureOf,
      ...options,
    });
    // simple-git waits 50 ms for late output of a command that printed nothing; an empty chunk at the end tells it
    // that there is none. Each command has an instance of its own, since one instance runs them one after the other.
    return git.env(this.#environment).outputHandler((_command, stdout) => {
      stdout.once('end', () => stdout.emit('data', Buffer.alloc(0)));
    });
  }
}

/** simple-git takes a command that failed without a word for a success. */
function failureOf(
  error: Buffer | Error | undefined,
  result: { exitCode: number; stdErr: Buffer[] },
): Buffer | Error | undefined {
  if (error || result.exitCode === 0) return error;
  const words = Buffer.concat(result.stdErr);
  return words.length > 0 ? words : new Error(`it ended with code ${result.exitCode}`);
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
