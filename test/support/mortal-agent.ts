import { FileDocuments } from '../../src/adapters/file-documents.ts';
import { findGitPlace } from '../../src/adapters/git-place.ts';
import { GitRepo } from '../../src/adapters/git-repo.ts';
import { FileRunLock } from '../../src/adapters/run-lock.ts';
import { StewardConfig } from '../../src/domain/config.ts';
import type { Ports, Setting } from '../../src/flows/cycle-context.ts';
import type { Forge, Llm, ScriptRunner } from '../../src/ports.ts';
import { type AgentFixture, cliEnvironment } from './agent-fixture.ts';
import { manualClock } from './manual-clock.ts';

export const NOW = '2026-03-04T14:30:00.000Z';
export const SETTING: Setting = {
  config: StewardConfig.parse({}),
  secrets: {},
  trigger: 'manual',
  isEphemeral: false,
  serverUrl: 'https://github.com',
};

const NO_LLM: Llm = {
  availability: () => ({ unavailable: 'no key' }),
  estimate: () => 0,
  models: () => [],
  checkKeys: async () => [],
  generate: async () => ({ unavailable: 'no key', calls: [] }),
};

/** The real ports of a clone, each of which may be given a death (see mortality.ts). */
export async function openPorts(
  agent: AgentFixture,
  options: { runner: ScriptRunner; pid: number; mortal: <T extends object>(target: T) => T; llm?: Llm; forge?: Forge },
): Promise<Ports> {
  const { runner, pid, mortal, forge, llm = NO_LLM } = options;
  const { git, place } = await findGitPlace(agent.path, cliEnvironment(agent.path, {}));
  const lock = new FileRunLock({ gitDirectory: place.gitDirectory, pid, since: NOW, isAlive: () => false });
  return {
    // Ids need noise; sleeping need not take time.
    clock: { ...manualClock(NOW), random: Math.random },
    repo: new GitRepo(mortal(git), place),
    lock: mortal(lock),
    documents: mortal(new FileDocuments(place.root)),
    runner: mortal(runner),
    llm,
    ...(forge ? { forge: mortal(forge) } : {}),
    log: { step: () => ({ done: () => {} }), info: () => {}, warn: () => {} },
    redact: (text) => text,
  };
}

/** Puts clone and remote back to a commit. */
export async function reset(agent: AgentFixture, commit: string): Promise<void> {
  await agent.git('update-ref', '-d', 'refs/steward/next');
  await agent.git('reset', '-q', '--hard', commit);
  await agent.git('push', '-q', '--force', 'origin', 'HEAD:main');
}
