import type { Directive } from '../../domain/directive.ts';
import { type Finding, fine } from '../../domain/finding.ts';
import { type ForgeFailure, STEWARD_LABELS } from '../../domain/forge.ts';
import { type Facts, type ForgeFacts, siteUrl } from './facts.ts';

/** What the repository's settings on GitHub keep the agent from. */

export const HEAL_FILE = 'heal.yml';
const ENABLE_BUTTON = '"I understand my workflows, go ahead and enable them"';

/** Without an answer from GitHub everything there is one finding: how to ask. */
export function silence({ forge, identity, setting }: Facts): Finding[] {
  const why = 'Whether Actions, schedules, labels and branch rules let the agent work can not be seen from here.';
  if (!forge) {
    const name = identity.startsWith('local/') ? 'owner/name' : identity;
    const fix = setting.isEphemeral
      ? `The line \`GITHUB_TOKEN: \${{ github.token }}\` under \`env:\` of the step in .github/workflows/doctor.yml.`
      : `\`GITHUB_REPOSITORY=${name} GITHUB_TOKEN=$(gh auth token) npm run steward -- doctor\``;
    return [
      { id: 'github.answers', status: 'unknown', what: 'GitHub was not asked: no repository and token', why, fix },
    ];
  }
  if (!('silent' in forge)) return [];
  const { kind, message } = forge.silent;
  const isOurs = kind === 'denied' || kind === 'missing';
  return [
    {
      id: 'github.answers',
      status: isOurs ? 'fail' : 'unknown',
      what: `GitHub tells nothing of ${identity} (${message})`,
      why,
      fix: isOurs
        ? 'A token that may see this repository in GITHUB_TOKEN: `GITHUB_TOKEN=$(gh auth token) npm run steward -- doctor`. STEWARD_TOKEN goes before it where it is set.'
        : 'Try again later; https://www.githubstatus.com tells of troubles.',
    },
  ];
}

export function actionsEnabled(facts: Facts, { settings }: ForgeFacts): Finding {
  const id = 'github.actions';
  if (facts.setting.isEphemeral) return fine(id, 'Actions are enabled: this runs there');
  const path = `Settings > Actions > General > Actions permissions (${siteUrl(facts, 'settings/actions')})`;
  const isEnabled = 'value' in settings ? settings.value.is_enabled : null;
  if (isEnabled === true) return fine(id, 'Actions are enabled');
  const why = 'Without them nothing wakes the agent.';
  if (isEnabled === false)
    return { id, status: 'fail', what: 'Actions are disabled', why, fix: `${path}: "Allow all actions", Save.` };
  const what = `Whether Actions are enabled is told to owners' tokens only${because(settings)}`;
  return { id, status: 'unknown', what, why, fix: `Look at ${path}.` };
}

export function forkFinding(facts: Facts, { about, workflows }: ForgeFacts): Finding {
  const id = 'github.fork';
  if (!about.is_fork) return fine(id, 'No fork: GitHub starts its schedules without further clicks');
  const list = 'value' in workflows ? workflows.value : [];
  const isOn = list.length > 0 && list.every(({ state }) => state !== 'disabled_fork');
  if (isOn) return fine(id, 'A fork, and its schedules are enabled');
  return {
    id,
    status: 'warn',
    what: 'This is a fork, and GitHub switches Actions and schedules off in forks',
    why: 'Until its owner has enabled them nothing wakes the agent; secrets and issues do not come along either.',
    fix: `Actions tab (${siteUrl(facts, 'actions')}), ${ENABLE_BUTTON}; then each scheduled workflow on the left, "Enable workflow". "Use this template" instead of a fork needs none of it.`,
  };
}

/** The permission behind each answer. */
const AREAS = { workflows: 'actions', labels: 'issues', pulls: 'pull-requests', settings: 'administration' } as const;

