import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere } from './report-file.ts';

const Ranges = z.record(z.string(), z.string()).catch({});
const Manifest = z.object({ dependencies: Ranges, devDependencies: Ranges, optionalDependencies: Ranges });
type Manifest = z.infer<typeof Manifest>;

const LockedPackage = Manifest.extend({
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.string().optional(),
  deprecated: z.string().optional(),
  link: z.boolean().optional(),
});
const Lock = z.object({ lockfileVersion: z.number(), packages: z.record(z.string(), LockedPackage) });
export type Lock = z.infer<typeof Lock>;

/** A package that a package.json of the project asks a registry for. */
export interface DirectDependency {
  /** Its name in the registry, also where the project gave it another. */
  name: string;
  range: string;
  kind: 'runtime' | 'development' | 'optional';
  /** What the lock file installs; else the version in the range, where it names one. */
  used?: string;
}

export interface DeprecatedPackage {
  name: string;
  version: string;
  /** The words of its authors. */
  message: string;
  /** Package names from one that the project asks for down to this one. */
  path: string[];
}

export interface NpmProject {
  direct: DirectDependency[];
  deprecated: DeprecatedPackage[];
  hasLock: boolean;
}

/**
 * Reads package.json and package-lock.json (versions 2 and 3), workspaces included.
 * @returns undefined without package.json; `problem` when the lock file can not be read
 */
export async function readNpmProject(workspace: string): Promise<NpmProject | { problem: string } | undefined> {
  const manifestText = await readIfThere(join(workspace, 'package.json'));
  if (manifestText === undefined) return undefined;
  // Node itself runs no script beside a package.json that it can not read.
  const manifest = Manifest.parse(JSON.parse(manifestText));
  const packages = await readLock(workspace);
  if (packages === 'unreadable')
    return { problem: 'package-lock.json is not of version 2 or 3: npm 7 or newer writes it' };
  return {
    direct: directDependencies(manifest, packages),
    deprecated: packages ? deprecatedPackages(packages) : [],
    hasLock: packages !== undefined,
  };
}

/** The packages of the lock file by place; undefined without one. */
export async function readLock(workspace: string): Promise<Lock['packages'] | 'unreadable' | undefined> {
  const text =
    (await readIfThere(join(workspace, 'package-lock.json'))) ??
    (await readIfThere(join(workspace, 'npm-shrinkwrap.json')));
  if (text === undefined) return undefined;
  const lock = Lock.safeParse(parseJson(text));
  return lock.success ? lock.data.packages : 'unreadable';
}

/** Of the root and of every workspace; each name and version once, in the order of names. */
function directDependencies(manifest: Manifest, packages: Lock['packages'] | undefined): DirectDependency[] {
  const workspaces = Object.entries(packages ?? {}).filter(([place]) => isWorkspace(place));
  const found = [['', manifest] as const, ...workspaces].flatMap(([place, { ...lists }]) =>
    (['runtime', 'development', 'optional'] as const).flatMap((kind) =>
      Object.entries(lists[LISTS[kind]]).flatMap(([alias, spec]) => {
        const wanted = registryRange(alias, spec);
        const used = locked(packages, place, alias)?.version ?? bareVersion(wanted?.range);
        return wanted ? [{ ...wanted, kind, ...(used === undefined ? {} : { used }) }] : [];
      }),
    ),
  );
  // The first of equals stays: what is used at run time counts as that, wherever else it is listed.
  const unique = new Map(found.toReversed().map((each) => [`${each.name}@${each.used}`, each]));
  const inWorkspaces = new Set(workspaces.map(([place, { name }]) => name ?? place.split('/').at(-1)));
  return [...unique.values()]
    .filter(({ name }) => !inWorkspaces.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

const LISTS = { runtime: 'dependencies', development: 'devDependencies', optional: 'optionalDependencies' } as const;
export const isWorkspace = (place: string): boolean => place !== '' && !place.includes('node_modules/');

/** undefined for what does not come from a registry: a folder, a git address, a file. */
function registryRange(alias: string, spec: string): { name: string; range: string } | undefined {
  const [, name, range = '*'] = /^npm:((?:@[^/@]+\/)?[^@/]+)(?:@(.*))?$/.exec(spec) ?? [];
  if (name !== undefined) return { name, range };
  return /[:/]/.test(spec) ? undefined : { name: alias, range: spec };
}

const bareVersion = (range = ''): string | undefined => /^[\^~=]?\s*v?(\d+\.\d+\.\d+\S*)$/.exec(range.trim())?.[1];

/** The package that `name` means at a place of the tree: the nearest node_modules that has it. */
function locked(
  packages: Lock['packages'] | undefined,
  place: string,
  name: string,
): Lock['packages'][string] | undefined {
  const at = packages && placeOf(packages, place, name);
  return at === undefined ? undefined : packages?.[at];
}

function placeOf(packages: Lock['packages'], from: string, name: string): string | undefined {
  for (let place = from; ; place = parentPlace(place)) {
    const candidate = `${place === '' ? '' : `${place}/`}node_modules/${name}`;
    if (Object.hasOwn(packages, candidate)) return candidate;
    if (place === '') return undefined;
  }
}

function parentPlace(place: string): string {
  const nested = place.lastIndexOf('/node_modules/');
  return nested === -1 ? '' : place.slice(0, nested);
}

function deprecatedPackages(packages: Lock['packages']): DeprecatedPackage[] {
  const ways = waysFromProject(packages);
  const found = Object.entries(packages).flatMap(([place, { version = '', deprecated = '' }]) =>
    deprecated === ''
      ? []
      : [{ name: nameOf(packages, place), version, message: deprecated, path: ways.get(place)?.path ?? [] }],
  );
  const unique = new Map(found.map((each) => [`${each.name}@${each.version}`, each]));
  return [...unique.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

export const nameOf = (packages: Lock['packages'], place: string): string =>
  packages[place]?.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** How a package gets into the project. */
export interface Way {
  /** Package names from one that the project asks for down to this one. */
  path: string[];
  /** What the last but one of them asks for, or the project. */
  range: string;
}

/** For every place of the tree, by which packages it gets there: one of the shortest ways (breadth first). */
export function waysFromProject(packages: Lock['packages']): Map<string, Way> {
  const roots = Object.keys(packages).filter((place) => place === '' || isWorkspace(place));
  const ways = new Map<string, Way>(roots.map((place) => [place, { path: [], range: '' }]));
  for (const [place, { path }] of ways) {
    const { dependencies = {}, optionalDependencies = {}, devDependencies = {} } = packages[place] ?? {};
    for (const [name, range] of Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies })) {
      const next = placeOf(packages, place, name);
      if (next !== undefined && !ways.has(next)) ways.set(next, { path: [...path, nameOf(packages, next)], range });
    }
  }
  return ways;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
