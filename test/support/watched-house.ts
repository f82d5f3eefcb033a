import { type GitFixture, gitFixture, type Tree } from './git-fixture.ts';
import { type GitHub, type GitHubOptions, startGitHub } from './github/start-github.ts';
import type { Conclusion } from './github/state.ts';
import { entry, genesis } from './ledger-samples.ts';
import type { ShellRun } from './shell-lab.ts';
import { ledgerTree, prettyProxy, type Transport, watchdogEnvironment, watchdogLab } from './watchdog-lab.ts';

/** A repository on GitHub, and the watchdog that looks after it. */
export interface WatchedHouse extends GitHub {
  /** The watchdog's checkout: no package.json, nothing installed. */
  checkout: GitFixture;
  /** One run of the watchdog at a time. */
  look(at: string, environment?: Readonly<Record<string, string>>): Promise<ShellRun>;
  /** What it changed on GitHub: `POST /issues` and the like, oldest first. */
  deeds(): string[];
  /** A run of cycle.yml that is over. */
  ranCycle(event: string, at: string, conclusion: Conclusion): Promise<void>;
}

export interface WatchedHouseOptions {
  /** The checkout. Default: a ledger whose last cycle is of LAST and waits for WAKE. */
  tree?: Tree;
  transport?: Transport;
  /** GitHub writes its JSON over many lines. */
  isPretty?: boolean;
  github?: Partial<GitHubOptions>;
  programs?: Readonly<Record<string, string>>;
}

export const LAST = '2026-03-04T14:30:00.000Z';
export const WAKE = '2026-03-05T00:00:00.000Z';
/** A look after the wake and the least margin. */
export const STALE = '2026-03-05T02:41:00Z';
/** The deed that starts a cycle. */
export const START = 'POST /actions/workflows/cycle.yml/dispatches';
export const BOT = 'github-actions[bot]';

export const lastEntry = entry({ timestamp: LAST, next_wake: WAKE });
export const LEDGER = ledgerTree([genesis, lastEntry]);

const WORKFLOW = 'on: { schedule: [{ cron: "17 * * * *" }], workflow_dispatch: }\njobs: {}\n';
export const WORKFLOWS: Tree = Object.fromEntries(
  ['cycle', 'consolidate', 'watchdog'].map((name) => [`.github/workflows/${name}.yml`, `name: ${name}\n${WORKFLOW}`]),
);

export async function watchedHouse(options: WatchedHouseOptions = {}): Promise<WatchedHouse> {
  const { tree = LEDGER, transport = 'curl', isPretty = false, programs = {} } = options;
  let now = '2026-03-04T14:00:00Z';
  const github = await startGitHub({
    ...{ repository: 'octo/house', tree: WORKFLOWS, now: () => new Date(now) },
    ...options.github,
  });
  const checkout = await gitFixture({ 'README.md': '# House\n', ...tree }, { at: '2026-03-01T00:00:00Z' });
  const apiUrl = isPretty ? await prettyProxy(github.apiUrl) : github.apiUrl;
  const own = {
    ...watchdogEnvironment(transport, apiUrl),
    GH_TOKEN: github.token({ login: BOT, permissions: { actions: 'write', issues: 'write', contents: 'read' } }),
    GITHUB_SERVER_URL: github.url,
  };
  return {
    ...github,
    checkout,
    async look(at, environment = {}) {
      now = at;
      const lab = await watchdogLab(transport, Date.parse(at), programs);
      return lab.run('watchdog.sh', checkout.path, { ...own, ...environment });
    },
    deeds: () =>
      github.requests
        .filter(({ method }) => method !== 'GET')
        .map(({ method, path }) => `${method} ${path.replace('/repos/octo/house', '')}`),
    async ranCycle(event, createdAt, conclusion) {
      github.act.finishRun(await github.act.startRun('cycle.yml', { event, createdAt }), conclusion);
    },
  };
}
