/**
 * Which git commands a script may ask the agent to run: those that only read what is committed. An allow-list, since
 * git has hundreds of options and some of the innocent ones write files, run programs or talk to a remote.
 *
 * Three rules keep the list short and exact. An option is one argument (`--max-count=5`, not `-n 5`), spelled out
 * (git itself would take `--outp` for `--output`), and nothing else may start with a dash, not even behind `--`,
 * because not every git command stops reading options there.
 */

/** Options by command. One that ends in `=` needs a value; the same name with and without is two entries. */
const WALK = [
  '--all',
  '--branches',
  '--remotes',
  '--tags',
  '--first-parent',
  '--full-history',
  '--merges',
  '--no-merges',
  '--reverse',
  '--date-order',
  '--topo-order',
  '--no-walk',
  '--regexp-ignore-case',
  '--since=',
  '--until=',
  '--after=',
  '--before=',
  '--author=',
  '--committer=',
  '--grep=',
  '--invert-grep',
  '--max-count=',
  '--skip=',
  '--max-parents=',
  '--min-parents=',
  '--left-right',
];
const PATCH = [
  '-z',
  '-p',
  '--patch',
  '--no-patch',
  '--stat',
  '--numstat',
  '--shortstat',
  '--name-only',
  '--name-status',
  '--no-renames',
  '--diff-filter=',
  '--unified=',
  '--no-color',
];
const PRETTY = ['--format=', '--pretty=', '--date=', '--oneline', '--abbrev-commit', '--abbrev=', '--no-abbrev-commit'];
const TREE = ['-z', '--name-only', '--full-name'];

const READING_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  log: [...WALK, ...PATCH, ...PRETTY],
  show: [...PATCH, ...PRETTY],
  'rev-list': [...WALK, '--count', '--parents', '--timestamp', '--abbrev-commit'],
  shortlog: [...WALK, '-s', '-n', '-e', '--summary', '--numbered', '--email'],
  diff: PATCH,
  'for-each-ref': [
    '--format=',
    '--sort=',
    '--count=',
    '--merged',
    '--merged=',
    '--no-merged',
    '--no-merged=',
    '--contains=',
    '--no-contains=',
    '--points-at=',
  ],
  'rev-parse': [
    '--verify',
    '--quiet',
    '--short',
    '--short=',
    '--abbrev-ref',
    '--symbolic-full-name',
    '--is-shallow-repository',
    '--is-bare-repository',
    '--show-toplevel',
  ],
  'ls-files': ['-z', '-s', '--stage', '--cached', '--full-name', '--deduplicate'],
  'ls-tree': [...TREE, '-r', '-t', '-d', '-l', '--long', '--full-tree'],
  describe: ['--all', '--tags', '--always', '--long', '--exact-match', '--first-parent', '--abbrev=', '--match='],
  'cat-file': ['-p', '-t', '-s', '-e'],
  blame: ['-l', '-s', '-t', '-w', '--porcelain', '--line-porcelain', '--root', '--date=', '--since='],
  'merge-base': ['--all', '--octopus', '--independent', '--is-ancestor'],
  'name-rev': ['--name-only', '--tags', '--always', '--refs='],
};

/** A commit by name. Neither a path outside (`/etc`, `../x`) nor an object inside a tree (`HEAD:file`) looks like this. */
const COMMIT = /^(?!.*\.\.)[\p{L}\p{N}_@][\p{L}\p{N}\p{M}_./@{}^~+#-]*$/u;
/** To verify a signature, git starts the program that `gpg.program` names. */
const CHECKS_SIGNATURES = /%[-+ ]?G|signature/i;
/** What `--format` may name instead of spelling it out; any other name is looked up in the repository's config. */
const FORMAT_NAMES = ['oneline', 'short', 'medium', 'full', 'fuller', 'reference', 'email', 'raw'];

/** Why the agent does not run `git ...args` for a script; undefined when it only reads committed history. */
export function refuseGitArguments(args: readonly string[]): string | undefined {
  const [command = '', ...rest] = args;
  const options = Object.hasOwn(READING_OPTIONS, command) ? READING_OPTIONS[command] : undefined;
  if (!options)
    return `\`git ${command}\` is not one of the reading commands: ${Object.keys(READING_OPTIONS).join(', ')}`;
  if (rest.some((arg) => arg.includes('\0'))) return 'an argument holds a NUL character';
  const split = rest.indexOf('--');
  const front = split === -1 ? rest : rest.slice(0, split);
  const paths = split === -1 ? undefined : rest.slice(split + 1);
  const refusals = front.filter((arg) => arg.startsWith('-')).map((arg) => refuseOption(command, arg, options));
  const dashed = paths?.find((path) => path.startsWith('-'));
  if (dashed !== undefined)
    return `\`${dashed}\` behind \`--\`: write a path that starts with a dash as \`./${dashed}\``;
  return (
    refusals.find((refusal) => refusal !== undefined) ??
    refuseWorkTree(command, { revisions: front.filter((arg) => !arg.startsWith('-')), paths })
  );
}

function refuseOption(command: string, arg: string, options: readonly string[]): string | undefined {
  const value = arg.indexOf('=');
  const name = value === -1 ? arg : arg.slice(0, value + 1);
  if (!options.includes(name)) {
    return `\`git ${command}\` may not have \`${arg}\`; it takes exactly ${options.join(' ')}`;
  }
  const text = arg.slice(value + 1);
  if (name === '--format=' || name === '--pretty=') return refuseFormat(text);
  return name === '--sort=' && CHECKS_SIGNATURES.test(text) ? `the order \`${text}\` would run a program` : undefined;
}

function refuseFormat(format: string): string | undefined {
  if (CHECKS_SIGNATURES.test(format)) return `the format \`${format}\` would run a program to check signatures`;
  if (format.includes('%') || FORMAT_NAMES.includes(format)) return undefined;
  return `the format \`${format}\` is none of ${FORMAT_NAMES.join(', ')} and has no placeholder`;
}

/** Work tree files pass through the filters that the repository configures, which are programs; commits do not. */
function refuseWorkTree(
  command: string,
  { revisions, paths }: { revisions: readonly string[]; paths: readonly string[] | undefined },
): string | undefined {
  if (command === 'diff') {
    const isPair = revisions.length === 2 && revisions.every((revision) => COMMIT.test(revision));
    const isBetweenCommits = isPair || (revisions.length === 1 && revisions.every(isRange));
    return isBetweenCommits && paths ? undefined : 'git diff compares commits only: `A B --` or `A..B --`';
  }
  if (command === 'blame') {
    const isAtCommit = revisions.length === 1 && revisions.every((each) => COMMIT.test(each) || isRange(each));
    return isAtCommit && paths?.length === 1 ? undefined : 'git blame reads a commit: `COMMIT -- FILE`';
  }
  return undefined;
}

function isRange(revision: string): boolean {
  const [, from = '', to = ''] = /^(.+?)\.{2,3}([^.].*)$/.exec(revision) ?? [];
  return COMMIT.test(from) && COMMIT.test(to);
}
