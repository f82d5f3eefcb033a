import { CONFIG_FILE } from '../../domain/config.ts';
import type { Directive } from '../../domain/directive.ts';
import { type Finding, fine } from '../../domain/finding.ts';
import type { Problem } from '../../domain/problem.ts';
import { WORKFLOW_FOLDER } from '../../domain/workflow-file.ts';
import { workflowProblems } from '../../domain/workflow-grants.ts';
import { CYCLE_FILE, type Facts } from './facts.ts';
import { secretsPage } from './money.ts';

/** What the repository's own files lack: mistakes, workflows, secrets. */

const DOCTOR_FILE = 'doctor.yml';
const WORKFLOWS: Record<string, string> = {
  [CYCLE_FILE]: 'Without it nothing on GitHub wakes the agent.',
  'watchdog.yml': 'Without it nobody notices when cycles stop.',
  'consolidate.yml':
    'Without it nothing is learned from what happened, and nobody audits the books from their first line on.',
};

/** Errors of config and directives, and what cycle.yml does not pass on to them. */
export function mistakes({ problems, directives, workflows }: Facts): Finding[] {
  const cycle = workflows.find(({ file }) => file === CYCLE_FILE);
  const all = [...problems, ...(cycle ? workflowProblems(cycle.text, directives) : [])];
  if (all.length > 0) return all.map(problemFinding);
  const names = directives.map(({ name }) => name).join(', ') || 'none';
  const remark = '`npm run steward -- check` looks at scripts, ledger and tapes as well';
  return [fine('directives.files', `Config and directives have no mistakes (enabled: ${names})`, remark)];
}

function problemFinding({ file, line, severity, found, expected, hint }: Problem): Finding {
  const isError = severity === 'error';
  return {
    id: `directives.${file.split('/').at(-1)}:${line}`,
    status: isError ? 'fail' : 'warn',
    what: `${file}:${line}: found ${found}`,
    why: isError ? consequence(file) : 'It may not do what it seems to say.',
    fix: `Expected ${expected}${hint ? `. ${hint}` : ''}.`,
  };
}

function consequence(file: string): string {
  if (file.startsWith('directives/')) return 'The directive is left out of every cycle.';
  if (file === CONFIG_FILE) return 'No cycle runs on a config with mistakes.';
  return 'A job gets only what its workflow names: the directive goes without it.';
}

/** Workflow files that are gone, and a cycle that no schedule wakes. Off GitHub none is needed. */
export function missingWorkflows({ workflows, forge }: Facts): Finding[] {
  const names = new Set(workflows.map(({ file }) => file));
  const missing = Object.entries(WORKFLOWS).filter(([file]) => !names.has(file));
  const isOnForge = forge !== undefined;
  const cycle = workflows.find(({ file }) => file === CYCLE_FILE);
  const unscheduled = cycle && cycle.crons.length === 0 ? [withoutSchedule] : [];
  if (missing.length === 0 && unscheduled.length === 0)
    return [fine('directives.workflows', `The workflows are here: ${Object.keys(WORKFLOWS).join(', ')}`)];
  return [
    ...unscheduled,
    ...missing.map(
      ([file, why]): Finding => ({
        id: `directives.${file}`,
        status: isOnForge && file === CYCLE_FILE ? 'fail' : 'warn',
        what: `${WORKFLOW_FOLDER}/${file} is not here`,
        why,
        fix: `Copy it from the repository that this one was made from; if it was here once: \`git log --diff-filter=D -- ${WORKFLOW_FOLDER}/${file}\`.`,
      }),
    ),
  ];
}

const withoutSchedule: Finding = {
  id: `directives.${CYCLE_FILE}`,
  status: 'warn',
  what: `${WORKFLOW_FOLDER}/${CYCLE_FILE} has no schedule`,
  why: 'Only tasks, events and people wake the agent: what is due by time waits for them.',
  fix: "The lines `schedule:` and `- cron: '23 * * * *'` under `on:`.",
};

/** Secrets that directives are granted and this environment lacks. */
export function missingSecrets(facts: Facts): Finding[] {
  const users = facts.directives.filter(({ secrets }) => secrets.length > 0);
  const findings = users.flatMap((directive) => secretFinding(facts, directive));
  if (findings.length > 0 || users.length === 0) return findings;
  const names = [...new Set(users.flatMap(({ secrets }) => secrets))];
  return [fine('directives.secrets', `The secrets of the directives are set: ${names.join(', ')}`)];
}

function secretFinding(facts: Facts, { name, secrets }: Directive): Finding[] {
  const missing = secrets.filter((secret) => !facts.setting.secrets[secret]);
  if (missing.length === 0) return [];
  const unseen = missing.filter((secret) => !isPassedOn(facts, secret));
  const lines = (names: readonly string[]) => names.map((each) => `\`${each}: \${{ secrets.${each} }}\``).join(', ');
  const isUnknown = unseen.length === missing.length;
  return [
    {
      id: `directives.secrets.${name}`,
      status: isUnknown ? 'unknown' : 'fail',
      what: isUnknown
        ? `Whether ${missing.join(', ')}, which ${name} needs, is set is not to be seen: doctor.yml does not pass it on`
        : `${name} needs ${missing.join(', ')}, which is not set here`,
      why: 'A directive without its secrets is left out of every cycle.',
      fix: `${secretsPage(facts)}, ${missing.join(', ')}; then ${lines(missing)} under \`env:\` of the step in ${WORKFLOW_FOLDER}/${CYCLE_FILE}, and in ${DOCTOR_FILE}, which looks whether it is there.`,
    },
  ];
}

/** A job sees what its workflow hands it: with no such line in doctor.yml an empty variable says nothing. */
function isPassedOn({ setting, workflows }: Facts, secret: string): boolean {
  const own = workflows.find(({ file }) => file === DOCTOR_FILE);
  if (!setting.isEphemeral || !own) return true;
  return own.text
    .split('\n')
    .some((line) => !/^\s*#/.test(line) && line.replaceAll(' ', '').includes(`{{secrets.${secret}}}`));
}
