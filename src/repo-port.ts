import type { Trees } from './domain/record.ts';
import type { ReadableDocuments } from './ports.ts';

/** The repository as the flows need it; GitRepo implements it. */

export interface RepoFacts {
  root: string;
  /** Commit id of HEAD. */
  head: string;
  branch: string;
  /** The branch that `git push` would update; absent without remote. */
  upstream?: { remote: string; branch: string };
  /** Where the upstream branch stood when it was last fetched or pushed. */
  upstreamTip?: string;
  /** `owner/name` from the remote's address. */
  repository?: string;
  isShallow: boolean;
  trees: Trees;
}

export interface FileChange {
  path: string;
  /** Set where the content is not what the index holds; null deletes. */
  content?: string | null;
  mode?: string;
  blob?: string;
}

/** One commit as a value, on top of the one before it. */
export interface CommitPlan {
  message: string;
  at: Date;
  files: readonly FileChange[];
}

/** A commit of the agent that the upstream branch does not have yet. */
export interface AgentCommit {
  id: string;
  message: string;
  at: Date;
  files: readonly FileChange[];
  /** The `Steward-Id` trailer. */
  run: string;
}

/** The files of a commit in a temporary folder of their own, with some of them changed. */
export interface Scratch {
  path: string;
  /** Id of its tree, as it was made. */
  tree: string;
  /** Paths that were changed, added or removed since it was made, sorted. */
  changedPaths(): Promise<string[]>;
  /** sha256 of what a file holds now; undefined when it is not there. */
  digest(path: string): Promise<string | undefined>;
  remove(): Promise<void>;
}

export type PushResult = { kind: 'pushed' } | { kind: 'rejected' } | { kind: 'refused'; reason: string };

export interface Divergence {
  behind: number;
  /** Unpushed commits, oldest first. */
  agent: AgentCommit[];
  human: number;
}

export interface Repo {
  facts(): Promise<RepoFacts>;
  /** The first commit's id; undefined in a shallow clone. */
  firstCommit(): Promise<string | undefined>;
  hasCommit(id: string): Promise<boolean>;
  /** Paths under `roots` that differ from HEAD, untracked ones included. */
  changedPaths(roots: readonly string[]): Promise<string[]>;
  /** Puts paths back to what HEAD has, keeping a copy of what was there; returns the folder of the copies. */
  setAside(paths: readonly string[], label: string): Promise<string>;
  /** Commits the given work tree paths on the current branch, all plans or none. Returns the new HEAD. */
  commit(plans: readonly CommitPlan[]): Promise<string>;
  /** Puts the plan's files on a branch of their own, on top of HEAD, and takes them out of the work tree. */
  propose(branch: string, plan: CommitPlan): Promise<void>;
  /**
   * Pushes a branch of a proposal. One that an earlier run of the same occurrence left is replaced, unless people have
   * commits on it: then it is `rejected`.
   */
  pushBranch(branch: string): Promise<PushResult>;
  /** Local branches whose name begins so and that HEAD does not contain. */
  openBranches(prefix: string): Promise<string[]>;
  /** Brings the upstream branch's newest commit here; `offline` says why when the remote can not be reached. */
  fetch(): Promise<{ offline?: string }>;
  /** Gives a shallow clone its whole history, without the contents of old files; `offline` says why it could not. */
  deepen(): Promise<{ offline?: string }>;
  /**
   * The commits of entries in HEAD's history since a moment, by the entry's id. A shallow clone is given what it lacks of
   * that history first, if the remote can be reached.
   */
  commitsSince(since: Date): Promise<ReadonlyMap<string, string>>;
  compare(tip: string): Promise<Divergence & { base: string }>;
  /** Makes the plans commits on top of `tip` and moves branch, index and work tree there. */
  rebuildOn(tip: string, plans: readonly CommitPlan[]): Promise<string>;
  push(): Promise<PushResult>;
  /** How many commits of people the upstream branch lacks; a reason when there is no such branch yet. */
  unpushedByPeople(): Promise<number | string>;
  at(commit: string): ReadableDocuments;
  /** Object id of a path in a commit; undefined when it is not there. */
  blobAt(commit: string, path: string): Promise<string | undefined>;
}

/** Trees and branches apart from the one that is checked out, which they never touch. */
export interface Workbench {
  /** Gets a commit that the clone may lack; false where it can not be had. */
  bring(commit: string): Promise<boolean>;
  /** Makes a Scratch of the commit, with the text of some files replaced (null removes). */
  scratch(commit: string, changes: readonly TextChange[]): Promise<Scratch>;
  /**
   * Makes `branch` one commit of the plan on top of `base`; the files' `content` is what it gets. A branch of that name that
   * the agent made is replaced; one that people have commits on stays: then `taken`.
   */
  branchOn(base: string, branch: string, plan: CommitPlan): Promise<{ commit: string; tree: string } | { taken: true }>;
  /** The newest commit of HEAD's history that added the file; undefined when none did. */
  addedBy(path: string): Promise<string | undefined>;
  /** What undoing the commit would make of HEAD's files; `conflict` says where later changes are in the way. */
  undo(commit: string): Promise<{ changes: TextChange[] } | { conflict: string }>;
}

export interface TextChange {
  path: string;
  content: string | null;
}
