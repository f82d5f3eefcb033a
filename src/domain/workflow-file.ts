import { z } from 'zod';
import type { CronLine } from './cron-ticks.ts';
import { parseYamlObject } from './yaml-object.ts';

export const WORKFLOW_FOLDER = '.github/workflows';

/** A file of `.github/workflows`, as far as its schedule goes. */
export interface WorkflowFile {
  /** Without its folder, as GitHub's API names it: `cycle.yml`. */
  file: string;
  text: string;
  crons: CronLine[];
  jobs: number;
}

const Schedule = z.array(z.object({ cron: z.string(), timezone: z.string().default('UTC') }));
const Workflow = z.object({
  // `on` may also be a name or a list of names: such a workflow has no schedule.
  on: z.object({ schedule: Schedule.catch([]).default([]) }).catch({ schedule: [] }),
  jobs: z.record(z.string(), z.unknown()).catch({}),
});

/** What can not be read counts as without schedule; `steward check` and GitHub say what is wrong with it. */
export function readWorkflowFile(file: string, text: string): WorkflowFile {
  const { value } = parseYamlObject(text, `${WORKFLOW_FOLDER}/${file}`);
  const { on, jobs } = Workflow.parse(value);
  return { file, text, crons: on.schedule, jobs: Math.max(1, Object.keys(jobs).length) };
}
