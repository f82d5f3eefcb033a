import { AgentError } from '../domain/agent-error.ts';
import { filesMessage } from '../domain/commit-message.ts';
import { asCode } from '../domain/foreign-text.ts';
import type { ForgeFailure } from '../domain/forge.ts';
import { proposalMarker } from '../domain/forge-words.ts';
import { proposalBranch } from '../domain/occurrence.ts';
import { ask } from './ask-forge.ts';
import type { Context } from './cycle-context.ts';
import type { EntryFacts, Job } from './entry.ts';

/** A change for people to review, as a value: nothing of it is sent before all of it is known. */
interface Proposal {
  marker: string;
  branch: string;
  title: string;
  body: string;
}

const NOT_ALLOWED = /not permitted to create/i;

/**
 * Where the directive delivers for review, its files go to a branch named after the occurrence, and on a forge into a
 * pull request. Where the agent may open none, one issue says so, with the link that opens it.
 */
export async function propose(
  context: Context,
  job: Job,
  { files }: Pick<EntryFacts, 'files'>,
): Promise<Pick<EntryFacts, 'proposal' | 'proposal_url'> | undefined> {
  const { directive, run } = job.work;
  if (directive.deliver !== 'pull-request' || files.length === 0) return undefined;
  const proposal = toProposal(context, job, files);
  const message = filesMessage({ id: run, decision: directive.name }, files);
  const { branch } = proposal;
  await context.repo.propose(branch, { message, at: context.clock.now(), files: files.map((path) => ({ path })) });
  if (!context.forge || !context.facts.upstream) return { proposal: branch };
  const pushed = await context.repo.pushBranch(branch);
  if (pushed.kind === 'refused') {
    if (context.setting.isEphemeral) throw new AgentError('PUSH_REFUSED', { branch, reason: pushed.reason });
    context.log.warn(`the branch ${branch} stays here: ${pushed.reason}`);
    return { proposal: branch };
  }
  // An earlier run of this occurrence made it and was not recorded; people have taken it from there.
  if (pushed.kind === 'rejected') context.log.info(`${branch} has commits of people and stays as they left it`);
  const url = await open(context, proposal);
  return { proposal: branch, ...(url ? { proposal_url: url } : {}) };
}

function toProposal({ setting }: Context, { work, reason }: Job, files: readonly string[]): Proposal {
  const { directive, occurrence, run } = work;
  const what = files.length === 1 ? files[0] : `${files.length} files`;
  const body = [
    `\`${directive.name}\` made this change and delivers it for review.`,
    '',
    ...files.slice(0, 50).map((path) => `- ${asCode(path)}`),
    ...(files.length > 50 ? [`- and ${files.length - 50} more`] : []),
    '',
    `- why it ran: ${asCode(reason, 500)}`,
    `- occurrence: \`${occurrence}\``,
    `- ledger entry: \`${run}\`${setting.runUrl ? `, [run](${setting.runUrl})` : ''}`,
    '',
    `Merge it to accept, close it to decline; until then \`${directive.name}\` does not run again.`,
  ];
  const branch = proposalBranch(directive.name, occurrence);
  return {
    marker: proposalMarker(branch),
    branch,
    title: `${directive.name}: ${what}`.slice(0, 200),
    body: body.join('\n'),
  };
}

async function open(context: Context, { marker, branch, title, body }: Proposal): Promise<string | undefined> {
  const { forge, facts, log } = context;
  const base = facts.upstream?.branch ?? facts.branch;
  const opened = await forge?.call('pulls.open', { marker, title, body, head: branch, base, labels: ['steward'] });
  if (!opened) return undefined;
  if ('value' in opened) return opened.value.url;
  log.warn(`no pull request could be opened: ${opened.failed.message}`);
  return askToOpen(context, { marker, branch, title, body }, opened.failed);
}

/** One issue with the link that opens the pull request, and how to let the agent do it next time. */
async function askToOpen(
  context: Context,
  { marker, branch, title, body }: Proposal,
  failed: ForgeFailure,
): Promise<string | undefined> {
  const text = `${body}\n\n${openByHand(context, branch, failed)}`;
  const written = await ask(context, 'issues.upsert', { marker, title: `For review: ${title}`, body: text });
  return written?.url ?? undefined;
}

/** The link that opens the pull request by hand, and how to let the agent do it next time. */
export function openByHand({ setting, facts, forge }: Context, branch: string, failed: ForgeFailure): string {
  const base = facts.upstream?.branch ?? facts.branch;
  const compare = `${setting.serverUrl}/${forge?.repository}/compare/${base}...${branch}?expand=1`;
  const remedy = NOT_ALLOWED.test(failed.message)
    ? 'To let it: Settings, Actions, General, Workflow permissions, tick "Allow GitHub Actions to create and approve pull requests".'
    : `GitHub said: ${failed.message}`;
  return `**[Open the pull request](${compare})**. The agent could not do it itself. ${remedy}\n\nClose this issue when it is merged or declined.`;
}
