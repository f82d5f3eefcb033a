import { AgentError } from '../../domain/agent-error.ts';
import { parseLine } from '../../domain/chain.ts';
import type { Directive } from '../../domain/directive.ts';
import type { ForgeAnswer, ForgeFailure, ForgeResult } from '../../domain/forge.ts';
import { ENTRIES_FOR_MARGIN } from '../../domain/lateness.ts';
import { EMPTY_STATE, type LedgerState } from '../../domain/ledger-state.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Entry } from '../../domain/record.ts';
import { readWorkflowFile, WORKFLOW_FOLDER, type WorkflowFile } from '../../domain/workflow-file.ts';
import type { Clock, Forge, KeyCheck, ReadableDocuments } from '../../ports.ts';
import type { Context, Ports, Setting } from '../cycle-context.ts';
import { loadDirectives } from '../gather.ts';
import { lastEntries, linesForwards, loadLedger } from '../ledger-reader.ts';
import { isForeign, repositoryIdentity } from '../record.ts';

/** All that the checks of the doctor look at: gathered once, changed by nobody. */
export interface Facts {
  now: Date;
  setting: Setting;
  /** Version of the Node that runs. */
  node: string;
  /** `owner/name`, or what else names the repository. */
  identity: string;
  directives: readonly Directive[];
  /** What is wrong with config and directives. */
  problems: readonly Problem[];
  workflows: readonly WorkflowFile[];
  ledger: LedgerFacts;
  keys: readonly KeyCheck[];
  /** Absent where no forge is known. */
  forge?: ForgeFacts | { silent: ForgeFailure };
}

export interface LedgerFacts {
  state: LedgerState;
  /** Why it can not be read; then there is no more to say of it. */
  broken?: AgentError;
  isForeign: boolean;
  /** The newest, oldest first. */
  entries: readonly Entry[];
  /** When its first record was made. */
  begun?: Date;
}

/** What GitHub said, each answer on its own: a token may be allowed some and not others. */
export interface ForgeFacts {
  about: ForgeResult<'repo.get'>;
  settings: ForgeAnswer<'settings.get'>;
  workflows: ForgeAnswer<'workflows.list'>;
  labels: ForgeAnswer<'labels.list'>;
  rules: ForgeAnswer<'branches.rules'>;
  pulls: ForgeAnswer<'pulls.list'>;
  /** Scheduled runs of the last 7 days by workflow file, newest first. */
  scheduled: ReadonlyMap<string, ForgeAnswer<'runs.list'>>;
  /** The newest cycles that went well. */
  goodCycles: ForgeAnswer<'runs.list'>;
  /** How far this machine's clock is ahead of GitHub's, in milliseconds. */
  clockAheadMs: number | undefined;
}

export const CYCLE_FILE = 'cycle.yml';
export const WINDOW_MS = 7 * 86_400_000;
/** GitHub starts no workflow so often that a week has more; a list that is as long may be cut off. */
export const MOST_RUNS = 1000;

export async function lookHere(
  ports: Ports,
  setting: Setting,
  given: { node: string; configProblems: readonly Problem[] },
): Promise<Omit<Facts, 'forge' | 'keys'>> {
  const { documents, repo, clock } = ports;
  const context: Context = { ...ports, setting, facts: await repo.facts() };
  const [loaded, workflows, ledger, identity] = await Promise.all([
    loadDirectives(documents, Object.keys(setting.config.vars)),
    readWorkflows(documents),
    readLedger(context),
    repositoryIdentity(context),
  ]);
  return {
    now: clock.now(),
    setting,
    node: given.node,
    identity,
    directives: loaded.directives.filter(({ enabled }) => enabled),
    problems: [...given.configProblems, ...loaded.problems],
    workflows,
    ledger,
  };
}

async function readWorkflows(documents: ReadableDocuments): Promise<WorkflowFile[]> {
  const names = (await documents.list(WORKFLOW_FOLDER)).filter((name) => /\.ya?ml$/.test(name));
  return Promise.all(
    names.map(async (name) => readWorkflowFile(name, (await documents.read(`${WORKFLOW_FOLDER}/${name}`)) ?? '')),
  );
}

async function readLedger(context: Context): Promise<LedgerFacts> {
  const { documents } = context;
  try {
    const { state } = await loadLedger(documents);
    const begun = await firstTime(documents);
    return {
      state,
      isForeign: state.head !== null && (await isForeign(context, state)),
      entries: await lastEntries(documents, ENTRIES_FOR_MARGIN),
      ...(begun ? { begun } : {}),
    };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { state: EMPTY_STATE, broken: error, isForeign: false, entries: [] };
  }
}

async function firstTime(documents: ReadableDocuments): Promise<Date | undefined> {
  for await (const { line } of linesForwards(documents)) {
    const parsed = parseLine(line);
    return 'record' in parsed ? new Date(parsed.record.timestamp) : undefined;
  }
  return undefined;
}

/** Where the repository itself is not told of there is no sense in asking on. */
export async function askForge(
  forge: Forge,
  clock: Clock,
  files: readonly WorkflowFile[],
): Promise<ForgeFacts | { silent: ForgeFailure }> {
  const repository = await forge.call('repo.get', {});
  if ('failed' in repository) return { silent: repository.failed };
  const about = repository.value;
  const [settings, workflows, labels, rules, pulls, scheduled, goodCycles, clockAheadMs] = await Promise.all([
    forge.call('settings.get', {}),
    forge.call('workflows.list', {}),
    forge.call('labels.list', {}),
    forge.call('branches.rules', { branch: about.default_branch }),
    forge.call('pulls.list', { state: 'open' }),
    askForRuns(forge, clock, files),
    forge.call('runs.list', { workflow: CYCLE_FILE, status: 'success', limit: 50 }),
    compareClocks(forge, clock),
  ]);
  return { about, settings, workflows, labels, rules, pulls, scheduled, goodCycles, clockAheadMs };
}

async function askForRuns(
  forge: Forge,
  clock: Clock,
  files: readonly WorkflowFile[],
): Promise<ForgeFacts['scheduled']> {
  const since = `${new Date(clock.now().getTime() - WINDOW_MS).toISOString().slice(0, 19)}Z`;
  const asked = files
    .filter(({ crons }) => crons.length > 0)
    .map(async ({ file }) => {
      // Of the others a few tell how long a run takes.
      const limit = file === CYCLE_FILE ? MOST_RUNS : 20;
      return [file, await forge.call('runs.list', { workflow: file, event: 'schedule', since, limit })] as const;
    });
  return new Map(await Promise.all(asked));
}

async function compareClocks(forge: Forge, clock: Clock): Promise<number | undefined> {
  const answer = await forge.call('clock.get', {});
  const there = 'value' in answer ? Date.parse(answer.value.now) : Number.NaN;
  return Number.isNaN(there) ? undefined : clock.now().getTime() - there;
}

/** A page of the repository on the forge's site, for people to click. */
export const siteUrl = ({ setting, identity }: Pick<Facts, 'setting' | 'identity'>, path: string): string =>
  `${setting.serverUrl}/${identity}/${path}`;
