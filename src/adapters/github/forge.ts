import {
  FORGE_OPERATIONS,
  type ForgeAnswer,
  type ForgeArguments,
  type ForgeOperation,
  type ForgeParams,
  type ForgeResult,
} from '../../domain/forge.ts';
import { type Redactor, redactJson } from '../../domain/redaction.ts';
import type { Clock, Forge } from '../../ports.ts';
import { createStatus, dispatchWorkflow, enableWorkflow, listRuns, listWorkflows } from './actions.ts';
import { type GithubAccess, type GithubClient, openGithub, toFailure } from './client.ts';
import {
  changeLabels,
  closeIssue,
  ensureLabels,
  getIssue,
  listComments,
  listIssues,
  listLabelEvents,
  listLabels,
  upsertComment,
  upsertIssue,
  whenReopened,
  whoLabelled,
} from './issues.ts';
import { listJobs, readLog } from './jobs.ts';
import { listPulls, openPull } from './pulls.ts';
import { draftRelease, listReleases } from './releases.ts';
import { changeSettings, getClock, getPermission, getRepository, getRules, getSettings } from './settings.ts';
import { getTraffic } from './traffic.ts';

type Operations = {
  [O in ForgeOperation]: (client: GithubClient, params: ForgeArguments<O>) => Promise<ForgeResult<O>>;
};

const operations: Operations = {
  'repo.get': getRepository,
  'issues.list': listIssues,
  'issues.get': getIssue,
  'issues.comments': listComments,
  'issues.upsert': upsertIssue,
  'issues.comment': upsertComment,
  'issues.label': changeLabels,
  'issues.close': closeIssue,
  'issues.label_history': listLabelEvents,
  'issues.labelled': whoLabelled,
  'issues.reopened': whenReopened,
  'pulls.list': listPulls,
  'pulls.open': openPull,
  'runs.list': listRuns,
  'runs.jobs': listJobs,
  'runs.log': readLog,
  'releases.list': listReleases,
  'releases.draft': draftRelease,
  'traffic.get': getTraffic,
  'statuses.create': createStatus,
  'workflows.list': listWorkflows,
  'workflows.dispatch': dispatchWorkflow,
  'workflows.enable': enableWorkflow,
  'users.permission': getPermission,
  'labels.ensure': ensureLabels,
  'labels.list': listLabels,
  'settings.get': getSettings,
  'settings.set': changeSettings,
  'branches.rules': getRules,
  'clock.get': getClock,
};

/** The forge port on GitHub's REST API. What is written is redacted first; what is refused comes back as a value. */
export class GithubForge implements Forge {
  readonly repository: string;
  readonly #client: GithubClient;
  readonly #redact: Redactor;

  constructor(access: GithubAccess, options: { clock: Clock; redact: Redactor }) {
    this.repository = access.repository;
    this.#client = openGithub(access, options.clock);
    this.#redact = options.redact;
  }

  async call<O extends ForgeOperation>(operation: O, params: ForgeParams<O>): Promise<ForgeAnswer<O>> {
    const { params: schema, permission } = FORGE_OPERATIONS[operation];
    const parsed = schema.safeParse(redactJson(params, this.#redact));
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      return { failed: { kind: 'invalid', message: problems.join('; ') } };
    }
    try {
      const run = operations[operation] as Operations[O];
      return { value: await run(this.#client, parsed.data as ForgeArguments<O>) };
    } catch (error) {
      return { failed: toFailure(error, permission, this.#redact) };
    }
  }
}
