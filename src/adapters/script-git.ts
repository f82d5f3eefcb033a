import { dirname } from 'node:path';
import { execa } from 'execa';
import { refuseGitArguments } from '../domain/git-arguments.ts';

const TIMEOUT_MS = 30_000;
/** More is an error: cut output would parse by luck. */
export const GIT_OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Everything in `.git/config` and `.gitattributes` that makes a reading command run a program, switched off. Options
 * given here win over the repository's own.
 */
const HARMLESS_CONFIG = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.pager=cat',
  'diff.external=',
  'diff.submodule=short',
  'log.showSignature=false',
  'gpg.program=/dev/null',
  'gpg.openpgp.program=/dev/null',
  'gpg.ssh.program=/dev/null',
  'gpg.x509.program=/dev/null',
  'color.ui=false',
  'color.diff=false',
];
/** Commands that show file contents, and would pass them through the programs that attributes name. */
const PLAIN_CONTENT = ['--no-ext-diff', '--no-textconv'];
const SHOWS_CONTENT = ['log', 'show', 'diff', 'blame'];

/**
 * Runs reading git commands in the checkout at `workspace` for its scripts; see refuseGitArguments for what that is.
 * The returned function gives standard output as UTF-8 and throws with git's own words for a refused or failed command.
 * @param options.path the PATH to find git on
 */
export function createScriptGit(options: {
  workspace: string;
  path: string;
  timeoutMs?: number;
}): (args: readonly string[]) => Promise<string> {
  const { workspace, path, timeoutMs = TIMEOUT_MS } = options;
  // The checkout belongs to whoever started the agent in it, also where a container's user differs.
  const config = [...HARMLESS_CONFIG, `safe.directory=${workspace}`].flatMap((setting) => ['-c', setting]);
  const run = execa({
    cwd: workspace,
    env: environment(path, workspace),
    extendEnv: false,
    stdin: 'ignore',
    encoding: 'buffer',
    maxBuffer: GIT_OUTPUT_LIMIT_BYTES,
    timeout: timeoutMs,
    stripFinalNewline: false,
    reject: false,
  });
  return async (args) => {
    const refusal = refuseGitArguments(args);
    if (refusal !== undefined) throw new Error(refusal);
    const [command = '', ...rest] = args;
    const content = SHOWS_CONTENT.includes(command) ? PLAIN_CONTENT : [];
    const result = await run('git', ['--no-pager', ...config, command, ...content, ...rest]);
    if (result.isMaxBuffer) throw new Error(`git ${command}: the output is over ${GIT_OUTPUT_LIMIT_BYTES} bytes`);
    if (result.timedOut) throw new Error(`git ${command}: still running after ${timeoutMs / 1000} s`);
    if (result.failed) throw new Error(`git ${command}: ${complaint(result)}`);
    return Buffer.from(result.stdout).toString('utf8');
  };
}

/** A promisor remote would be asked for missing objects: no protocol is allowed, and newer gits do not even try. */
function environment(path: string, workspace: string): Record<string, string> {
  return {
    PATH: path,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_CEILING_DIRECTORIES: dirname(workspace),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_LAZY_FETCH: '1',
  };
}

function complaint(result: {
  stderr: Uint8Array;
  exitCode?: number | undefined;
  shortMessage?: string | undefined;
}): string {
  const words = Buffer.from(result.stderr).toString('utf8').trim().slice(0, 500);
  if (words !== '') return words;
  return result.exitCode === undefined
    ? (result.shortMessage ?? 'did not start')
    : `ended with code ${result.exitCode}`;
}
