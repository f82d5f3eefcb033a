import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scriptFetch } from '../../src/adapters/guarded-fetch.ts';
import { createScriptGit } from '../../src/adapters/script-git.ts';
import { ChildScriptRunner } from '../../src/adapters/script-runner.ts';
import type { AgentServices } from '../../src/adapters/script-services.ts';
import type { ScriptCall, ScriptRun } from '../../src/ports.ts';
import { strippedFolder } from './stripped-folder.ts';

const executionFolder = fileURLToPath(new URL('../../execution', import.meta.url));

/** What a test says about a call; all but `script` and `workspace` have a default. */
export interface ScriptTest extends Partial<Omit<ScriptCall, 'script'>> {
  /** `check_links` or `execution/check_links.ts`. */
  script: string;
  /** The checkout the script works in, such as the path of a gitFixture. */
  workspace: string;
  /** Stands in for the agent's own fetch or git, where a test needs what a local server can not do. */
  services?: Partial<AgentServices>;
}

/** The time of a call that does not say another: a Sunday, at noon. */
export const TEST_NOW = new Date('2026-03-01T12:00:00Z');

/**
 * Runs one of the project's scripts just as the agent does: a child process with Node's permissions, input checked by
 * the script's schema, network and git through the agent. Tests of scripts use this and never import the script.
 *
 *     const repo = await gitFixture({ 'README.md': '[gone](gone.md)' });
 *     const run = await runScript({ script: 'check_links', workspace: repo.path, spawn: ['git'], writes: [REPORT] });
 *     expect(outputOf(run)).toMatchObject({ broken_count: 1 });
 *
 * The project's execution/ is copied into the workspace, untracked; files that the workspace has of its own stay, so a
 * test may bring a script that does not exist in the project.
 */
export async function runScript(test: ScriptTest): Promise<ScriptRun> {
  const { runner, call } = await prepare(test);
  return runner.run(call);
}

/** As runScript, but asks whether the effect of `key` is there already. */
export async function findEffect(test: ScriptTest): Promise<ScriptRun> {
  const { runner, call } = await prepare(test);
  return runner.find(call);
}

/** The output of a call that succeeded; throws with the script's own words when it did not. */
export function outputOf(run: ScriptRun): Record<string, unknown> {
  const { outcome } = run;
  if (outcome.status === 'ok') return outcome.output;
  if (outcome.status !== 'failed') throw new Error(`the script did not succeed: ${JSON.stringify(outcome)}`);
  const { kind, message, log_tail } = outcome.failure;
  throw new Error(`the script failed (${kind}): ${message}\n${log_tail}`);
}

async function prepare(test: ScriptTest): Promise<{ runner: ChildScriptRunner; call: ScriptCall }> {
  const { script, workspace, services, ...call } = test;
  // Once for a workspace: it is some two hundred files.
  if (!existsSync(join(workspace, 'execution/lib/report-file.ts')))
    await cp(executionFolder, join(workspace, 'execution'), { recursive: true, force: false });
  const redact = (text: string) => text;
  const git = createScriptGit({ workspace, path: process.env.PATH ?? '' });
  const runner = new ChildScriptRunner({
    workspace,
    services: { fetch: scriptFetch(['127.0.0.1', '::1']), git, redact, ...services },
    redact,
    nodePath: process.execPath,
    strippedFolder,
  });
  return {
    runner,
    call: {
      script: script.includes('/') ? script : `execution/${script}.ts`,
      input: {},
      key: 'test-key',
      now: TEST_NOW,
      writes: [],
      secrets: {},
      spawn: [],
      timeoutMs: 30_000,
      generate: async () => ({ unavailable: 'no model in this test' }),
      forge: async () => ({ unavailable: 'no forge in this test' }),
      ...call,
    },
  };
}
