import { isBreakerOpen } from './breaker.ts';
import type { Directive, DirectiveInput } from './directive.ts';
import { healFolder } from './heal/fix.ts';
import type { LedgerState } from './ledger-state.ts';
import {
  mergedBranch,
  nextSlotStart,
  type Occurrence,
  proposalBranch,
  proposalFolder,
  slotOccurrence,
  slotStart,
} from './occurrence.ts';

/** Something asked for: by hand, by a task or by an event. Its occurrence is its own. */
export interface Request {
  occurrence: Occurrence;
  directive: string;
  params: Record<string, unknown>;
  /** What asked; absent where a person asked for this very run by hand. */
  origin?: 'task' | 'event' | 'dispatch';
}

/** An occurrence the agent may do now. */
export interface Option {
  id: Occurrence;
  directive: Directive;
  /** Inputs that are already known: given with the request, or defaults. */
  params: Record<string, unknown>;
  /** Required inputs nobody has given: the decision must fill them. */
  openInputs: DirectiveInput[];
  dueSince: Date;
  /** Attempts at this same occurrence that did not end it. */
  attempts: number;
  /** A person looked after an interrupted attempt and said: run it again. */
  isReleased: boolean;
  /** The branch of a proposal that a person merged: its run is over, and what it was for is verified. */
  merged?: string;
  /** Who released the run, where the directive needs that. */
  approvedBy?: string;
}

/** A directive that would be due but is not offered, and why, for people. */
export interface Held {
  directive: string;
  reason: string;
  /** When it may be offered again; absent when a person must act first. */
  until?: Date;
}

export interface OptionInput {
  now: Date;
  directives: readonly Directive[];
  state: LedgerState;
  requests: readonly Request[];
  /** Names of the secrets that are set. */
  secrets: ReadonlySet<string>;
  /** There is no GitHub here: what needs one is not offered. */
  isWithoutForge?: boolean;
  /** A forced directive: nothing else is offered. */
  onlyRequests: boolean;
  /** Proposals that wait for a person: by branch, how people know them. */
  waiting?: ReadonlyMap<string, string>;
  /** Ways of failing whose script was changed since: a breaker that one of them opened is closed. */
  mended?: ReadonlySet<string>;
}

/**
 * The closed list: occurrences due or asked for, not done, and held back by nothing. `approvals` are those that nothing
 * holds back but that a person must release; they are among the held.
 */
export function computeOptions(input: OptionInput): { options: Option[]; held: Held[]; approvals: Option[] } {
  const byName = new Map(input.directives.map((directive) => [directive.name, directive]));
  const options: Option[] = [];
  const held: Held[] = [];
  const approvals: Option[] = [];
  const asked = new Set<Occurrence>();
  for (const request of input.requests) {
    const directive = byName.get(request.directive);
    if (!directive || asked.has(request.occurrence) || input.state.done[request.occurrence]) continue;
    asked.add(request.occurrence);
    const option = toOption(directive, request.occurrence, request.params, input.now, input.state);
    const hold = holdOf(directive, input, { occurrence: request.occurrence, isByHand: request.origin === undefined });
    if (hold) held.push(hold);
    if (hold?.reason === APPROVAL_NEEDED) approvals.push(option);
    if (!hold) options.push(option);
  }
  if (input.onlyRequests) return { options, held, approvals };
  for (const directive of input.directives) {
    const isBlocked = Boolean(input.state.directives[directive.name]?.blocked);
    const slot =
      directive.enabled && directive.everyMs !== undefined ? slotStart(directive.everyMs, input.now) : undefined;
    const occurrence = slot && slotOccurrence(directive.name, slot);
    const isDone = occurrence === input.state.directives[directive.name]?.done_slot;
    const isDue = occurrence !== undefined && !isDone && !asked.has(occurrence);
    // A block waits for a person: it is told of until it is settled, due or not.
    const option = isDue && slot ? toOption(directive, occurrence, {}, slot, input.state) : undefined;
    const hold = option || isBlocked ? holdOf(directive, input, { occurrence, isByHand: false }) : undefined;
    if (hold) held.push(hold);
    if (option && hold?.reason === APPROVAL_NEEDED) approvals.push(option);
    if (option && !hold) options.push(option);
  }
  // What waits to be done may be what a merged proposal needs to be seen, such as a deployment: it goes first.
  const work = options.filter(({ merged }) => merged === undefined);
  return { options: work.length > 0 ? work : options, held, approvals };
}

const APPROVAL_NEEDED = 'waits for a person: approval is required';

