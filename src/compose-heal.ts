/** The part of the composition root that only repairs need: its adapters load when the command runs. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findGitPlace } from './adapters/git-place.ts';
import { GitWorkbench } from './adapters/git-workbench.ts';
import { ContainedSandbox } from './adapters/sandbox/sandbox.ts';
import { ChildScriptRunner } from './adapters/script-runner.ts';
import { type Composed, compose } from './compose.ts';
import { AgentError } from './domain/agent-error.ts';
import { TRIES } from './domain/heal/fix.ts';
import type { HealPorts } from './flows/heal/heal-context.ts';

const agentRoot = fileURLToPath(new URL('../', import.meta.url));

/** As `compose`, with what repairs need besides. */
export async function composeHeal(options: {
  directory: string;
  isJson?: boolean;
}): Promise<Omit<Composed, 'ports'> & { ports: HealPorts }> {
  const { env } = process;
  const [composed, { git, place }] = await Promise.all([compose(options), findGitPlace(options.directory, env)]);
  const { redact } = composed.ports;
  // Apart from the checkout's own: the texts of many trees lie there side by side.
  const strippedFolder = join(place.gitDirectory, 'steward', 'stripped-trees');
  const nodePath = process.execPath;
  return {
    ...composed,
    ports: {
      ...composed.ports,
      readApi: () => readFile(join(agentRoot, 'src/script.ts'), 'utf8'),
      workbench: new GitWorkbench(git, place, env),
      replays: ({ workspace, services }) =>
        new ChildScriptRunner({ workspace, services: { ...services, redact }, redact, nodePath }),
      sandbox: new ContainedSandbox({
        nodePath,
        path: env.PATH ?? '',
        agentRoot,
        strippedFolder,
        isRoot: process.getuid?.() === 0,
      }),
    },
  };
}

/** A parcel as it was handed over; the hash is the sender's word, where it came by another way. */
export interface GivenParcel {
  text: string;
  sha256?: string;
}

export interface GivenParcels {
  fixes: readonly GivenParcel[];
  verdicts: readonly GivenParcel[];
  /** For each attempt whether it was said to hold code. */
  announced: readonly boolean[];
  /** Models that were refused before. */
  avoid: readonly string[];
}

/** Parcels from files, or, in a job of heal.yml, from what the jobs before gave out. */
export async function readParcels(files: {
  fix?: readonly string[];
  verdict?: readonly string[];
}): Promise<GivenParcels> {
  const { env } = process;
  const avoid = (env.STEWARD_AVOID_MODELS ?? '').split(',').filter((model) => model !== '');
  if (files.fix || files.verdict) {
    const read = (paths: readonly string[] = []) => Promise.all(paths.map(readParcelFile));
    const [fixes, verdicts] = await Promise.all([read(files.fix), read(files.verdict)]);
    return { fixes, verdicts, announced: [], avoid };
  }
  const one = [given(env.STEWARD_FIX, env.STEWARD_FIX_SHA256), given(env.STEWARD_VERDICT, env.STEWARD_VERDICT_SHA256)];
  if (one[0]) return { fixes: [one[0]], verdicts: one[1] ? [one[1]] : [], announced: [], avoid };
  const numbers = Array.from({ length: TRIES }, (_, index) => index + 1);
  return {
    fixes: numbers.map((n) => given(env[`STEWARD_FIX_${n}`], env[`STEWARD_FIX_SHA256_${n}`]) ?? { text: '' }),
    verdicts: numbers.map(
      (n) => given(env[`STEWARD_VERDICT_${n}`], env[`STEWARD_VERDICT_SHA256_${n}`]) ?? { text: '' },
    ),
    announced: numbers.map((n) => env[`STEWARD_VERIFY_${n}`] === 'true'),
    avoid,
  };
}

/** An output that a job did not set, or that GitHub withheld, comes as an empty variable. */
function given(text: string | undefined, sha256: string | undefined): GivenParcel | undefined {
  return text || sha256 ? { text: text ?? '', ...(sha256 ? { sha256 } : {}) } : undefined;
}

async function readParcelFile(path: string): Promise<GivenParcel> {
  try {
    return { text: await readFile(path, 'utf8') };
  } catch (error) {
    throw new AgentError('PARCEL_INVALID', {
      what: `file ${path}`,
      problem: (error as NodeJS.ErrnoException).code ?? '',
    });
  }
}

export const writeParcelFile = (path: string, text: string): Promise<void> => writeFile(path, `${text}\n`);
