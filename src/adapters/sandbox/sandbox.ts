import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { AgentError } from '../../domain/agent-error.ts';
import type { ScriptRunner } from '../../ports.ts';
import type { CheckRun, ProjectCheck, Sandbox, TapedServices } from '../../sandbox-port.ts';
import { lastBytes, startScript } from '../script-process.ts';
import { ChildScriptRunner } from '../script-runner.ts';
import { checkConfinement } from './check-confinement.ts';
import { confine } from './confine.ts';
import type { Mode, Mount } from './confinement.ts';
import { machineMounts } from './machine.ts';
import { findMode, type SandboxPlace } from './probe.ts';
import { type CheckCommand, checkCommand, findNpm, readReport } from './project-check.ts';
import { scriptConfinement } from './script-confinement.ts';

interface Opened {
  mode: Mode;
  system: Mount[];
  names: Mount[];
}

/** A sandbox made of what Linux has: namespaces, limits, and a user without rights. */
export class ContainedSandbox implements Sandbox {
  readonly #place: SandboxPlace;
  readonly #strippedFolder: string | undefined;
  #opening: Promise<Opened | { missing: AgentError }> | undefined;
  #missing: AgentError | undefined;

  /** @param options.strippedFolder where the stripped text of sources is kept, not that of another runner */
  constructor(options: SandboxPlace & { strippedFolder?: string }) {
    this.#place = options;
    this.#strippedFolder = options.strippedFolder;
  }

  async probe(): Promise<{ kind: string } | { missing: string }> {
    const opened = await this.#tryOut();
    if ('mode' in opened) return { kind: opened.mode.kind };
    const { message, remedy } = opened.missing;
    return { missing: `${message} ${remedy}` };
  }

  runner({ workspace, services }: { workspace: string; services: TapedServices }): ScriptRunner {
    if (this.#missing) throw this.#missing;
    // What is replayed was masked when it was recorded, and its secrets are made up.
    const redact = (text: string) => text;
    return new ChildScriptRunner({
      workspace,
      services: { ...services, redact },
      redact,
      nodePath: this.#place.nodePath,
      strippedFolder: this.#strippedFolder,
      launcher: async (child) => {
        const { mode, system } = await this.#open();
        return confine(mode, await scriptConfinement(child, system));
      },
    });
  }

  async check(workspace: string, check: ProjectCheck): Promise<CheckRun> {
    const started = performance.now();
    const opened = await this.#open();
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'steward-check-')));
    try {
      const result = await this.#check(opened, { check, directory, workspace: await realpath(workspace) });
      return { ...result, durationMs: performance.now() - started };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  async #check(
    { mode, system, names }: Opened,
    run: { workspace: string; check: ProjectCheck; directory: string },
  ): Promise<Omit<CheckRun, 'durationMs'>> {
    const { nodePath, agentRoot, path } = this.#place;
    const { workspace, check, directory } = run;
    const npm = await findNpm(path);
    const report = join(directory, 'report.json');
    const planned = await checkCommand(check, { workspace, agentRoot, nodePath, npm, report });
    if ('passed' in planned) return { ...planned, log: '' };
    const { command, timeoutMs } = planned;
    const machine = [...system, ...names];
    const confinement = await checkConfinement({
      ...{ workspace, command, nodePath, agentRoot, machine, npm, directory, report, timeoutMs },
    });
    const child = startScript({ launch: await confine(mode, confinement), cwd: '/', timeoutMs });
    const end = await child.ended;
    const log = lastBytes(child.tail(stripVTControlCharacters));
    return { ...verdict(planned, end, await readReport(report)), log };
  }

  async #open(): Promise<Opened> {
    const opened = await this.#tryOut();
    if ('missing' in opened) throw opened.missing;
    return opened;
  }

  #tryOut(): Promise<Opened | { missing: AgentError }> {
    this.#opening ??= this.#find();
    return this.#opening;
  }

  async #find(): Promise<Opened | { missing: AgentError }> {
    const { system, names } = await machineMounts();
    const result = await findMode(this.#place, system);
    if ('mode' in result) return { mode: result.mode, system, names };
    this.#missing = new AgentError('SANDBOX_MISSING', { found: result.found.join('; ') });
    return { missing: this.#missing };
  }
}

function verdict(
  { judge, timeoutMs }: CheckCommand,
  end: { exitCode: number | null; signal: string | null; isTimeout: boolean },
  report: string,
): { passed: boolean; detail: string } {
  if (end.isTimeout) return { passed: false, detail: `still running after ${timeoutMs / 1000} s` };
  return judge({ ...end, report });
}
