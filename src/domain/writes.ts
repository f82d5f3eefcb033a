import picomatch from 'picomatch';

/** What no directive may ever write: the agent, its rules, its tests and its books. */
export const PROTECTED_PATHS = [
  'src/**',
  '.github/**',
  '.git/**',
  '.ci/**',
  'execution/**',
  'test/**',
  'directives/**',
  'ledger/**',
  'node_modules/**',
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  '.npmrc',
  'tsconfig.json',
  '.gitattributes',
  '.gitignore',
  '.gitmodules',
  'knowledge/lessons.md',
  'knowledge/archive.md',
  'knowledge/daily/**',
  'knowledge/weekly/**',
] as const;

const isProtectedMatch = picomatch([...PROTECTED_PATHS], { dot: true, nocase: true });

export const isProtectedPath = (path: string): boolean => isProtectedMatch(path);

/** Why a pattern may not stand under `writes`; undefined when it may. */
export function refuseWritePattern(pattern: string): string | undefined {
  if (pattern === '' || pattern.startsWith('/') || /^[a-z]:/i.test(pattern)) return 'a path relative to the repository';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\\\u0000-\u001f\u007f]/.test(pattern)) return 'a path with forward slashes, on one line';
  if (pattern.split('/').some((part) => part === '..' || part === '.'))
    return 'a path that stays inside the repository, without . or ..';
  if (pattern.split('/').includes('')) return 'a file, or a folder as site/posts/**, without empty parts';
  if (pattern.toLowerCase().split('/').includes('.git')) return 'a path outside .git';
  if (/[!()[\]{}+@?]/.test(pattern)) return 'plain names with * or ** only';
  const root = writeRoot(pattern);
  if (root === '')
    return 'a folder first, such as site/posts/**: a pattern that starts with a wildcard covers protected files';
  if (couldTouchProtected(pattern, root))
    return 'a path outside src, .github, execution, test, directives, ledger and the package files';
  return undefined;
}

/** The fixed part of a pattern: `site/posts/**` -> `site/posts`, `README.md` -> `README.md`. */
export function writeRoot(pattern: string): string {
  const parts = pattern.split('/');
  const wild = parts.findIndex((part) => part.includes('*'));
  return (wild === -1 ? parts : parts.slice(0, wild)).join('/');
}

/** True when `writes` (patterns that passed refuseWritePattern) cover the path and nothing protects it. */
export function mayWrite(writes: readonly string[], path: string): boolean {
  return writes.length > 0 && picomatch([...writes], { dot: true })(path) && !isProtectedPath(path);
}

function couldTouchProtected(pattern: string, root: string): boolean {
  if (isProtectedPath(root) || isProtectedPath(`${root}/x`)) return true;
  const matches = picomatch(pattern, { dot: true, nocase: true });
  return PROTECTED_PATHS.some((path) => !path.includes('*') && matches(path));
}
