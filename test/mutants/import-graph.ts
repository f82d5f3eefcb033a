import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type AnyNode, parse } from 'acorn';
import { full } from 'acorn-walk';
import { withoutTypes } from './mutations.ts';

/** What a file of the project uses. */
interface Uses {
  /** Files of the project: imported, or scripts that a test runs (`script: 'check_links'`). */
  files: readonly string[];
  /** Names of packages. */
  packages: readonly string[];
}

/** Which files use which, read from the sources as they are asked for. Imports of types alone do not count. */
export class ImportGraph {
  readonly #root: string;
  readonly #uses = new Map<string, Uses>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Every file that `from` uses, itself included, with how many steps away it is. */
  reach(from: readonly string[]): Map<string, number> {
    const distances = new Map(from.map((file) => [file, 0]));
    for (const [file, distance] of distances)
      for (const next of this.usesOf(file).files) if (!distances.has(next)) distances.set(next, distance + 1);
    return distances;
  }

  usesOf(file: string): Uses {
    const known = this.#uses.get(file);
    if (known) return known;
    const uses = readUses(file, readFileSync(join(this.#root, file), 'utf8'));
    const found = { ...uses, files: uses.files.filter((each) => existsSync(join(this.#root, each))) };
    this.#uses.set(file, found);
    return found;
  }
}

function readUses(file: string, source: string): Uses {
  const [imported, files]: [string[], string[]] = [[], []];
  const code = file.endsWith('.ts') ? withoutTypes(source) : source;
  full(parse(code ?? '', { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true }), (node) => {
    const from = importedBy(node);
    if (from !== undefined) imported.push(from);
    const script = scriptRunBy(node);
    if (script !== undefined) files.push(`execution/${script}.ts`);
  });
  const isRelative = (from: string) => from.startsWith('.');
  return {
    files: [...files, ...imported.filter(isRelative).map((from) => posix.join(posix.dirname(file), from))],
    packages: imported.filter((from) => !isRelative(from) && !from.startsWith('node:')).map(packageName),
  };
}

function importedBy(node: AnyNode): string | undefined {
  const isImport = /^(Import|ExportNamed|ExportAll)Declaration$|^ImportExpression$/.test(node.type);
  if (!isImport || !('source' in node) || node.source?.type !== 'Literal') return undefined;
  return String(node.source.value);
}

function scriptRunBy(node: AnyNode): string | undefined {
  if (node.type !== 'Property' || node.key.type !== 'Identifier' || node.key.name !== 'script') return undefined;
  return node.value.type === 'Literal' ? String(node.value.value) : undefined;
}

const packageName = (from: string): string => from.split('/', from.startsWith('@') ? 2 : 1).join('/');
