import { wakeAfter } from '../../domain/ledger-state.ts';
import { ARCHIVE_FILE, LESSONS_FILE } from '../../domain/memory/lesson.ts';
import { MEMORY_FILE, type Memory, memoryText } from '../../domain/memory/memory.ts';
import { changesOf } from '../../domain/memory/night-changes.ts';
import type { Night } from '../../domain/memory/operation.ts';
import { archivePage, lessonsPage } from '../../domain/memory/page/lesson-page.ts';
import { sha256 } from '../../domain/occurrence.ts';
import type { ConsolidationRecord, Entry, Unsealed } from '../../domain/record.ts';
import type { Documents } from '../../ports.ts';
import type { Account } from '../account.ts';
import type { Books } from '../books.ts';
import { blankEntry, leasesOf, metricsOf } from '../entry.ts';
import type { Recorded } from '../record.ts';
import { seconds } from '../script-call.ts';
import { nightPath } from './load-memory.ts';
import type { Draft } from './make-night.ts';
import type { MemoryContext } from './memory-context.ts';

interface Writing {
  draft: Draft;
  /** The page of the day and the roll-up of its week, by path. */
  pages: Readonly<Record<string, string>>;
  account: Account;
  run: string;
  started: Date;
  /** Paths of set-aside text that go with the record. */
  recovered: string[];
}

/** Writes the night: its pages, the memory, its operations and its record, all in one commit. */
export async function recordNight(
  context: MemoryContext,
  books: Books,
  { draft, pages, account, run, started, recovered }: Writing,
): Promise<Recorded<Entry>> {
  const operations = nightText(draft);
  const lessons = lessonFiles(draft.after);
  const hashes = {
    operations: operations === undefined ? null : sha256(operations),
    lessons: sha256(lessons[LESSONS_FILE]),
  };
  const entry = toEntry(context, books, { draft, account, run, started, hashes });
  const files = {
    ...pages,
    ...lessons,
    [MEMORY_FILE]: memoryText(draft.after),
    ...(operations === undefined || hashes.operations === null ? {} : { [nightPath(hashes.operations)]: operations }),
  };
  await context.lock.mark(run, Object.keys(files));
  const beside = await writeChanged(context.documents, files);
  const findings = { files: [], tapes: [], recovered: recovered.splice(0), beside };
  return books.append<Entry>({ ...entry, ...wakeAfter(books.state, entry) }, findings);
}

export const lessonFiles = ({ lessons, retired }: Memory): { [LESSONS_FILE]: string; [ARCHIVE_FILE]?: string } => ({
  [LESSONS_FILE]: lessonsPage(lessons),
  ...(retired.length > 0 ? { [ARCHIVE_FILE]: archivePage(retired) } : {}),
});

/** Undefined where nothing was changed or refused: most nights. */
function nightText({ day, person, night, refused }: Draft): string | undefined {
  if (person.length + night.length + refused.length === 0) return undefined;
  const text: Night = { v: 1, day, person, night, rejected: refused };
  return `${JSON.stringify(text, null, 1)}\n`;
}

async function writeChanged(documents: Documents, files: Readonly<Record<string, string>>): Promise<string[]> {
  const paths: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    if ((await documents.read(path)) === text) continue;
    await documents.write(path, text);
    paths.push(path);
  }
  return paths;
}

function toEntry(
  context: MemoryContext,
  books: Books,
  from: Pick<Writing, 'draft' | 'account' | 'run' | 'started'> & {
    hashes: Pick<ConsolidationRecord, 'operations' | 'lessons'>;
  },
): Unsealed<Entry> {
  const { draft, account, run, started, hashes } = from;
  const { day, records, refused, model, degraded, notes } = draft;
  const { from: first, to } = records.span;
  const { added, changed, retired } = changesOf(draft);
  const blank = blankEntry(context, books.state, 'consolidate');
  return {
    ...blank,
    id: run,
    // One who consumes from the same record on does the same night.
    occurrence: `night:${day}:${first}`,
    decision: 'consolidate',
    reason: [`the night of ${day}`, ...notes].join('; ').slice(0, 1000),
    decided_by: model ? 'model' : 'policy',
    model,
    degraded,
    result: 'success',
    final: true,
    ...leasesOf(account),
    metrics: metricsOf(account.calls, seconds(Date.parse(blank.timestamp) - started.getTime())),
    consolidation: {
      day,
      from: first,
      to,
      ...hashes,
      added: added.length,
      changed: changed.length,
      retired: retired.length,
      rejected: refused.length,
    },
  };
}
