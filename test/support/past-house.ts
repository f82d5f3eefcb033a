import { CONFIG_FILE, parseConfig } from '../../src/domain/config.ts';
import { EMPTY_STATE, type LedgerState } from '../../src/domain/ledger-state.ts';
import type { Request } from '../../src/domain/option.ts';
import type { Entry, Unsealed, UnsealedRecord } from '../../src/domain/record.ts';
import { lessonsFor, promptFor, promptHash } from '../../src/flows/decide.ts';
import { groundsOf, observe } from '../../src/flows/entry.ts';
import { gather, loadDirectives } from '../../src/flows/gather.ts';
import { sealAll, writeLedger } from '../../src/flows/ledger-writer.ts';
import type { MemoryContext } from '../../src/flows/memory/memory-context.ts';
import type { Prompt } from '../../src/ports.ts';
import type { Workbench } from '../../src/repo-port.ts';
import { directiveText } from './domain-samples.ts';
import { MemoryDocuments } from './fake-documents.ts';
import { forgeStage } from './forge-context.ts';
import { entry, genesis } from './ledger-samples.ts';
import { manualClock } from './manual-clock.ts';

/** A repository in memory in which decisions are made as a cycle makes them, each on a commit that can be read later. */
export interface PastHouse {
  context: MemoryContext;
  /** The checkout. */
  documents: MemoryDocuments;
  commits: Map<string, MemoryDocuments>;
  /** Commits that somebody asked to be brought. */
  brought: string[];
  decide(moment?: MomentOptions): Promise<{ entry: Entry; prompt: Prompt }>;
}

export interface MomentOptions {
  at?: string;
  requests?: readonly Request[];
  /** What the cycle writes before it decides, on top of its commit. */
  before?: readonly UnsealedRecord[];
  /** Paths that differ from the commit. */
  changed?: readonly string[];
  /** What the entry says otherwise. */
  entry?: Partial<Unsealed<Entry>>;
  /** Index of the chosen option. */
  choice?: number;
}

export const daily = (name: string, parts: Parameters<typeof directiveText>[0] = {}): Record<string, string> => ({
  [`directives/${name}.md`]: directiveText({ name, front: 'every: 1d', tools: `- execution/${name}.ts`, ...parts }),
  [`execution/${name}.ts`]: '// a script\n',
});

export async function pastHouse(files: Readonly<Record<string, string>>): Promise<PastHouse> {
  const documents = new MemoryDocuments(files);
  const commits = new Map<string, MemoryDocuments>();
  const brought: string[] = [];
  let changed: readonly string[] = [];
  const stage = forgeStage();
  const repo = {
    ...stage.context.repo,
    at: (commit: string) => commits.get(commit) ?? new MemoryDocuments(),
    changedPaths: async () => [...changed],
  };
  const { config } = parseConfig(files[CONFIG_FILE] ?? '');
  const setting = { ...stage.context.setting, ...(config ? { config } : {}) };
  const workbench = benchOf(commits, brought);
  const context: MemoryContext = { ...stage.context, setting, documents, repo, workbench };
  let state: LedgerState = EMPTY_STATE;
  const append = async (records: readonly UnsealedRecord[]): Promise<Entry> => {
    const sealed = sealAll(state, records);
    await writeLedger(documents, { before: state, after: sealed.state, lines: sealed.lines, tapes: [] });
    state = sealed.state;
    return sealed.lines.at(-1)?.record as Entry;
  };
  await append([genesis]);
  const decide: PastHouse['decide'] = async (moment = {}) => {
    const head = String(commits.size + 1).padStart(40, '0');
    commits.set(head, new MemoryDocuments(Object.fromEntries(documents.files)));
    if (moment.before) await append(moment.before);
    changed = moment.changed ?? [];
    const clock = manualClock(moment.at ?? '2026-03-04T14:30:00.000Z');
    const { requests = [], choice = 0 } = moment;
    const now = { ...context, clock };
    const loaded = await loadDirectives(documents, Object.keys(context.setting.config.vars));
    const situation = await gather(now, { state, loaded, requests, onlyRequests: false });
    const prompt = promptFor(situation, state);
    const lessons = lessonsFor(situation, state).map(({ id }) => id);
    const observed = {
      ...observe(state, situation.now, situation.requests),
      ...(await groundsOf(now, situation)),
      lessons,
    };
    const chosen = situation.options[choice];
    const written = entry({
      id: `decision-${commits.size}`,
      timestamp: situation.now.toISOString(),
      decided_by: 'model',
      decision: chosen?.directive.name ?? '',
      occurrence: chosen?.id ?? '',
      options: situation.options.map(({ id }) => id),
      head,
      trees: { directives: head, execution: head, github: head },
      prompt_sha256: promptHash(prompt),
      ...moment.entry,
      observed: { ...observed, ...moment.entry?.observed },
    });
    return { entry: await append([written]), prompt };
  };
  return { context, documents, commits, brought, decide };
}

function benchOf(commits: ReadonlyMap<string, unknown>, brought: string[]): Workbench {
  const unexpected = async (): Promise<never> => {
    throw new Error('nobody expected that of the workbench here');
  };
  return {
    async bring(commit) {
      brought.push(commit);
      return commits.has(commit);
    },
    scratch: unexpected,
    branchOn: unexpected,
    addedBy: unexpected,
    undo: unexpected,
  };
}
