import { describe, expect, it } from 'vitest';
import { isNode, parseSource, type SourceFile, type SyntaxNode, sourceFiles } from '../support/source-tree.ts';

const src = sourceFiles('src');
const execution = sourceFiles('execution');
const at = (file: SourceFile, node: SyntaxNode, what = '') => `${file.path}:${file.lineOf(node)} ${what}`.trim();

const PORTS = ['src/ports.ts', 'src/repo-port.ts', 'src/sandbox-port.ts'];

/**
 * What each part of src may import: packages and `node:` modules by name, parts of src by path. `type` means types
 * only. The first rule that fits a file holds.
 */
const RULES: {
  of: RegExp;
  packages: readonly string[] | 'any';
  parts: readonly string[];
  types?: readonly string[];
}[] = [
  {
    // The only parser of code, and the only use of Node's type stripper, in the domain: both are functions of a text.
    of: /^src\/domain\/heal\/source\/parsed-source\.ts$/,
    packages: ['acorn', 'acorn-walk', 'node:module'],
    parts: ['src/domain/'],
  },
  {
    of: /^src\/domain\//,
    packages: [
      'zod',
      'node:crypto',
      'node:zlib',
      'croner',
      'fastest-levenshtein',
      'gray-matter',
      'ms',
      'picomatch',
      'yaml',
    ],
    parts: ['src/domain/'],
  },
  { of: /^src\/((repo|sandbox)-)?port(s)?\.ts$/, packages: [], parts: [], types: ['src/domain/', 'src/ports.ts'] },
  {
    of: /^src\/script\.ts$/,
    packages: ['zod'],
    parts: [],
    types: ['src/domain/forge.ts', 'src/domain/forge-words.ts'],
  },
  { of: /^src\/prompts\//, packages: [], parts: ['src/domain/', 'src/prompts/'], types: ['src/ports.ts'] },
  { of: /^src\/flows\//, packages: [], parts: ['src/domain/', 'src/prompts/', 'src/flows/'], types: PORTS },
  {
    of: /^src\/view\//,
    packages: ['cli-table3'],
    parts: ['src/domain/', 'src/view/'],
    types: ['src/flows/', 'src/ports.ts'],
  },
  { of: /^src\/adapters\//, packages: 'any', parts: ['src/domain/', 'src/adapters/', 'src/retry/'], types: PORTS },
  { of: /^src\/llm\//, packages: 'any', parts: ['src/domain/', 'src/llm/', 'src/retry/'], types: PORTS },
  {
    of: /^src\/child\//,
    packages: 'any',
    parts: ['src/domain/', 'src/child/', 'src/script.ts', 'src/lean-zod.ts', 'src/script-child.ts'],
  },
  { of: /^src\/script-child\.ts$/, packages: 'any', parts: ['src/domain/', 'src/child/', 'src/script.ts'] },
  {
    of: /^src\/compose\.ts$/,
    packages: ['node:path', 'yocto-spinner'],
    parts: ['src/domain/', 'src/adapters/', 'src/llm/'],
    types: ['src/flows/', 'src/ports.ts'],
  },
  {
    of: /^src\/compose-heal\.ts$/,
    packages: ['node:fs/promises', 'node:path', 'node:url'],
    parts: ['src/domain/', 'src/adapters/', 'src/compose.ts'],
    types: ['src/flows/'],
  },
  {
    of: /^src\/compose-memory\.ts$/,
    packages: ['node:fs/promises'],
    parts: ['src/domain/', 'src/adapters/', 'src/compose.ts'],
    types: ['src/flows/'],
  },
  {
    of: /^src\/cli\.ts$/,
    packages: ['commander'],
    parts: [
      'src/commands/',
      'src/compose.ts',
      'src/compose-heal.ts',
      'src/compose-memory.ts',
      'src/domain/',
      'src/flows/',
      'src/view/',
    ],
    types: ['src/ports.ts'],
  },
  {
    of: /^src\/commands\//,
    packages: ['commander'],
    parts: ['src/commands/', 'src/domain/', 'src/flows/', 'src/view/'],
    types: ['src/compose.ts', 'src/compose-heal.ts', 'src/compose-memory.ts', 'src/ports.ts'],
  },
  { of: /^src\/retry\//, packages: ['p-retry'], parts: [], types: ['src/ports.ts'] },
  { of: /^src\/lean-zod\.ts$/, packages: ['node:module'], parts: [] },
  { of: /^src\/steward\.js$/, packages: ['node:module'], parts: ['src/cli.ts', 'src/lean-zod.ts'] },
];

/** The one file of src in which each package stands; zod is the language of schemas and may stand anywhere. */
const PACKAGE_HOMES = {
  '@actions/core': 'src/adapters/actions-page.ts',
  '@actions/github': 'src/adapters/actions-event.ts',
  '@anthropic-ai/sdk': 'src/llm/anthropic.ts',
  '@google/generative-ai': 'src/llm/gemini.ts',
  '@octokit/rest': 'src/adapters/github/client.ts',
  acorn: 'src/domain/heal/source/parsed-source.ts',
  'acorn-walk': 'src/domain/heal/source/parsed-source.ts',
  'cli-table3': 'src/view/text-table.ts',
  commander: 'src/cli.ts',
  croner: 'src/domain/cron-ticks.ts',
  execa: 'src/adapters/script-git.ts',
  'fastest-levenshtein': 'src/domain/problem.ts',
  'gray-matter': 'src/domain/front-matter.ts',
  ms: 'src/domain/duration.ts',
  'p-retry': 'src/retry/repeat-call.ts',
  picomatch: 'src/domain/writes.ts',
  'simple-git': 'src/adapters/git-process.ts',
  undici: 'src/adapters/guarded-fetch.ts',
  yaml: 'src/domain/yaml-object.ts',
  'yocto-spinner': 'src/compose.ts',
};

function forbiddenImports(file: SourceFile): string[] {
  const rule = RULES.find(({ of }) => of.test(file.path));
  if (!rule) return [`${file.path} belongs to no part of src`];
  return file.imports.flatMap(({ source, path, isTypeOnly, line }) => {
    const within = (parts: readonly string[] = []) => parts.some((part) => path?.startsWith(part));
    const isPackageAllowed = rule.packages === 'any' || rule.packages.includes(source);
    const isAllowed = path === undefined ? isPackageAllowed : within(rule.parts) || (isTypeOnly && within(rule.types));
    return isAllowed ? [] : [`${file.path}:${line} imports ${isTypeOnly ? 'types of ' : ''}${source}`];
  });
}

describe('imports', () => {
  it('point inward', () => {
    expect(src.length).toBeGreaterThan(50);
    expect(src.flatMap(forbiddenImports)).toEqual([]);
  });

  it('are refused when they do not', () => {
    const bad = (path: string, text: string) => forbiddenImports(parseSource(path, text));
    expect(bad('src/domain/x.ts', "import { readFile } from 'node:fs/promises';")).toHaveLength(1);
    expect(bad('src/domain/x.ts', "import type { Clock } from '../ports.ts';")).toHaveLength(1);
    expect(bad('src/flows/x.ts', "import type { GitRepo } from '../adapters/git-repo.ts';")).toHaveLength(1);
    expect(bad('src/flows/x.ts', "export { x } from '../llm/client.ts';")).toHaveLength(1);
    expect(bad('src/flows/x.ts', "const x = await import('../adapters/http.ts');")).toHaveLength(1);
    expect(bad('src/view/x.ts', "import { runCycle } from '../flows/cycle.ts';")).toHaveLength(1);
    expect(bad('src/adapters/x.ts', "import type { Context } from '../flows/cycle-context.ts';")).toHaveLength(1);
    expect(
      bad('src/flows/x.ts', "import { a } from '../domain/a.ts';\nimport type { Clock } from '../ports.ts';"),
    ).toEqual([]);
  });

  it('of each package stand in one file, and every dependency is used', () => {
    const isPackage = (source: string) => !source.startsWith('.') && !source.startsWith('node:') && source !== 'zod';
    const homes = new Map<string, Set<string>>();
    for (const file of src)
      for (const { source } of file.imports.filter((each) => isPackage(each.source) && !each.isTypeOnly)) {
        const name = source
          .split('/')
          .slice(0, source.startsWith('@') ? 2 : 1)
          .join('/');
        homes.set(name, (homes.get(name) ?? new Set()).add(file.path));
      }
    expect(Object.fromEntries([...homes].map(([name, files]) => [name, [...files].join(' ')]).sort())).toEqual(
      PACKAGE_HOMES,
    );
  });

  it('lead from execution/ to nothing of src but the script API', () => {
    const strays = execution.flatMap((file) =>
      file.imports
        .filter(({ path }) => path !== undefined && !path.startsWith('execution/lib/') && path !== 'src/script.ts')
        .map(({ source, line }) => `${file.path}:${line} imports ${source}`),
    );
    expect(strays).toEqual([]);
  });

  it('name the file they mean, with its ending', () => {
    const vague = [...src, ...execution].flatMap((file) =>
      file.imports
        .filter(({ path }) => path !== undefined && !/\.(ts|js|json)$/.test(path))
        .map(({ source }) => `${file.path} ${source}`),
    );
    expect(vague).toEqual([]);
  });
});

const isCall = (node: SyntaxNode, object: string, property: string) =>
  node.type === 'MemberExpression' &&
  isNode(node.object) &&
  node.object.name === object &&
  isNode(node.property) &&
  node.property.name === property;

/** A use of the global `process`, not a property or key of that name. */
const isProcess = (node: SyntaxNode, parent: SyntaxNode | undefined) =>
  node.type === 'Identifier' &&
  node.name === 'process' &&
  !(parent?.type === 'MemberExpression' && parent.property === node && parent.computed === false) &&
  !(parent?.type === 'Property' && parent.key === node && parent.shorthand !== true);

const isClockless = (node: SyntaxNode) =>
  /^(New|Call)Expression$/.test(node.type) &&
  isNode(node.callee) &&
  node.callee.name === 'Date' &&
  (node.type === 'CallExpression' || (Array.isArray(node.arguments) && node.arguments.length === 0));

function uses(
  files: readonly SourceFile[],
  isUse: (node: SyntaxNode, parent: SyntaxNode | undefined) => boolean,
): string[] {
  const found: string[] = [];
  for (const file of files) file.walk((node, parent) => isUse(node, parent) && found.push(at(file, node)));
  return found;
}

const files = (found: readonly string[]) => [...new Set(found.map((place) => place.split(':')[0] ?? ''))];

describe('the hidden inputs', () => {
  const ENTRIES = /^src\/(cli\.ts|compose(-heal|-memory)?\.ts|script-child\.ts|steward\.js|child\/)/;
  const inner = [...src.filter(({ path }) => !ENTRIES.test(path)), ...execution];

  it('clock and chance come through the port only', () => {
    const hidden = (node: SyntaxNode) =>
      isCall(node, 'Date', 'now') || isCall(node, 'Math', 'random') || isClockless(node);
    expect(uses(inner, hidden)).toEqual([]);
    const sample = parseSource(
      'src/x.ts',
      'Date.now(); new Date(); Date(); Math.random(); new Date(5); const now = 1;',
    );
    expect(uses([sample], hidden)).toHaveLength(4);
  });

  it('the process is touched by the entries only', () => {
    expect(files(uses(inner, isProcess))).toEqual([
      // Kills the process group of a script.
      'src/adapters/script-process.ts',
    ]);
    expect(inner.flatMap(({ imports }) => imports).filter(({ source }) => source === 'node:process')).toEqual([]);
    const sample = parseSource(
      'src/x.ts',
      'process.env; const { env } = process; a.process; ({ process: 1 }); f(process);',
    );
    expect(uses([sample], isProcess)).toHaveLength(3);
  });

  it('nobody ends the process but its entries', () => {
    expect(files(uses([...src, ...execution], (node) => isCall(node, 'process', 'exit')))).toEqual([
      // A script's process: its agent is gone, or it is done and must not linger over what the script left open.
      'src/child/agent-line.ts',
      'src/script-child.ts',
    ]);
  });
});

describe('files', () => {
  it('have at most 250 lines', () => {
    expect(
      [...src, ...execution].filter(({ lines }) => lines > 250).map(({ path, lines }) => `${path} has ${lines}`),
    ).toEqual([]);
  });

  it('have functions of at most 40 lines', () => {
    const isFunction = (node: SyntaxNode) =>
      /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
    const long = (file: SourceFile) => {
      const found: string[] = [];
      file.walk((node) => {
        const length = file.lineOf(node, 'end') - file.lineOf(node) + 1;
        if (isFunction(node) && length > 40) found.push(at(file, node, `has ${length} lines`));
      });
      return found;
    };
    expect([...src, ...execution].flatMap(long)).toEqual([]);
    const text = `class A {\n  #m(a: string): void {${'\n'.repeat(39)}  }\n  n() {${'\n'.repeat(40)}}\n}`;
    expect(long(parseSource('src/x.ts', text))).toEqual(['src/x.ts:42 has 41 lines']);
  });

  it('are named for what they hold, and are no barrels', () => {
    const vague = /(^|[/_-])(utils?|helpers?|common|misc|shared|index)([_-]|\.|\/)/;
    expect(
      [...src, ...execution, ...sourceFiles('test')].map(({ path }) => path).filter((path) => vague.test(path)),
    ).toEqual([]);
    expect(
      vague.test('src/domain/string-utils.ts') && vague.test('src/helpers/x.ts') && vague.test('src/index.ts'),
    ).toBe(true);
  });

  it('hold no enum, no namespace and no state of their own', () => {
    const isBanned = (node: SyntaxNode, parent: SyntaxNode | undefined) =>
      node.type === 'TSEnumDeclaration' ||
      (node.type === 'TSModuleDeclaration' && node.declare !== true) ||
      (node.type === 'VariableDeclaration' &&
        node.kind !== 'const' &&
        /^(Program|ExportNamedDeclaration)$/.test(parent?.type ?? ''));
    expect(uses([...src, ...execution], isBanned)).toEqual([]);
    const sample = parseSource(
      'src/x.ts',
      'enum A { B }\nlet a = 1;\nexport let b = 1;\nconst c = () => { let d = 1; return d; };',
    );
    expect(uses([sample], isBanned)).toEqual(['src/x.ts:1', 'src/x.ts:2', 'src/x.ts:3']);
  });
});
