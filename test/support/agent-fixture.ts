import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Entry, LedgerRecord } from '../../src/domain/record.ts';
import { type GitFixture, gitFixture, type Tree, temporaryFolder } from './git-fixture.ts';

const cli = fileURLToPath(new URL('../../src/steward.js', import.meta.url));

/** A script that counts a folder's files into a report; deterministic, no effect outside the repository. */
export const COUNT_SCRIPT = `import { z } from 'zod';
import { readdirSync, writeFileSync } from 'node:fs';
import { defineScript } from '../src/script.ts';
export default defineScript({
  summary: 'Counts the directives.',
  input: z.object({ word: z.string().default('files') }),
  output: z.object({ count: z.int() }),
  async run(context, input) {
    const count = readdirSync(\`\${context.workspace}/directives\`).length;
    writeFileSync(\`\${context.workspace}/out/count.txt\`, \`\${input.word} \${count}\\n\`);
    return { count };
  },
});
`;

/** The criterion of COUNT_SCRIPT: looks at the file, not at the step. */
export const CHECK_COUNT_SCRIPT = `import { z } from 'zod';
import { readFileSync } from 'node:fs';
import { defineScript } from '../src/script.ts';
export default defineScript({
  summary: 'Checks the report.',
  input: z.object({ count: z.int() }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, input) {
    const text = readFileSync(\`\${context.workspace}/out/count.txt\`, 'utf8').trim();
    return { ok: text.endsWith(String(input.count)), reason: text };
  },
});
`;

export const COUNT_DIRECTIVE = `---
every: 1d
effects: repo
writes: ["out/**"]
---
# Directive: count
## Goal
Keep a count of the directives.
## Inputs
- word: string (default: files)
## Tools
- execution/count.ts --word {word}
## Success Criteria
- execution/check_count.ts --count {steps.1.count}
`;

/** A config with which scripts may ask a server of the test. */
export const LOCAL_NETWORK: Tree = { '.github/steward.yml': 'network: { allow: ["127.0.0.1"] }\n' };

export const COUNT_TREE: Tree = {
  'README.md': '# A repository\n',
  'directives/count.md': COUNT_DIRECTIVE,
  'execution/count.ts': COUNT_SCRIPT,
  'execution/check_count.ts': CHECK_COUNT_SCRIPT,
};

/** A directive whose one step posts to a server outside, with a find() that asks the server. */
export const POST_TREE: Tree = {
  ...LOCAL_NETWORK,
  'README.md': '# A repository\n',
  'directives/post.md': `---
every: 1d
---
# Directive: post
## Goal
Post once a day.
## Inputs
- url: string (required)
## Tools
- execution/post.ts --url {url}
`,
  'execution/post.ts': `import { z } from 'zod';
import { defineScript } from '../src/script.ts';
export default defineScript({
  summary: 'Posts.',
  input: z.object({ url: z.url() }),
  output: z.object({ id: z.string() }),
  async run(context, input) {
    const response = await context.fetch(input.url, { method: 'POST', body: context.key });
    return { id: await response.text() };
  },
  async find(context, input) {
    const response = await context.fetch(\`\${input.url}?key=\${context.key}\`);
    return response.status === 404 ? { absent: true } : { found: { id: await response.text() } };
  },
});
`,
};

export interface CliResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface AgentFixture extends GitFixture {
  /** Runs the CLI as a child in this clone, with an empty HOME and none of the machine's environment. */
  steward(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<CliResult>;
  /** `cycle --json`, parsed; throws with the CLI's words when it fails. */
  cycle(
    args?: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<{ idle: boolean; entry: Entry; commit: string; pushed: boolean }>;
  /** Every record of the clone's committed ledger. */
  records(): Promise<LedgerRecord[]>;
}

/** A repository with the given tree, and what a test does with the agent in it. */
export async function agentFixture(tree: Tree): Promise<AgentFixture> {
  return withAgent(await gitFixture(tree));
}

export async function withAgent(repo: GitFixture): Promise<AgentFixture> {
  const home = await temporaryFolder('steward-home-');
  const steward: AgentFixture['steward'] = async (args, environment = {}) => {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [cli, ...args], {
      cwd: repo.path,
      env: cliEnvironment(home, environment),
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
    });
    return { exitCode: exitCode ?? -1, stdout, stderr };
  };
  return {
    ...repo,
    steward,
    async cycle(args = [], environment = {}) {
      const { exitCode, stdout, stderr } = await steward(['cycle', '--json', ...args], environment);
      if (exitCode !== 0) throw new Error(`steward cycle ended with ${exitCode}:\n${stderr}`);
      return JSON.parse(stdout);
    },
    async records() {
      const files = await repo.git('ls-tree', '-r', '--name-only', 'HEAD', 'ledger/');
      const days = files.split('\n').filter((path) => /^ledger\/\d{4}\/.*\.jsonl$/.test(path));
      const texts = await Promise.all(days.map((path) => repo.git('show', `HEAD:${path}`)));
      return texts.flatMap((text) =>
        text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      );
    },
  };
}

/** No key, no identity, no configuration but the test's own. */
export function cliEnvironment(home: string, extra: Readonly<Record<string, string>>): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    ...extra,
  };
}

export const stewardCli = cli;
