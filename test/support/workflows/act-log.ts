/** What act tells of a job, line by line as JSON, read into steps. */
export interface ActLog {
  /** In the order they ran; a step that was skipped is not here. */
  steps: StepRun[];
  /** The step of that name; throws when it did not run. */
  step(name: string): StepRun;
  /** What people read on the run's page. */
  summary: string;
  /** Notes on the run's page: `error: text`. */
  annotations: string[];
  /** What people read in the run's log, secrets masked. */
  text: string;
}

export interface StepRun {
  /** Its name in the workflow, or what it uses. */
  name: string;
  stage: 'Pre' | 'Main' | 'Post';
  result: 'success' | 'failure' | 'unfinished';
  seconds: number;
  outputs: Record<string, string>;
  log: string;
}

/** The fields of a line that are looked at here. */
interface Line {
  msg?: string;
  jobID?: string;
  step?: string;
  stage?: StepRun['stage'];
  raw_output?: boolean;
  stepResult?: 'success' | 'failure';
  /** Nanoseconds. */
  executionTime?: number;
  command?: string;
  /** Of an output. */
  name?: string;
  arg?: string;
  /** Of a summary. */
  content?: string;
}

/** What act says of itself. */
const NOISE = /^LocalRepositoryCache /;
const ANNOTATIONS = ['error', 'warning', 'notice'];

/** @param output its standard output, by --json, of which only what this job did is read */
export function readActLog(output: string, job: string): ActLog {
  const lines = output
    .split('\n')
    .flatMap(parseLine)
    .filter(({ msg = '', jobID = job }) => jobID === job && !NOISE.test(msg));
  return {
    ...withStep(readSteps(lines)),
    summary: lines.flatMap(({ command, content }) => (command === 'summary' && content ? content : [])).join(''),
    annotations: lines.flatMap(({ command = '', arg = '' }) =>
      ANNOTATIONS.includes(command) ? `${command}: ${arg}` : [],
    ),
    text: lines.map(({ step, msg = '' }) => `${step ? `[${step}] ` : ''}${msg.trimEnd()}`).join('\n'),
  };
}

/** Several jobs read as one. */
export const joinLogs = (logs: readonly ActLog[]): ActLog => ({
  ...withStep(logs.flatMap(({ steps }) => steps)),
  summary: logs.map(({ summary }) => summary).join(''),
  annotations: logs.flatMap(({ annotations }) => annotations),
  text: logs.map(({ text }) => text).join('\n'),
});

const withStep = (steps: StepRun[]): Pick<ActLog, 'steps' | 'step'> => ({
  steps,
  step: (name) => findStep(steps, name),
});

function findStep(steps: readonly StepRun[], name: string): StepRun {
  const found = steps.find((step) => step.stage === 'Main' && step.name === name);
  if (!found) throw new Error(`no step ${name} ran, only ${steps.map((step) => step.name).join(', ')}`);
  return found;
}

/** The steps that ran, actions by their own name: `checkout`, `gate`, `post checkout`. */
export const stepNames = ({ steps }: Pick<ActLog, 'steps'>): string[] =>
  steps.map(({ name, stage }) => {
    const short = /^[\w-]+\/([\w-]+)@/.exec(name)?.[1] ?? name;
    return stage === 'Main' ? short : `${stage.toLowerCase()} ${short}`;
  });

/** What act cannot put on a line of its own, it writes as text. */
function parseLine(text: string): Line[] {
  if (text.trim() === '') return [];
  return text.startsWith('{') ? [JSON.parse(text) as Line] : [{ msg: text }];
}

function readSteps(lines: readonly Line[]): StepRun[] {
  const steps: StepRun[] = [];
  for (const { step: name, stage, msg = '', ...line } of lines) {
    if (name === undefined || stage === undefined) continue;
    if (msg.includes(`Run ${stage} `))
      steps.push({ name, stage, result: 'unfinished', seconds: 0, outputs: {}, log: '' });
    const step = steps.findLast((each) => each.name === name && each.stage === stage);
    if (!step) continue;
    if (line.raw_output) step.log += msg;
    if (line.command === 'set-output' && line.name !== undefined) step.outputs[line.name] = line.arg ?? '';
    if (line.stepResult) Object.assign(step, { result: line.stepResult, seconds: (line.executionTime ?? 0) / 1e9 });
  }
  return steps;
}
