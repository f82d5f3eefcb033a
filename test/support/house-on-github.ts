import { type AgentFixture, withAgent } from './agent-fixture.ts';
import { noteFigures } from './figures.ts';
import type { Tree } from './git-fixture.ts';
import { type GitHub, startGitHub } from './github/start-github.ts';

/** A repository on the fake GitHub, and the agent in a clone of it with the token of a job. */
export interface House {
  github: GitHub;
  agent: AgentFixture;
  /** What a job passes to the agent. `token` stands in GITHUB_TOKEN. */
  environment: Record<string, string>;
  /** A cycle in that environment; its output, parsed. */
  cycle: AgentFixture['cycle'];
  /** The CLI in that environment. */
  steward: AgentFixture['steward'];
}

const JOB = { contents: 'write', issues: 'write', 'pull-requests': 'write', actions: 'write' } as const;

/** `isRunner`: as in Actions, where a commit that can not be pushed vanishes and the pause switch must be passed on. */
export async function houseOnGitHub(tree: Tree, options: { isRunner?: boolean } = {}): Promise<House> {
  const github = await startGitHub({ repository: 'octo/house', tree });
  github.state.settings.mayActionsCreatePulls = true;
  const agent = await withAgent(await github.clone('github-actions[bot]'));
  await agent.git('branch', '--quiet', '--set-upstream-to=origin/main');
  const environment = {
    GITHUB_REPOSITORY: 'octo/house',
    GITHUB_TOKEN: github.token({ login: 'github-actions[bot]', permissions: JOB }),
    GITHUB_API_URL: github.apiUrl,
    GITHUB_SERVER_URL: github.url,
    ...(options.isRunner ? { GITHUB_ACTIONS: 'true', STEWARD_PAUSED: '', GITHUB_RUN_ID: '4711' } : {}),
  };
  return {
    github,
    agent,
    environment,
    async cycle(args, more = {}) {
      const report = await agent.cycle(args, { ...environment, ...more });
      await noteFigures(agent, report.entry, report.commit);
      return report;
    },
    steward: (args, more = {}) => agent.steward(args, { ...environment, ...more }),
  };
}

/** The body of an issue as GitHub makes it of the form .github/ISSUE_TEMPLATE/task.yml. */
export const taskBody = (directive: string, inputs = ''): string =>
  `### Directive\n\n${directive}\n\n### Inputs\n\n${inputs === '' ? '_No response_' : `\`\`\`yaml\n${inputs}\n\`\`\``}\n`;
