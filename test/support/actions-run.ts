import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CliResult } from './agent-fixture.ts';
import { temporaryFolder } from './git-fixture.ts';
import type { House } from './house-on-github.ts';
import { type Command, commandsIn, outputsIn } from './runner-files.ts';

/** A run of a workflow as the CLI sees it, and what its page shows afterwards. */
export interface ActionsRun extends CliResult {
  summary: string;
  outputs: Record<string, string>;
  /** What the runner would obey, of both streams, but for the masks. */
  commands: Command[];
}

export interface RunOptions {
  event?: string;
  /** The event's payload. */
  payload?: unknown;
  runId?: string;
  args?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** Names that the workflow does not pass on. */
  without?: readonly string[];
}

/**
 * `steward cycle` in the environment of a job, in a house that was opened with `isRunner`. Whatever the run does, neither
 * its token nor that of the clone may be seen afterwards: not in output, summary, outputs or any commit.
 */
export async function actionsRun(house: House, options: RunOptions = {}): Promise<ActionsRun> {
  const folder = await temporaryFolder('steward-runner-');
  const files = { event: join(folder, 'event.json'), summary: join(folder, 'summary'), output: join(folder, 'output') };
  await writeFile(files.event, JSON.stringify(options.payload ?? {}));
  await writeFile(files.summary, '');
  await writeFile(files.output, '');
  const environment: Record<string, string> = {
    ...house.environment,
    GITHUB_EVENT_NAME: options.event ?? 'schedule',
    GITHUB_EVENT_PATH: files.event,
    GITHUB_STEP_SUMMARY: files.summary,
    GITHUB_OUTPUT: files.output,
    GITHUB_RUN_ID: options.runId ?? '4711',
    ...options.environment,
  };
  for (const name of options.without ?? []) delete environment[name];
  const result = await house.agent.steward(['cycle', ...(options.args ?? [])], environment);
  const summary = await readFile(files.summary, 'utf8');
  const outputText = await readFile(files.output, 'utf8');
  const all = commandsIn(`${result.stdout}\n${result.stderr}`);
  await expectNoToken(house, [withoutMasks(result.stdout), result.stderr, summary, outputText]);
  const masked = all.filter(({ name }) => name === 'add-mask').map(({ data }) => data);
  expect(masked).toContain(environment.GITHUB_TOKEN);
  return {
    ...result,
    summary,
    outputs: outputsIn(outputText),
    commands: all.filter(({ name }) => name !== 'add-mask'),
  };
}

const withoutMasks = (stdout: string): string =>
  stdout
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n');

async function expectNoToken(house: House, texts: readonly string[]): Promise<void> {
  const history = await house.agent.git('log', '--all', '--patch', '--format=%B');
  const clone = new URL(await house.agent.git('remote', 'get-url', 'origin')).password;
  for (const token of [house.environment.GITHUB_TOKEN ?? '', clone]) {
    expect(token.length).toBeGreaterThan(10);
    for (const text of [...texts, history]) expect(text).not.toContain(token);
  }
}
