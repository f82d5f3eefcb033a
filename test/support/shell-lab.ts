import { access, chmod, constants, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { temporaryFolder } from './git-fixture.ts';

export const scriptPath = (name: string): string =>
  fileURLToPath(new URL(`../../.github/scripts/${name}`, import.meta.url));

export interface ShellRun {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** The lines of $GITHUB_OUTPUT. */
  output: string[];
  /** The text of $GITHUB_STEP_SUMMARY. */
  summary: string;
}

export interface ShellLab {
  /** Runs a script of .github/scripts by bash, with this environment and nothing of the machine's. */
  run(script: string, cwd: string, environment?: Readonly<Record<string, string>>): Promise<ShellRun>;
}

/**
 * A runner's shell with a PATH of its own: the named tools of this machine, and programs written by the test. What is
 * not named is not there: no Node, no jq, no Python.
 */
export async function shellLab(
  tools: readonly string[],
  programs: Readonly<Record<string, string>> = {},
): Promise<ShellLab> {
  const bin = await temporaryFolder('steward-bin-');
  for (const tool of tools) await symlink(await whereIs(tool), join(bin, tool));
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/bash\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return {
    async run(script, cwd, environment = {}) {
      const files = await temporaryFolder('steward-outputs-');
      const outputPath = join(files, 'output');
      const summaryPath = join(files, 'summary');
      const { exitCode, stdout, stderr } = await execa(join(bin, 'bash'), [scriptPath(script)], {
        cwd,
        env: {
          PATH: bin,
          HOME: files,
          GIT_CONFIG_NOSYSTEM: '1',
          GITHUB_OUTPUT: outputPath,
          GITHUB_STEP_SUMMARY: summaryPath,
          ...environment,
        },
        extendEnv: false,
        stdin: 'ignore',
        reject: false,
      });
      const output = (await textOf(outputPath)).split('\n').slice(0, -1);
      return { exitCode: exitCode ?? -1, stdout, stderr, output, summary: await textOf(summaryPath) };
    },
  };
}

export async function whereIs(tool: string): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, tool);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new Error(`this machine has no ${tool}`);
}

const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
