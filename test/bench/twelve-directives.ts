import type { Tree } from './bench-repo.ts';

interface Order {
  name: string;
  every: string;
  priority: number;
  goal: string;
  inputs?: readonly string[];
  tool: string;
}

/** What an agent that keeps a small product's repository may be told to do. */
const ORDERS: readonly Order[] = [
  {
    name: 'repo_status',
    every: '1d',
    priority: 40,
    goal: 'Keep one page that shows at a glance what happened in this repository: activity, open branches, hot files, authors.',
    tool: 'repo_status.ts --days 7',
  },
  {
    name: 'check_links',
    every: '1d',
    priority: 50,
    goal: 'Find relative links and anchors in Markdown that lead nowhere, before a reader does.',
    tool: 'check_links.ts',
  },
  {
    name: 'dependency_report',
    every: '1w',
    priority: 45,
    goal: 'List outdated and deprecated packages with the jump that each update would be.',
    tool: 'dependency_report.ts',
  },
  {
    name: 'publish_blog_post',
    every: '1d',
    priority: 60,
    goal: 'Publish one useful post for developers who consider the product, on a topic that was not covered in the last month.',
    inputs: ['topic: string (required)', 'target_keywords: list[str] (required)'],
    tool: 'generate_blog.ts --topic {topic} --keywords {target_keywords}',
  },
  {
    name: 'social_posts',
    every: '12h',
    priority: 35,
    goal: 'Tell followers about the newest post or release, once, in the words of the house.',
    inputs: ['message: string (required)'],
    tool: 'queue_social.ts --message {message}',
  },
  {
    name: 'answer_issues',
    every: '6h',
    priority: 70,
    goal: 'Give every new issue a first answer within a day: label it, ask for what is missing, link what is known.',
    tool: 'answer_issues.ts --limit 5',
  },
  {
    name: 'site_health',
    every: '1h',
    priority: 80,
    goal: 'Make sure the site answers, its certificate is valid for two more weeks and no page takes longer than two seconds.',
    tool: 'site_health.ts',
  },
  {
    name: 'search_ranking',
    every: '1w',
    priority: 30,
    goal: 'Record where the site ranks for the twenty queries that matter and what changed since last week.',
    tool: 'search_ranking.ts',
  },
  {
    name: 'changelog',
    every: '1d',
    priority: 40,
    goal: 'Keep CHANGELOG.md in step with what was merged, in words a user understands.',
    tool: 'changelog.ts',
  },
  {
    name: 'cost_report',
    every: '1d',
    priority: 25,
    goal: 'Show what the services of this house cost this month, against the plan, and warn before a limit is reached.',
    tool: 'cost_report.ts',
  },
  {
    name: 'stale_branches',
    every: '1w',
    priority: 20,
    goal: 'Name branches without a commit for two months and pull requests without an answer for two weeks.',
    tool: 'stale_branches.ts',
  },
  {
    name: 'newsletter',
    every: '2w',
    priority: 55,
    goal: 'Draft the newsletter from what was published and merged since the last one; a person sends it.',
    inputs: ['subject: string (required)'],
    tool: 'newsletter.ts --subject {subject}',
  },
];

/** The directives and the scripts they name, which are never run here. */
export const TWELVE_DIRECTIVES: Tree = {
  'README.md': '# A house\n',
  ...Object.fromEntries(
    ORDERS.flatMap((order) => [directiveFile(order), [`execution/${scriptOf(order)}`, 'export {};\n']]),
  ),
};

function scriptOf({ tool }: Order): string {
  return tool.split(' ')[0] ?? '';
}

function directiveFile({ name, every, priority, goal, inputs = [], tool }: Order): [string, string] {
  const front = `---\nevery: ${every}\npriority: ${priority}\neffects: repo\nwrites: ["knowledge/reports/**"]\n---\n`;
  const inputPart = inputs.length > 0 ? `## Inputs\n${inputs.map((input) => `- ${input}\n`).join('')}` : '';
  const rest = `## Tools\n- execution/${tool}\n## Success Criteria\n- The page says when it was made\n## Known Failure Modes\n- The network is down: the step is skipped and comes up again\n`;
  return [`directives/${name}.md`, `${front}# Directive: ${name}\n## Goal\n${goal}\n${inputPart}${rest}`];
}
