import type { Tree } from '../git-fixture.ts';
import { ALL_PERMISSIONS } from './auth.ts';
import {
  addComment,
  addIssue,
  addLabelTo,
  closeIssue,
  issueOf,
  type NewIssue,
  removeLabelFrom,
  reopenIssue,
} from './issue-deeds.ts';
import { addPull, type NewPull, pullOf } from './pull-deeds.ts';
import { mergePull } from './pull-merge.ts';
import { changeRelease, type NewRelease, releaseOf } from './release-deeds.ts';
import { addRun, finishRun, type NewRun, runOf } from './run-deeds.ts';
import type { Conclusion, JobState } from './state.ts';
import type { Store } from './store.ts';
import { findWorkflow } from './workflow-files.ts';

/** What people do in the browser. Nobody is asked for permissions here; everything else is as GitHub does it. */
export interface Acts {
  /** Gives the number. */
  openIssue(login: string, issue: NewIssue): number;
  label(login: string, number: number, name: string): void;
  unlabel(login: string, number: number, name: string): void;
  /** Gives the comment's id. */
  comment(login: string, number: number, body: string): number;
  closeIssue(login: string, number: number, reason?: 'completed' | 'not_planned'): void;
  reopenIssue(login: string, number: number): void;
  /** Commits one file straight to `main`; null deletes. Gives the commit. */
  pushFile(login: string, path: string, text: string | null): Promise<string>;
  /** The same with several files, to any branch. */
  pushFiles(login: string, files: Tree, branch?: string): Promise<string>;
  /** Makes a branch where `main` stands; with a file, that one is committed to it. */
  branch(login: string, name: string, files?: Tree): Promise<string>;
  deleteBranch(name: string): Promise<void>;
  /** Gives the number. */
  openPull(login: string, pull: NewPull): Promise<number>;
  /** Gives the merge commit. */
  mergePull(login: string, number: number, method?: 'merge' | 'squash'): Promise<string>;
  closePull(login: string, number: number): void;
  /** Queues a run of a workflow (`cycle.yml`), as its event would; gives the run's id. */
  startRun(workflow: string, run?: Partial<NewRun>): Promise<number>;
  finishRun(id: number, conclusion: Conclusion, jobs?: readonly Partial<JobState>[]): void;
  /** Edits a release; `isDraft: false` publishes it, which makes its tag. */
  editRelease(id: number, change: Partial<NewRelease>): Promise<void>;
}

const person = (login: string) => ({ login, permissions: ALL_PERMISSIONS });

export function createActs(store: Store): Acts {
  const { bare, state } = store;
  const { defaultBranch } = state.repository;
  const close = (login: string, number: number, reason: 'completed' | 'not_planned' = 'completed') =>
    closeIssue(store, issueOf(store, number), { actor: login, reason });
  const push = (login: string, files: Tree, branch: string) =>
    bare.commit({ branch, files, message: `Change ${Object.keys(files).join(', ')}`, login, at: store.now() });
  return {
    openIssue: (login, issue) => addIssue(store, login, issue).number,
    label: (login, number, name) => addLabelTo(store, issueOf(store, number), { name, actor: login }),
    unlabel: (login, number, name) => removeLabelFrom(store, issueOf(store, number), { name, actor: login }),
    comment: (login, number, body) => addComment(store, issueOf(store, number), { login, body }).id,
    closeIssue: close,
    reopenIssue: (login, number) => reopenIssue(store, issueOf(store, number), login),
    pushFile: (login, path, text) => push(login, { [path]: text }, defaultBranch),
    pushFiles: (login, files, branch = defaultBranch) => push(login, files, branch),
    async branch(login, name, files = {}) {
      const from = await bare.git('rev-parse', defaultBranch);
      const isEmpty = Object.keys(files).length === 0;
      if (!isEmpty)
        return bare.commit({ branch: name, files, message: `Work on ${name}`, login, at: store.now(), from });
      await bare.git('update-ref', `refs/heads/${name}`, from);
      return from;
    },
    deleteBranch: async (name) => void (await bare.git('update-ref', '-d', `refs/heads/${name}`)),
    openPull: async (login, pull) => (await addPull(store, person(login), pull)).number,
    mergePull: async (login, number, method = 'merge') =>
      mergePull(store, await pullOf(store, number), { token: person(login), method }),
    closePull: close,
    async startRun(workflow, run = {}) {
      const found = await findWorkflow(store, workflow);
      if (!found) throw new Error(`There is no workflow ${workflow} on ${defaultBranch}.`);
      const { branch = defaultBranch, event = 'schedule', actor = state.repository.owner, ...rest } = run;
      const sha = rest.sha ?? (await bare.git('rev-parse', branch));
      return addRun(store, found, { event, actor, branch, ...rest, sha }).id;
    },
    finishRun: (id, conclusion, jobs) =>
      finishRun(store, runOf(store, id), { conclusion, ...(jobs === undefined ? {} : { jobs }) }),
    editRelease: async (id, change) => void (await changeRelease(store, releaseOf(store, id), change)),
  };
}
