import type { ReleaseState, TrafficState } from './outcome-state.ts';

/** What the fake GitHub knows beside the git repository. Plain and mutable: a test may set up and read all of it. */
export interface GitHubState {
  repository: RepositoryState;
  settings: SettingsState;
  /** By login. Somebody who is not here has no role, and to GitHub no account. */
  users: Record<string, UserState>;
  labels: LabelState[];
  /** Issues and pull requests, oldest first: they share their numbers, labels, comments and events. */
  issues: IssueState[];
  statuses: StatusState[];
  /** State by path (`.github/workflows/x.yml`) of the workflows that are not simply active. */
  workflows: Record<string, WorkflowCondition>;
  runs: RunState[];
  dispatches: DispatchState[];
  /** Oldest first. */
  releases: ReleaseState[];
  traffic: TrafficState;
  /** By branch. */
  protections: Record<string, ProtectionState>;
  /** Requests per hour and token. */
  rateLimit: { limit: number };
}

export interface RepositoryState {
  id: number;
  owner: string;
  name: string;
  description: string | null;
  defaultBranch: string;
  isPrivate: boolean;
  isFork: boolean;
  hasIssues: boolean;
  isArchived: boolean;
  createdAt: string;
}

/** Defaults are those of a new repository on GitHub. */
export interface SettingsState {
  areActionsEnabled: boolean;
  mayActionsCreatePulls: boolean;
  defaultWorkflowPermissions: 'read' | 'write';
  /** Rebase merges are not modelled. */
  mergeMethods: ('merge' | 'squash')[];
  deletesBranchOnMerge: boolean;
}

export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';
export type Association = 'OWNER' | 'MEMBER' | 'COLLABORATOR' | 'CONTRIBUTOR' | 'NONE';

export interface UserState {
  role: Role;
  /** Default: OWNER for the owner, COLLABORATOR for a role of triage and up, else NONE. */
  association?: Association;
}

export interface LabelState {
  id: number;
  name: string;
  color: string;
  description: string | null;
}

export interface IssueState {
  id: number;
  number: number;
  title: string;
  body: string | null;
  login: string;
  state: 'open' | 'closed';
  stateReason: 'completed' | 'not_planned' | 'duplicate' | 'reopened' | null;
  /** Names, as written in the label. */
  labels: string[];
  comments: CommentState[];
  events: EventState[];
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedBy: string | null;
  pull?: PullState;
}

export interface PullState {
  head: string;
  base: string;
  /** Where head and base stood when it was last open. */
  headSha: string;
  baseSha: string;
  isDraft: boolean;
  mergedAt: string | null;
  mergedBy: string | null;
  mergeCommit: string | null;
  /** So many reads see `mergeable: null`, as GitHub answers until it has tried the merge. */
  readsUntilMergeable: number;
}

export interface CommentState {
  id: number;
  login: string;
  body: string;
  createdAt: string;
  updatedAt: string;
}

export interface EventState {
  id: number;
  event: 'labeled' | 'unlabeled' | 'closed' | 'reopened' | 'renamed' | 'merged' | 'head_ref_deleted';
  actor: string;
  createdAt: string;
  label?: { name: string; color: string };
  rename?: { from: string; to: string };
  commit?: string;
}

export interface StatusState {
  id: number;
  sha: string;
  context: string;
  state: 'error' | 'failure' | 'pending' | 'success';
  description: string | null;
  targetUrl: string | null;
  creator: string;
  createdAt: string;
}

export type WorkflowCondition = 'active' | 'disabled_fork' | 'disabled_inactivity' | 'disabled_manually';

export interface RunState {
  id: number;
  /** The workflow's file. */
  path: string;
  name: string;
  event: string;
  status: 'queued' | 'in_progress' | 'completed' | 'waiting' | 'requested' | 'pending';
  conclusion: Conclusion | null;
  branch: string;
  sha: string;
  actor: string;
  number: number;
  createdAt: string;
  /** When a runner took it up. */
  startedAt: string;
  updatedAt: string;
  jobs: JobState[];
}

export type Conclusion = 'success' | 'failure' | 'neutral' | 'cancelled' | 'skipped' | 'timed_out' | 'action_required';

export interface JobState {
  id: number;
  name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: Conclusion | null;
  startedAt: string;
  completedAt: string | null;
  steps: { name: string; conclusion: Conclusion | null }[];
  /** What the runner wrote; without, there is none to be had. */
  log?: string;
}

export interface DispatchState {
  kind: 'workflow' | 'repository';
  /** The workflow's file, or the type of the repository's event. */
  target: string;
  login: string;
  at: string;
  /** Branch or tag; the default branch for an event of the repository. */
  ref: string;
  /** Inputs, or the client's payload. */
  inputs: Record<string, unknown>;
}

export interface ProtectionState {
  /** The two say no in different words: GH006 for the older branch protection, GH013 for rulesets. */
  by: 'branch protection' | 'ruleset';
  needsPull?: boolean;
  /** Contexts of commit statuses that must be `success`. */
  checks?: string[];
  forbidsForcePush?: boolean;
  forbidsDeletion?: boolean;
  /** Logins that it does not bind. GitHub accepts no GITHUB_TOKEN here. */
  bypass?: string[];
}

export interface StateOptions {
  /** `owner/name`. */
  repository: string;
  isPrivate?: boolean;
  isFork?: boolean;
  /** Forks begin without issues. */
  hasIssues?: boolean;
}

export const ACTIONS_BOT = 'github-actions[bot]';

export function initialState(options: StateOptions, createdAt: string): GitHubState {
  const [owner = '', name = ''] = options.repository.split('/');
  const { isPrivate = false, isFork = false, hasIssues = !isFork } = options;
  return {
    repository: {
      id: 1296269,
      owner,
      name,
      description: null,
      defaultBranch: 'main',
      isPrivate,
      isFork,
      hasIssues,
      isArchived: false,
      createdAt,
    },
    settings: {
      areActionsEnabled: true,
      mayActionsCreatePulls: false,
      defaultWorkflowPermissions: 'read',
      mergeMethods: ['merge', 'squash'],
      deletesBranchOnMerge: false,
    },
    users: { [owner]: { role: 'admin' }, [ACTIONS_BOT]: { role: 'none' } },
    labels: [],
    issues: [],
    statuses: [],
    workflows: {},
    runs: [],
    dispatches: [],
    releases: [],
    traffic: { views: [], clones: [], referrers: [], paths: [] },
    protections: {},
    rateLimit: { limit: 1000 },
  };
}
