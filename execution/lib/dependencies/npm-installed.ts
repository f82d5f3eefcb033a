import { isWorkspace, nameOf, readLock, type Way, waysFromProject } from '../npm-project.ts';

/** A package of a registry, as the lock file installs it. */
export interface InstalledPackage extends Way {
  name: string;
  version: string;
  /** Where it was fetched from, where the lock file says so. */
  resolved?: string;
}

/** Each name and version once, by one of the shortest ways; in the order of names. Empty without a lock file. */
export async function readInstalled(workspace: string): Promise<InstalledPackage[]> {
  const packages = await readLock(workspace);
  if (packages === undefined || packages === 'unreadable') return [];
  const ways = waysFromProject(packages);
  const found = Object.entries(packages).flatMap(([place, { version, resolved, link }]): InstalledPackage[] => {
    if (place === '' || isWorkspace(place) || link || version === undefined || !isFromRegistry(resolved)) return [];
    const { path = [], range = '' } = ways.get(place) ?? {};
    const name = nameOf(packages, place);
    return [{ name, version, path, range, ...(resolved === undefined ? {} : { resolved }) }];
  });
  const unique = new Map<string, InstalledPackage>();
  for (const each of found) {
    const key = `${each.name}@${each.version}`;
    const known = unique.get(key);
    if (!known || each.path.length < known.path.length) unique.set(key, each);
  }
  return [...unique.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

/** Not a folder, a git address or a tarball of somebody's site. */
const isFromRegistry = (resolved: string | undefined): boolean =>
  resolved === undefined || /^https?:\/\/[^\s]+\/-\//.test(resolved);
