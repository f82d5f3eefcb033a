import type { Issue, Pull } from '../../../src/script.ts';
import { ciTable, type WorkflowHealth } from '../ci-health.ts';
import { code, counted, paragraphs, table } from '../markdown-text.ts';
import { quoted } from '../outside-text.ts';
import { numberLink } from '../threshold/number-link.ts';

/** What GitHub tells of the repository; a part is absent where it does not. */
export interface StatusOnGithub {
  defaultBranch: string;
  issues?: readonly Issue[] | undefined;
  pulls?: readonly Pull[] | undefined;
  ci?: readonly WorkflowHealth[] | undefined;
  /** Rows a table may have. */
  top: number;
}

/** Rolling issues are the agent's messages, not the repository's work. */
export const peoplesIssues = (issues: readonly Issue[]): Issue[] =>
  issues.filter(({ labels }) => !labels.includes('steward'));

/** The sections of the status page that GitHub tells: who waits longest comes first. Empty without any. */
export function statusOnGithub({ defaultBranch, issues, pulls, ci, top }: StatusOnGithub): string {
  return paragraphs(
    pulls ? section('Pull requests', waiting(pulls, top, 'pull request')) : '',
    issues ? section('Issues', waiting(issues, top, 'issue')) : '',
    ci && ci.length > 0
      ? section(`Workflows on ${code(defaultBranch)}`, ciTable(ci, 'Good runs are counted among the last 20.'))
      : '',
  );
}

const section = (title: string, text: string): string => paragraphs(`## ${title}`, text);

function waiting(items: readonly (Issue | Pull)[], top: number, noun: string): string {
  if (items.length === 0) return `No open ${noun}s.`;
  const oldest = items.toSorted((a, b) =>
    a.created < b.created ? -1 : a.created > b.created ? 1 : a.number - b.number,
  );
  const rows = oldest
    .slice(0, top)
    .map((item) => [numberLink(item), item.created.slice(0, 10), quoted(item.author, 40), quoted(item.title, 100)]);
  const rest = items.length > top ? `and ${counted(items.length - top, 'younger one')}` : '';
  return paragraphs(
    `**${counted(items.length, `open ${noun}`)}**, the longest waiting first.`,
    table(['Number', 'Opened', 'By', 'Title'], rows),
    rest,
  );
}
