import { GithubForge } from '../../src/adapters/github/forge.ts';
import { forgeFor } from '../../src/flows/script-forge.ts';
import type { ScriptRun } from '../../src/ports.ts';
import { type GitFixture, gitFixture, type Tree } from './git-fixture.ts';
import { type GitHub, type GitHubOptions, startGitHub } from './github/start-github.ts';
import { manualClock } from './manual-clock.ts';
import { runScript, type ScriptTest, TEST_NOW } from './run-script.ts';

/** A script's workspace, and the fake GitHub that its `context.forge` reaches through the agent's own adapter. */
export interface ScriptOnGitHub {
  github: GitHub;
  repo: GitFixture;
  run(input?: Record<string, unknown>, more?: Partial<ScriptTest>): Promise<ScriptRun>;
}

/**
 * Runs one script as the agent does where there is a GitHub:
 *
 *     const stage = await scriptOnGitHub({ script: 'uptime_check', forge: ['issues.upsert'], writes: ['knowledge/**'] });
 *     outputOf(await stage.run({ urls: [server.url] }));
 *     expect(stage.github.state.issues).toHaveLength(1);
 *
 * `forge` are the operations its directive lists. `more.now` is the time of that run: both sides see it.
 */
export async function scriptOnGitHub(options: {
  script: string;
  forge: readonly string[];
  writes?: readonly string[];
  tree?: Tree;
  github?: Partial<GitHubOptions>;
}): Promise<ScriptOnGitHub> {
  let now = TEST_NOW;
  const github = await startGitHub({ repository: 'octo/house', now: () => now, ...options.github });
  const token = github.token({
    login: 'github-actions[bot]',
    permissions: {
      contents: 'write',
      issues: 'write',
      'pull-requests': 'write',
      actions: 'write',
      administration: 'read',
    },
  });
  const repo = await gitFixture({ 'README.md': '# House\n', ...options.tree });
  const access = { token, repository: 'octo/house', apiUrl: github.apiUrl };
  return {
    github,
    repo,
    run(input = {}, more = {}) {
      now = more.now ?? TEST_NOW;
      const forge = new GithubForge(access, { clock: manualClock(now.toISOString()), redact: (text) => text });
      return runScript({
        script: options.script,
        workspace: repo.path,
        writes: options.writes ?? [],
        forge: forgeFor(forge, { operations: options.forge, isLooking: false }),
        input,
        ...more,
      });
    },
  };
}
