import { initMessage } from '../domain/commit-message.ts';
import { EMPTY_STATE } from '../domain/ledger-state.ts';
import type { Documents } from '../ports.ts';
import type { Context, Ports, Setting } from './cycle-context.ts';
import { loadLedger } from './ledger-reader.ts';
import { sealAll, writeLedger } from './ledger-writer.ts';
import { publish, unpushedByPeople } from './publish.ts';
import { genesis, isForeign, repositoryIdentity } from './record.ts';

export interface Initiated {
  /** False when the ledger is this repository's own already. */
  changed: boolean;
  repository: string;
  archive?: string;
  moved: number;
}

/** Starts books of this repository's own. Inherited records move to ledger/archive/ and stay readable; idempotent. */
export async function init(ports: Ports, setting: Setting): Promise<Initiated> {
  await ports.lock.acquire();
  try {
    const context: Context = { ...ports, setting, facts: await ports.repo.facts() };
    const repository = await repositoryIdentity(context);
    const { state } = await loadLedger(ports.documents);
    if (state.head === null || !(await isForeign(context, state))) return { changed: false, repository, moved: 0 };
    const archive = `ledger/archive/${(state.repository ?? 'unknown').replaceAll('/', '-')}`;
    const paths = (await filesBelow(ports.documents, 'ledger')).filter((path) => !path.startsWith('ledger/archive/'));
    const moved = await moveAll(ports.documents, paths, archive);
    const genesisRecord = await genesis(context);
    const sealed = sealAll(EMPTY_STATE, [genesisRecord]);
    const written = await writeLedger(ports.documents, {
      before: EMPTY_STATE,
      after: sealed.state,
      lines: sealed.lines,
      tapes: [],
    });
    const files = [...new Set([...paths, ...moved, ...written])].map((path) => ({ path }));
    await ports.repo.commit([
      { message: initMessage(repository, genesisRecord.id, archive), at: ports.clock.now(), files },
    ]);
    await publish(context, await unpushedByPeople(context));
    return { changed: true, repository, archive, moved: moved.length };
  } finally {
    await ports.lock.release();
  }
}

async function moveAll(documents: Documents, paths: readonly string[], archive: string): Promise<string[]> {
  const targets: string[] = [];
  for (const path of paths) {
    const target = `${archive}/${path.slice('ledger/'.length)}`;
    await documents.write(target, (await documents.read(path)) ?? '');
    targets.push(target);
    await documents.remove(path);
  }
  return targets;
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
