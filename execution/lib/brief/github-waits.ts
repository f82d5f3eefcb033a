import type { Issue, Pull, Release, ScriptContext } from '../../../src/script.ts';
import { askForge, isInterrupted, readValue } from '../forge-reading.ts';
import { code, cut } from '../markdown-text.ts';
import { quoted } from '../outside-text.ts';
import { numberLink } from '../threshold/number-link.ts';

const LISTED = 300;

export interface OpenOnGithub {
  /** Those that the agent keeps: they carry its label, which only people with rights can set. */
  issues: readonly Issue[];
  pulls: readonly Pull[];
  releases: readonly Release[];
}

/** Undefined where GitHub leaves off in the middle. What the token may not see counts as nothing. */
export async function readOpenOnGithub(context: ScriptContext): Promise<OpenOnGithub | undefined> {
  const { forge } = context;
  const issues = await askForge(context, () =>
    forge.issues.list({ state: 'open', labels: ['steward'], limit: LISTED }),
  );
  const pulls = await askForge(context, () => forge.pulls.list({ state: 'open', limit: LISTED }));
  const releases = await askForge(context, () => forge.releases.list({ limit: 30 }));
  if (isInterrupted([issues, pulls, releases])) return undefined;
  return { issues: readValue(issues) ?? [], pulls: readValue(pulls) ?? [], releases: readValue(releases) ?? [] };
}

/** Lines about what on GitHub waits for a person: approvals, proposals, repairs, drafts. By number, drafts last. */
export function githubWaits({ issues, pulls, releases }: OpenOnGithub): string[] {
  const ofIssues = issues.flatMap((issue) => lineOf(issue, issueAsks(issue)));
  const ofPulls = pulls.filter(({ isFork }) => !isFork).flatMap((pull) => lineOf(pull, pullAsks(pull)));
  const drafts = releases
    .filter(({ is_draft, body }) => is_draft && body.includes('<!-- steward:'))
    .map(({ tag, url }) => `The draft of release ${linked(tag, url)} waits to be published.`);
  const byNumber = [...ofIssues, ...ofPulls].sort((a, b) => a.number - b.number);
  return [...byNumber.map(({ line }) => line), ...drafts];
}

interface Line {
  number: number;
  line: string;
}

const lineOf = (item: Issue | Pull, asks: string | undefined): Line[] =>
  asks === undefined ? [] : [{ number: item.number, line: `${numberLink(item)} ${quoted(item.title, 100)}: ${asks}` }];

function issueAsks({ labels, body }: Issue): string | undefined {
  if (labels.includes('steward:approval'))
    return labels.includes('steward:approved') ? undefined : 'a run waits to be released.';
  if (body.includes('<!-- steward:proposal:')) return 'a change waits for you to open its pull request.';
  if (labels.includes('steward:heal')) return 'a failure that the agent can not mend alone.';
  if (labels.includes('steward:watchdog')) return 'no cycle ran when one was due.';
  return undefined;
}

function pullAsks({ head }: Pull): string | undefined {
  if (head.startsWith('steward/heal/')) return 'a repair waits for a review.';
  return head.startsWith('steward/') ? 'a proposal of the agent waits for a review.' : undefined;
}

const linked = (tag: string, url: string): string =>
  /^https?:\/\/[^\s()<>]+$/.test(url) ? `[${quoted(tag, 60)}](${url})` : code(cut(tag, 60));