/** What the token may read, and what it may not though this command would use it. */
export function tokenFinding({ setting }: Facts, forge: ForgeFacts): Finding {
  const id = 'github.token';
  const asked = (['workflows', 'labels', 'pulls', 'settings'] as const).map((part) => ({
    area: AREAS[part],
    answer: forge[part],
  }));
  const read = asked.filter(({ answer }) => 'value' in answer).map(({ area }) => area);
  const refused = asked.filter(({ answer }) => 'failed' in answer && /^(denied|missing)$/.test(answer.failed.kind));
  // No job's token can have administration, and only --fix would gain from it.
  const missing = refused.filter(({ area }) => area !== AREAS.settings);
  const names = missing.map(({ area }) => area);
  const may = read.join(', ') || 'nothing but that the repository is there';
  const what = `${setting.isEphemeral ? "This job's token" : 'The token'} is accepted and reads ${may}`;
  if (missing.length === 0) return fine(id, what);
  const lines = names.map((name) => `\`${name}: read\``).join(', ');
  return {
    id,
    status: 'warn',
    what: `${what}, not ${names.join(', ')}${because(missing[0]?.answer)}`,
    why: 'What it may not read is told as unknown below.',
    fix: setting.isEphemeral
      ? `${lines} under \`permissions:\` of the job in .github/workflows/doctor.yml.`
      : `A token with ${lines}: \`gh auth refresh --scopes repo,workflow\`, or a fine-grained one (github.com/settings/personal-access-tokens).`,
  };
}

/** Who would open pull requests. */
export const proposers = ({ directives, workflows }: Facts): string[] => [
  ...directives.filter(({ deliver }) => deliver === 'pull-request').map(({ name }) => name),
  ...workflows.filter(({ file }) => file === HEAL_FILE).map(({ file }) => file),
];

export function mayOpenPulls(facts: Facts, { settings }: ForgeFacts): Finding {
  const id = 'github.pulls';
  const users = proposers(facts).join(', ');
  const mayOpen = 'value' in settings ? settings.value.may_open_pulls : null;
  if (mayOpen === true) return fine(id, 'Actions may open pull requests');
  if (facts.setting.secrets.STEWARD_TOKEN) return fine(id, 'STEWARD_TOKEN opens the pull requests');
  if (users === '') return fine(id, 'No directive delivers by pull request: Actions need not be allowed to open any');
  const isKnown = mayOpen === false;
  return {
    id,
    status: isKnown ? 'warn' : 'unknown',
    what: isKnown
      ? `Actions may not open pull requests, as ${users} would`
      : `Whether Actions may open pull requests, as ${users} would, is told to owners' tokens only${because(settings)}`,
    why: 'Where they may not, a proposal becomes a branch and an issue with the link that opens the pull request.',
    fix: `Settings > Actions > General > Workflow permissions (${siteUrl(facts, 'settings/actions')}): tick "Allow GitHub Actions to create and approve pull requests", Save. Where an organization forbids that, a secret STEWARD_TOKEN does the same.`,
  };
}

const needsIssues = ({ on, approval }: Directive) =>
  on.includes('task') || on.includes('issue') || approval === 'required';

export function issuesEnabled(facts: Facts, { about }: ForgeFacts): Finding {
  const id = 'github.issues';
  if (about.has_issues) return fine(id, 'Issues are enabled');
  const users = facts.directives.filter(needsIssues).map(({ name }) => name);
  return {
    id,
    status: users.length > 0 ? 'fail' : 'warn',
    what: `Issues are disabled${about.is_fork ? ', as in every new fork' : ''}`,
    why:
      users.length > 0
        ? `${users.join(', ')} can not be asked for or released without them, and the watchdog has nowhere to speak.`
        : 'Tasks, approvals and the word of the watchdog that cycles have stopped are issues.',
    fix: `Settings > General > Features (${siteUrl(facts, 'settings')}): tick "Issues".`,
  };
}

/** Labels of ours that the repository lacks. GitHub takes no notice of case. */
export function missingLabels({ labels }: ForgeFacts): string[] {
  if ('failed' in labels) return [];
  const known = new Set(labels.value.map((name) => name.toLowerCase()));
  return STEWARD_LABELS.map(({ name }) => name).filter((name) => !known.has(name));
}

export function labelsFinding(_: Facts, forge: ForgeFacts): Finding {
  const id = 'github.labels';
  const missing = missingLabels(forge);
  const why = 'The form for a task sets no label that is not there, and a task without its label is not seen.';
  const fix = '`npm run steward -- doctor --fix`, or Issues > Labels > New label.';
  if ('failed' in forge.labels)
    return { id, status: 'unknown', what: `The labels can not be read${because(forge.labels)}`, why, fix };
  if (missing.length === 0) return fine(id, 'The labels are there');
  return { id, status: 'warn', what: `Labels are missing: ${missing.join(', ')}`, why, fix };
}

/** ` (Resource not accessible ...)`, where there is a reason to tell. */
export const because = (answer: { value: unknown } | { failed: ForgeFailure } | undefined): string =>
  answer && 'failed' in answer ? ` (${answer.failed.message})` : '';