/** What keeps a directive from being offered. A person's own request passes the breaker, the review and the approval. */
function holdOf(
  directive: Directive,
  { state, now, secrets, waiting, mended, isWithoutForge }: OptionInput,
  { occurrence, isByHand }: { occurrence: Occurrence | undefined; isByHand: boolean },
): Held | undefined {
  const last = state.directives[directive.name];
  const open = state.open_intents.find((intent) => intent.decision === directive.name);
  if (last?.blocked)
    return {
      directive: directive.name,
      reason: `blocked: run ${last.blocked} was interrupted; settle it with \`resolve\``,
    };
  if (open)
    return { directive: directive.name, reason: `run ${open.run} is at work on it`, until: new Date(open.expires) };
  const missing = directive.secrets.filter((name) => !secrets.has(name));
  if (missing.length > 0) return { directive: directive.name, reason: `needs the secret ${missing.join(', ')}` };
  if (isWithoutForge && directive.needs.includes('github')) return { directive: directive.name, reason: NO_GITHUB };
  if (directive.missingFile)
    return {
      directive: directive.name,
      reason: `needs the file ${directive.missingFile}: ${directive.file} says what it holds`,
    };
  if (isByHand) return undefined;
  const merged = occurrence && mergedBranch(occurrence);
  if (merged) return tooEarly(directive, state.proposals[merged]?.looks, now);
  const repair = waitingRepair(directive, waiting);
  if (repair) return { directive: directive.name, reason: `quarantined: ${repair} waits for a review` };
  if (isBreakerOpen(last?.breaker, now) && !mended?.has(last?.breaker?.signature ?? '')) {
    const until = new Date(last?.breaker?.until ?? now);
    return {
      directive: directive.name,
      reason: `broken: ${last?.streak?.count} failures in a row (${last?.breaker?.signature})`,
      until,
    };
  }
  const proposal = otherProposal(directive, waiting, occurrence);
  if (proposal) return { directive: directive.name, reason: `${proposal} waits for a review` };
  return directive.approval === 'required' ? { directive: directive.name, reason: APPROVAL_NEEDED } : undefined;
}

const NO_GITHUB = 'needs GitHub: GITHUB_REPOSITORY and a token are not set';

/** Between two looks at what a merge was to change: a site takes its time. */
const SECOND_LOOK_MS = 30 * 60_000;

function tooEarly({ name }: Directive, looks: LedgerState['proposals'][string]['looks'], now: Date): Held | undefined {
  if (!looks) return undefined;
  const until = new Date(Date.parse(looks.at) + SECOND_LOOK_MS);
  return until > now
    ? { directive: name, reason: 'what its merge was to change is looked at again later', until }
    : undefined;
}

/** A script whose repair is up for review fails as long as it is not merged. */
function waitingRepair({ tools }: Directive, waiting: OptionInput['waiting']): string | undefined {
  const folders = tools.map(({ script }) => healFolder(script));
  return [...(waiting ?? [])].find(([branch]) => folders.some((folder) => isOf(branch, folder)))?.[1];
}

/** `steward/heal/check_links-0123456789ab`: the signature ends it, so that no script's name is the beginning of another's. */
const isOf = (branch: string, folder: string): boolean =>
  branch.startsWith(folder) && /^[0-9a-f]{12}$/.test(branch.slice(folder.length));

/** A directive may be called `heal`, and has its proposals beside the repairs of every script. */
const isRepair = (branch: string): boolean => /^steward\/heal\/[\w-]+-[0-9a-f]{12}$/.test(branch);

/** One of this very occurrence is no reason to wait: the run that made it died before it was recorded. */
function otherProposal(
  { name, deliver }: Directive,
  waiting: OptionInput['waiting'],
  occurrence: Occurrence | undefined,
): string | undefined {
  if (deliver !== 'pull-request' || !waiting) return undefined;
  const own = occurrence && proposalBranch(name, occurrence);
  const isProposal = (branch: string) => branch.startsWith(proposalFolder(name)) && !isRepair(branch) && branch !== own;
  return [...waiting].find(([branch]) => isProposal(branch))?.[1];
}

function toOption(
  directive: Directive,
  id: Occurrence,
  given: Record<string, unknown>,
  dueSince: Date,
  state: LedgerState,
): Option {
  const defaults = directive.inputs.flatMap(({ name, defaultValue }) =>
    defaultValue === undefined ? [] : [[name, defaultValue] as const],
  );
  const params = { ...Object.fromEntries(defaults), ...given };
  const last = state.directives[directive.name];
  const merged = mergedBranch(id);
  const tried = last?.occurrence === id && !last.final ? last.attempts : 0;
  return {
    id,
    directive,
    params,
    openInputs: merged ? [] : directive.inputs.filter((input) => input.isRequired && params[input.name] === undefined),
    dueSince,
    attempts: merged ? (state.proposals[merged]?.looks?.count ?? 0) : tried,
    isReleased: last?.retry?.occurrence === id,
    ...(merged ? { merged } : {}),
  };
}

/** When each scheduled directive is due next, done or not. */
export function nextDue(directives: readonly Directive[], now: Date): Date[] {
  return directives.flatMap(({ everyMs, enabled }) =>
    everyMs !== undefined && enabled ? [nextSlotStart(everyMs, now)] : [],
  );
}
