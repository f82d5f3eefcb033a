import { z } from 'zod';
import { Count, Name, none, own, read, write } from './forge-operation.ts';
import { Job, Time, Workflow, WorkflowRun } from './forge-words.ts';

/** A log is read from its end: that is where a job fails. */
const LOG_KILOBYTES = z.int().min(1).max(512);

/** The part of the table about workflows, their runs, and what they say of a commit. */
export const ACTION_OPERATIONS = {
  'runs.list': read(
    'actions',
    z.strictObject({
      workflow: Name.optional(),
      branch: Name.optional(),
      event: Name.optional(),
      status: Name.optional(),
      /** Made since. */
      since: Time.optional(),
      limit: Count.default(100),
    }),
    z.array(WorkflowRun),
  ),
  'statuses.create': write(
    'statuses',
    z.strictObject({
      sha: z.string().regex(/^[0-9a-f]{40}$/, 'a commit id'),
      context: Name,
      state: z.enum(['error', 'failure', 'pending', 'success']),
      description: z.string().max(140).default(''),
      url: z.url().optional(),
    }),
    z.object({ id: z.int() }),
  ),
  'workflows.list': read('actions', none, z.array(Workflow)),
  'workflows.dispatch': write(
    'actions',
    z.strictObject({ workflow: Name, ref: Name, inputs: z.record(z.string(), z.string()).default({}) }),
    z.object({ dispatched: z.literal(true) }),
  ),
  'workflows.enable': own(write('actions', z.strictObject({ workflow: Name }), z.object({ enabled: z.literal(true) }))),
  /** The jobs of a run's latest attempt. */
  'runs.jobs': read('actions', z.strictObject({ run: z.int().min(1), limit: Count.default(100) }), z.array(Job)),
  /** The end of a job's log, as the runner wrote it; `is_cut` where there is more before. Gone after 90 days. */
  'runs.log': read(
    'actions',
    z.strictObject({ job: z.int().min(1), kilobytes: LOG_KILOBYTES.default(32) }),
    z.object({ text: z.string(), is_cut: z.boolean() }),
  ),
};
