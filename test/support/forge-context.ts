import { parseConfig } from '../../src/domain/config.ts';
import { EMPTY_STATE, type LedgerState } from '../../src/domain/ledger-state.ts';
import type { UnsealedRecord } from '../../src/domain/record.ts';
import type { Context, Setting } from '../../src/flows/cycle-context.ts';
import { sealAll, writeLedger } from '../../src/flows/ledger-writer.ts';
import type { Llm, RunLock, ScriptRunner } from '../../src/ports.ts';
import type { CommitPlan, PushResult, Repo, RepoFacts } from '../../src/repo-port.ts';
import { MemoryDocuments } from './fake-documents.ts';
import { manualClock } from './manual-clock.ts';
import { MemoryForge } from './memory-forge.ts';

/** What a flow did to the repository. */
export interface Deeds {
  commits: (readonly CommitPlan[])[];
  proposals: { branch: string; plan: CommitPlan }[];
  pushedBranches: string[];
  pushes: number;
}

/** A flow's surroundings, all in memory: the forge of a runner, a ledger, a clock that stands still. */
export interface ForgeStage {
  context: Context;
  forge: MemoryForge;
  documents: MemoryDocuments;
  deeds: Deeds;
  /** What people are told, in order. */
  warnings: string[];
  news: string[];
}

export interface StageOptions {
  setting?: Partial<Setting>;
  facts?: Partial<RepoFacts>;
  files?: Readonly<Record<string, string>>;
  /** Object ids by path, at HEAD. */
  blobs?: Readonly<Record<string, string>>;
  /** Paths with uncommitted changes. */
  changed?: readonly string[];
  /** What becomes of a branch that is pushed. */
  branchPush?: PushResult;
  now?: string;
}

export const STAGE_NOW = '2026-03-04T14:30:00.000Z';

export function forgeStage(options: StageOptions = {}): ForgeStage {
  const clock = manualClock(options.now ?? STAGE_NOW);
  const forge = new MemoryForge({ now: clock.now });
  const documents = new MemoryDocuments(options.files);
  const deeds: Deeds = { commits: [], proposals: [], pushedBranches: [], pushes: 0 };
  const warnings: string[] = [];
  const news: string[] = [];
  const context: Context = {
    clock,
    forge,
    documents,
    repo: repoOf(options, deeds),
    lock: LOCK,
    runner: NO_RUNNER,
    llm: NO_LLM,
    redact: (text) => text,
    log: {
      step: () => ({ done: () => {} }),
      info: (text) => void news.push(text),
      warn: (text) => void warnings.push(text),
    },
    setting: { ...settingOf(), ...options.setting },
    facts: { ...FACTS, ...options.facts },
  };
  return { context, forge, documents, deeds, warnings, news };
}

/** The same without a forge: as on a machine that GitHub knows nothing of. */
export function withoutForge({ context }: ForgeStage): Context {
  const { forge: _, ...rest } = context;
  return rest;
}

/** Writes records as a ledger holds them, and gives the state they fold to. */
export async function ledgerOf(documents: MemoryDocuments, records: readonly UnsealedRecord[]): Promise<LedgerState> {
  const { lines, state } = sealAll(EMPTY_STATE, records);
  await writeLedger(documents, { before: EMPTY_STATE, after: state, lines, tapes: [] });
  return state;
}

const FACTS: RepoFacts = {
  root: '/nowhere',
  head: 'c'.repeat(40),
  branch: 'main',
  upstream: { remote: 'origin', branch: 'main' },
  repository: 'octo/house',
  isShallow: true,
  trees: { directives: 'd', execution: 'e', github: 'g' },
};

function settingOf(): Setting {
  const { config } = parseConfig('');
  if (!config) throw new Error('the default config can not be read');
  return {
    config,
    secrets: {},
    trigger: 'schedule',
    repository: 'octo/house',
    isEphemeral: true,
    serverUrl: 'https://github.com',
    runUrl: 'https://github.com/octo/house/actions/runs/4711',
  };
}

const unexpected = (what: string) => async () => {
  throw new Error(`nobody expected ${what} here`);
};

function repoOf(
  { blobs = {}, changed = [], branchPush = { kind: 'pushed' }, facts }: StageOptions,
  deeds: Deeds,
): Repo {
  return {
    facts: async () => ({ ...FACTS, ...facts }),
    firstCommit: async () => 'f'.repeat(40),
    openBranches: async () => [],
    hasCommit: async () => true,
    blobAt: async (_, path) => blobs[path],
    changedPaths: async (roots) => changed.filter((path) => roots.some((root) => path.startsWith(root))),
    async commit(plans) {
      deeds.commits.push(plans);
      return 'd'.repeat(40);
    },
    propose: async (branch, plan) => void deeds.proposals.push({ branch, plan }),
    async pushBranch(branch) {
      deeds.pushedBranches.push(branch);
      return branchPush;
    },
    async push() {
      deeds.pushes += 1;
      return { kind: 'pushed' };
    },
    unpushedByPeople: async () => 0,
    fetch: async () => ({}),
    deepen: async () => ({}),
    commitsSince: async () => new Map(),
    setAside: unexpected('setAside'),
    compare: unexpected('compare'),
    rebuildOn: unexpected('rebuildOn'),
    at: () => new MemoryDocuments(),
  };
}

const LOCK: RunLock = { acquire: async () => ({}), mark: async () => {}, release: async () => {} };
const NO_RUNNER: ScriptRunner = {
  prepare: () => {},
  run: unexpected('a script'),
  find: unexpected('a search'),
  describe: unexpected('a description'),
};
const NO_LLM: Llm = {
  generate: unexpected('a model call'),
  availability: () => ({ unavailable: 'no model in this test' }),
  models: () => [],
  checkKeys: async () => [],
  estimate: () => 0,
};
