import { appendFile, mkdir } from 'node:fs/promises';
import { execa } from 'execa';
import type { Tree } from '../git-fixture.ts';

/** The bare repository behind the fake, worked on with git's plumbing: no work tree, one process a question. */
export interface BareRepository {
  path: string;
  /** Output without the newline at its end; throws with git's words. */
  git(...args: string[]): Promise<string>;
  /** The same, but undefined when git says no. */
  ask(...args: string[]): Promise<string | undefined>;
  /** The commit that a branch, tag or id names, if any. */
  commitOf(name: string): Promise<string | undefined>;
  /** The content of a file at a commit, if it is there. */
  read(commit: string, path: string): Promise<string | undefined>;
  /** The bytes of a blob, by its id. */
  readBlob(sha: string): Promise<Buffer>;
  /** Commits changes on top of a branch, which it makes when there is none; gives the commit. */
  commit(change: Change): Promise<string>;
  /** Stores a commit given as git's own text, without moving any ref; gives its id. */
  writeCommit(text: string): Promise<string>;
  /** Takes a pack in, as a push brings it, without moving any ref. */
  takePack(pack: Uint8Array): Promise<void>;
}

export interface Change {
  branch: string;
  files: Tree;
  message: string;
  login: string;
  at: string;
  /** The commit below, when it is not the branch's own. */
  from?: string;
}

/** Git reads nothing of the machine's own setup. */
export const GIT_ENVIRONMENT = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};

/** A ref or an id; GitHub takes no expressions such as `main~1`. */
const PLAIN_NAME = /^[^-~^:@?*[\\\s][^~^:?*[\\\s]*$/;

/** What GitHub's servers allow, and no maintenance that would race with a test's end. */
const CONFIG = `[http]
	receivepack = true
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[gc]
	auto = 0
[receive]
	autogc = false
[maintenance]
	auto = false
`;

export async function createBareRepository(path: string, branch: string): Promise<BareRepository> {
  await mkdir(path, { recursive: true });
  const run = (args: readonly string[], input?: string | Uint8Array) =>
    execa('git', args, {
      cwd: path,
      extendEnv: false,
      env: GIT_ENVIRONMENT,
      ...(input === undefined ? {} : { input }),
    });
  await run(['init', '--quiet', '--bare', `--initial-branch=${branch}`]);
  await appendFile(`${path}/config`, CONFIG);
  const git = async (...args: string[]) => (await run(args)).stdout;
  const ask = (...args: string[]) => git(...args).catch(() => undefined);
  const commitOf = async (name: string) =>
    PLAIN_NAME.test(name) ? ask('rev-parse', '--verify', '--quiet', `${name}^{commit}`) : undefined;
  return {
    path,
    git,
    ask,
    commitOf,
    async read(commit, file) {
      const sha = await ask('rev-parse', '--verify', '--quiet', `${commit}:${file}`);
      return sha === undefined ? undefined : (await readBlob(path, sha)).toString('utf8');
    },
    readBlob: (sha) => readBlob(path, sha),
    async commit(change) {
      const ref = `refs/heads/${change.branch}`;
      const from = change.from ?? (await commitOf(ref));
      await run(['fast-import', '--quiet', '--date-format=rfc2822', '--force'], importStream({ ...change, ref, from }));
      return git('rev-parse', ref);
    },
    async writeCommit(text) {
      return (await run(['hash-object', '-t', 'commit', '-w', '--stdin'], text)).stdout;
    },
    async takePack(pack) {
      await run(['index-pack', '--stdin', '--fix-thin'], pack);
    },
  };
}

async function readBlob(cwd: string, sha: string): Promise<Buffer> {
  const options = {
    cwd,
    extendEnv: false,
    env: GIT_ENVIRONMENT,
    encoding: 'buffer',
    stripFinalNewline: false,
  } as const;
  const { stdout } = await execa('git', ['cat-file', 'blob', sha], options);
  return Buffer.from(stdout);
}

/** The mail address that GitHub gives to people who keep theirs private. */
export const mailOf = (login: string) => `${login}@users.noreply.github.com`;

function importStream(change: Omit<Change, 'from'> & { ref: string; from: string | undefined }): Uint8Array {
  const { ref, from, files, message, login, at } = change;
  const who = `${login} <${mailOf(login)}> ${new Date(at).toUTCString().replace('GMT', '+0000')}`;
  const block = (content: string | Uint8Array) => {
    const bytes = Buffer.from(content);
    return [Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')];
  };
  const head = [`commit ${ref}\n`, `author ${who}\n`, `committer ${who}\n`].map((line) => Buffer.from(line));
  const changes = Object.entries(files).flatMap(([path, content]) =>
    content === null
      ? [Buffer.from(`D ${JSON.stringify(path)}\n`)]
      : [Buffer.from(`M 100644 inline ${JSON.stringify(path)}\n`), ...block(content)],
  );
  const below = from === undefined ? [] : [Buffer.from(`from ${from}\n`)];
  return Buffer.concat([...head, ...block(message), ...below, ...changes]);
}
