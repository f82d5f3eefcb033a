import { AgentError } from '../domain/agent-error.ts';
import { budgetMessage, initMessage } from '../domain/commit-message.ts';
import { CONFIG_FILE, parseConfig, type StewardConfig } from '../domain/config.ts';
import { withBudget } from '../domain/config-edit.ts';
import { EMPTY_STATE, type LedgerState } from '../domain/ledger-state.ts';
import { ARCHIVE_FILE, DAILY_FOLDER, LESSONS_FILE, WEEKLY_FOLDER } from '../domain/memory/lesson.ts';
import { formatProblem } from '../domain/problem.ts';
import type { Documents } from '../ports.ts';
import type { Context, Ports, Setting } from './cycle-context.ts';
import { loadLedger } from './ledger-reader.ts';
import { sealAll, writeLedger } from './ledger-writer.ts';
import { publish, unpushedByPeople } from './publish.ts';
import { genesis, isForeign, repositoryIdentity } from './record.ts';
import { makeLabels } from './tell.ts';

export interface Initiated {
  /** `begun`: there were no records; `archived`: somebody else's were moved aside; `own`: nothing was to be done. */
  ledger: 'begun' | 'archived' | 'own';
  repository: string;
  archive?: string;
  moved: number;
  /** Caps that were changed, in US dollars. */
  budget: Partial<StewardConfig['budget']>;
  /** Labels made on the forge; absent without one. */
  labels?: string[];
  pushed: boolean;
}

/**
 * Makes a copied repository its owner's: books that begin with its own name, a budget, the labels on the forge. Inherited
 * records move to ledger/archive/ and stay readable. Idempotent.
 */
export async function init(
  ports: Ports,
  setting: Setting,
  wanted: { budget: Partial<StewardConfig['budget']> },
): Promise<Initiated> {
  await ports.lock.acquire();
  try {
    const context: Context = { ...ports, setting, facts: await ports.repo.facts() };
    const repository = await repositoryIdentity(context);
    const { state } = await loadLedger(ports.documents);
    const config = await budgetText(context, wanted.budget);
    const books = await beginBooks(context, state);
    const isChanged = books.ledger !== 'own' || config !== undefined;
    if (config !== undefined) await ports.documents.write(CONFIG_FILE, config);
    const pushed = isChanged && (await commit(context, { ...books, repository, hasConfig: config !== undefined }));
    const labels = await makeLabels(ports);
    return {
      ledger: books.ledger,
      repository,
      ...(books.archive ? { archive: books.archive } : {}),
      moved: books.moved,
      budget: config === undefined ? {} : wanted.budget,
      ...(labels ? { labels } : {}),
      pushed,
    };
  } finally {
    await ports.lock.release();
  }
}

/** The config with the wanted caps; undefined when it says so already. Throws CONFIG_INVALID before anything is written. */
async function budgetText(
  { documents, repo }: Context,
  budget: Partial<StewardConfig['budget']>,
): Promise<string | undefined> {
  if (Object.keys(budget).length === 0) return undefined;
  const text = (await documents.read(CONFIG_FILE)) ?? '';
  // Only a config that can be read can be edited.
  const now = budgetOf(text);
  if (JSON.stringify(now) === JSON.stringify(budgetOf(withBudget(text, budget)))) return undefined;
  const dirty = await repo.changedPaths([CONFIG_FILE]);
  if (dirty.length > 0) throw new AgentError('DIRTY_WORKTREE', { paths: CONFIG_FILE });
  return withBudget(text, budget);
}

function budgetOf(text: string): StewardConfig['budget'] {
  const { config, problems } = parseConfig(text);
  if (config) return config.budget;
  throw new AgentError('CONFIG_INVALID', { problems: problems.map(formatProblem).join('\n') });
}

interface Begun {
  ledger: Initiated['ledger'];
  archive?: string;
  moved: number;
  id: string;
  files: string[];
}

async function beginBooks(context: Context, state: LedgerState): Promise<Begun> {
  const { documents } = context;
  const record = await genesis(context);
  const isOwn = state.head !== null && !(await isForeign(context, state));
  if (isOwn) return { ledger: 'own', moved: 0, id: record.id, files: [] };
  const archive = `ledger/archive/${(state.repository ?? 'unknown').replaceAll('/', '-')}`;
  const inherited = state.head === null ? [] : await filesBelow(documents, 'ledger');
  const paths = inherited.filter((path) => !path.startsWith('ledger/archive/'));
  // Lessons and pages of another house speak of entries that these books do not have.
  if (state.head !== null) paths.push(...(await memoryFiles(documents)));
  const moved = await moveAll(documents, paths, archive);
  const sealed = sealAll(EMPTY_STATE, [record]);
  const written = await writeLedger(documents, {
    before: EMPTY_STATE,
    after: sealed.state,
    lines: sealed.lines,
    tapes: [],
  });
  const files = [...new Set([...paths, ...moved, ...written])];
  const books = { moved: moved.length, id: record.id, files };
  return state.head === null ? { ledger: 'begun', ...books } : { ledger: 'archived', archive, ...books };
}

async function commit(
  context: Context,
  { ledger, repository, id, archive, files, hasConfig }: Begun & { repository: string; hasConfig: boolean },
): Promise<boolean> {
  const paths = [...files, ...(hasConfig ? [CONFIG_FILE] : [])];
  const message = ledger === 'own' ? budgetMessage(repository, id) : initMessage(repository, id, archive);
  await context.repo.commit([{ message, at: context.clock.now(), files: paths.map((path) => ({ path })) }]);
  return (await publish(context, await unpushedByPeople(context))).pushed;
}

async function moveAll(documents: Documents, paths: readonly string[], archive: string): Promise<string[]> {
  const targets: string[] = [];
  for (const path of paths) {
    const target = `${archive}/${path.replace(/^ledger\//, '')}`;
    await documents.write(target, (await documents.read(path)) ?? '');
    targets.push(target);
    await documents.remove(path);
  }
  return targets;
}

async function memoryFiles(documents: Documents): Promise<string[]> {
  const pages = [LESSONS_FILE, ARCHIVE_FILE];
  const there = await Promise.all(pages.map(async (path) => (await documents.readTail(path, 1)) !== undefined));
  const folders = await Promise.all([DAILY_FOLDER, WEEKLY_FOLDER].map((each) => filesBelow(documents, each)));
  return [...pages.filter((_, index) => there[index]), ...folders.flat()];
}

async function filesBelow(documents: Documents, folder: string): Promise<string[]> {
  const names = await documents.list(folder);
  const nested = await Promise.all(
    names.map((name) =>
      name.endsWith('/') ? filesBelow(documents, `${folder}/${name.slice(0, -1)}`) : [`${folder}/${name}`],
    ),
  );
  return nested.flat();
}
