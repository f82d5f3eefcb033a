import { notFound } from './reply.ts';
import type { Conclusion, JobState, RunState } from './state.ts';
import type { Store } from './store.ts';
import type { Workflow } from './workflow-files.ts';

export interface NewRun {
  event: string;
  actor: string;
  branch: string;
  sha: string;
  /** Default: now. */
  createdAt?: string;
}

/** A queued run. */
export function addRun(store: Store, { path, name }: Pick<Workflow, 'path' | 'name'>, fresh: NewRun): RunState {
  const { createdAt = store.now() } = fresh;
  const number = store.state.runs.filter((run) => run.path === path).length + 1;
  const run: RunState = {
    id: store.nextId(),
    path,
    name,
    number,
    status: 'queued',
    conclusion: null,
    jobs: [],
    ...fresh,
    createdAt,
    startedAt: createdAt,
    updatedAt: createdAt,
  };
  store.state.runs.push(run);
  return run;
}

export function runOf({ state }: Store, id: number | string | undefined): RunState {
  const run = state.runs.find((each) => each.id === Number(id));
  if (!run) throw notFound();
  return run;
}

/** A runner is done with a run; its jobs are those given, or one of the workflow's name. */
export function finishRun(
  store: Store,
  run: RunState,
  { conclusion, jobs }: { conclusion: Conclusion; jobs?: readonly Partial<JobState>[] },
): void {
  const at = store.now();
  Object.assign(run, { status: 'completed', conclusion, updatedAt: at });
  run.jobs = (jobs ?? [{}]).map((job) => ({
    id: store.nextId(),
    name: run.name,
    status: 'completed',
    conclusion,
    startedAt: run.startedAt,
    completedAt: at,
    steps: [],
    ...job,
  }));
}
