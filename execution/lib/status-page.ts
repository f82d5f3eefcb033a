import { type Commit, type History, isInBooks, shortId } from './commit-history.ts';
import { code, counted, dayOf, fileLink, paragraphs, table } from './markdown-text.ts';
import type { Branch, BranchReport } from './open-branches.ts';
import { quoted } from './outside-text.ts';

/** Everything the status page says. */
export interface StatusFacts {
  path: string;
  days: number;
  /** Rows a table may have. */
  top: number;
  history: History;
  newest?: Commit | undefined;
  branches: BranchReport;
  /** A branch without a commit since then is stale. */
  staleBefore: Date;
  latestTag?: { name: string; at: Date; commitsSince?: number } | undefined;
  /** Absent in a shallow clone, which can not know. */
  totals?: { commits: number; authors: number } | undefined;
  /** All tracked files. */
  files: readonly string[];
}

/** The body of the page. It names days, never ages, so that only an event changes it. */
export function statusPage(facts: StatusFacts): string {
  return `${paragraphs(
    '# Repository status',
    headline(facts),
    keyFacts(facts),
    commitTable(facts),
    authorTable(facts),
    hotFileTable(facts),
    branchTable(facts),
    mergedBranches(facts),
  )}\n`;
}

export function authorsOf(commits: readonly Commit[]): string[] {
  return [...new Set(commits.map((commit) => commit.author))];
}

export const isStale = (branch: Branch, staleBefore: Date): boolean => !branch.isMerged && branch.at < staleBefore;

function headline({ history, days, branches, staleBefore }: StatusFacts): string {
  const { commits } = history;
  const where = branches.defaultBranch === undefined ? 'a detached HEAD' : code(branches.defaultBranch);
  const activity =
    commits.length === 0
      ? `Nothing was committed to ${where} in the last ${days} days.`
      : `**${counted(commits.length, 'commit')}** by **${counted(authorsOf(commits).length, 'author')}** to ${where} in the last ${days} days.`;
  const open = branches.branches.filter((branch) => !branch.isMerged);
  const stale = open.filter((branch) => isStale(branch, staleBefore)).length;
  const openText = `**${counted(open.length, 'open branch', 'open branches')}**${stale > 0 ? `, ${stale} of them stale` : ''}.`;
  return `${activity} ${openText.replace('**no', '**No')}`;
}

function keyFacts({ newest, latestTag, totals, files, history, days }: StatusFacts): string {
  const since = latestTag?.commitsSince === undefined ? '' : `; ${counted(latestTag.commitsSince, 'commit')} since`;
  const lines = [
    newest
      ? `Newest commit: ${code(shortId(newest.id))} ${quoted(newest.subject, 80)} (${quoted(newest.author, 40)}, ${dayOf(newest.at)})`
      : 'Newest commit: none but the agent’s own',
    latestTag ? `Latest tag: ${code(latestTag.name)} of ${dayOf(latestTag.at)}${since}` : '',
    totals ? `In all: ${counted(totals.commits, 'commit')} by ${counted(totals.authors, 'author')}` : '',
    `Files: ${files.filter((file) => !isInBooks(file)).length}`,
    history.isCut
      ? `**This clone is shallow and its history is cut inside the last ${days} days**: there may be more than is shown`
      : '',
  ];
  return lines
    .filter((line) => line !== '')
    .map((line) => `- ${line}`)
    .join('\n');
}

function commitTable({ history, top, days }: StatusFacts): string {
  const { commits } = history;
  const rows = commits
    .slice(0, top)
    .map(({ id, at, author, subject }) => [code(shortId(id)), dayOf(at), quoted(author, 40), quoted(subject, 100)]);
  if (rows.length === 0) return '';
  const rest = commits.length > top ? `and ${counted(commits.length - top, 'earlier commit')}` : '';
  return paragraphs(`## Commits of the last ${days} days`, table(['Commit', 'Day', 'Author', 'Subject'], rows), rest);
}

function authorTable({ history, top }: StatusFacts): string {
  const ranked = rank(history.commits, (commit) => [commit.author]);
  const rows = ranked
    .slice(0, top)
    .map(([author, commits]) => [
      quoted(author, 40),
      commits.length,
      new Set(commits.flatMap((commit) => commit.files)).size,
    ]);
  return ranked.length < 2 ? '' : paragraphs('## Authors', table(['Author', 'Commits', 'Files'], rows));
}

/** Files that more than one commit touched come first; a file that is gone has no link. */
function hotFileTable({ history, top, files, path }: StatusFacts): string {
  const present = new Set(files);
  const rows = rank(history.commits, (commit) => commit.files)
    .slice(0, Math.min(top, 10))
    .map(([file, commits]) => [
      present.has(file) ? fileLink(path, file) : `${code(file)} (gone)`,
      commits.length,
      authorsOf(commits).length,
    ]);
  return rows.length === 0 ? '' : paragraphs('## Hot files', table(['File', 'Commits', 'Authors'], rows));
}

function branchTable({ branches, top, staleBefore }: StatusFacts): string {
  const open = branches.branches.filter((branch) => !branch.isMerged);
  const rows = open
    .slice(0, top)
    .map((branch) => [
      code(branch.name),
      branch.distance?.ahead ?? 'unknown',
      branch.distance?.behind ?? 'unknown',
      dayOf(branch.at),
      quoted(branch.author, 40),
      isStale(branch, staleBefore) ? 'stale' : 'active',
    ]);
  if (rows.length === 0) return '';
  const rest = open.length > top ? `and ${open.length - top} more, last changed before these` : '';
  const headings = ['Branch', 'Ahead', 'Behind', 'Last commit', 'By', 'State'];
  return paragraphs('## Open branches', table(headings, rows), rest);
}

function mergedBranches({ branches, top }: StatusFacts): string {
  const merged = branches.branches.filter((branch) => branch.isMerged);
  if (merged.length === 0) return '';
  const names = merged.slice(0, top).map((branch) => code(branch.name));
  const rest = merged.length > top ? ` and ${merged.length - top} more` : '';
  return `Merged and not deleted: ${names.join(', ')}${rest}`;
}

/** Groups commits by what `keysOf` finds in them: the largest group first, then by name. */
function rank(commits: readonly Commit[], keysOf: (commit: Commit) => readonly string[]): [string, Commit[]][] {
  const groups = new Map<string, Commit[]>();
  for (const commit of commits) {
    for (const key of new Set(keysOf(commit))) groups.set(key, [...(groups.get(key) ?? []), commit]);
  }
  return [...groups].sort(([a, ofA], [b, ofB]) => ofB.length - ofA.length || (a < b ? -1 : 1));
}
