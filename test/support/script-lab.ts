import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { scriptFetch } from '../../src/adapters/guarded-fetch.ts';
import { createScriptGit } from '../../src/adapters/script-git.ts';
import { ChildScriptRunner } from '../../src/adapters/script-runner.ts';
import type { AgentServices } from '../../src/adapters/script-services.ts';
import { createRedactor } from '../../src/domain/redaction.ts';
import type { ScriptCall, ScriptFailure, ScriptRun } from '../../src/ports.ts';
import { temporaryFolder } from './git-fixture.ts';
import { strippedFolder } from './stripped-folder.ts';

/**
 * A workspace with one script, run by the real runner in a real child process:
 *
 *     const lab = await scriptLab("await context.fetch('file:///etc/passwd')");
 *     expect((await lab.fail()).message).toContain('no address a script may fetch');
 *
 * The script is the body of `run(context, input)`; what it returns comes back as the output field `value`, as JSON.
 */
export interface ScriptLab {
  workspace: string;
  runner: ChildScriptRunner;
  /** Puts a file into the workspace. */
  write(path: string, text: string): Promise<void>;
  run(call?: Partial<ScriptCall>): Promise<ScriptRun>;
  find(call?: Partial<ScriptCall>): Promise<ScriptRun>;
  /** What the script returned; throws with its own words when it failed. */
  value(call?: Partial<ScriptCall>): Promise<unknown>;
  /** How the script failed; throws when it did not. */
  fail(call?: Partial<ScriptCall>): Promise<ScriptFailure>;
}

export interface LabOptions {
  /** Stands in front of the script: imports, functions. */
  head?: string;
  /** Values the agent must never show; granted secrets are not among them by themselves. */
  secrets?: readonly string[];
  services?: Partial<AgentServices>;
}

export async function scriptLab(body: string, { head = '', ...options }: LabOptions = {}): Promise<ScriptLab> {
  return rawLab(
    `import { z } from 'zod';
import { defineScript } from '../src/script.ts';
${head}
export default defineScript({
  summary: 'A script of a test.',
  input: z.object({}),
  output: z.object({ value: z.unknown() }),
  async run(context, input) {
    const value = await (async () => {
${body}
    })();
    return { value };
  },
});
`,
    options,
  );
}

/** As scriptLab, with the whole text of the script. */
export async function rawLab(text: string, options: Omit<LabOptions, 'head'> = {}): Promise<ScriptLab> {
  const workspace = await temporaryFolder('steward-lab-');
  const redact = createRedactor(options.secrets ?? []);
  const git = createScriptGit({ workspace, path: process.env.PATH ?? '' });
  const services = { fetch: scriptFetch(['127.0.0.1', '::1', 'localhost']), git, redact, ...options.services };
  const runner = new ChildScriptRunner({ workspace, services, redact, nodePath: process.execPath, strippedFolder });
  const write = async (path: string, content: string) => {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), content);
  };
  await write('execution/fixture.ts', text);
  const run = (call: Partial<ScriptCall> = {}) => runner.run({ ...labCall(), ...call });
  return {
    workspace,
    runner,
    write,
    run,
    find: (call = {}) => runner.find({ ...labCall(), ...call }),
    value: async (call) => returnedBy(await run(call)),
    fail: async (call) => failureOf(await run(call)),
  };
}

/** A call of the lab's script with nothing granted. */
export function labCall(): ScriptCall {
  return {
    script: 'execution/fixture.ts',
    input: {},
    key: 'lab-key',
    now: new Date('2026-03-01T12:00:00Z'),
    writes: [],
    secrets: {},
    spawn: [],
    timeoutMs: 30_000,
    generate: async () => ({ unavailable: 'no model in this test' }),
    forge: async () => ({ unavailable: 'no forge in this test' }),
  };
}

function returnedBy({ outcome }: ScriptRun): unknown {
  if (outcome.status === 'ok') return outcome.output.value;
  throw new Error(`the script did not succeed: ${JSON.stringify(outcome, null, 1)}`);
}

export function failureOf({ outcome }: ScriptRun): ScriptFailure {
  if (outcome.status === 'failed') return outcome.failure;
  throw new Error(`the script did not fail: ${JSON.stringify(outcome)}`);
}
