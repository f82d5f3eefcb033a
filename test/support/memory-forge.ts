import {
  FORGE_OPERATIONS,
  type ForgeAnswer,
  type ForgeArguments,
  type ForgeFailure,
  type ForgeOperation,
  type ForgeParams,
  type ForgeResult,
} from '../../src/domain/forge.ts';
import {
  hasMarker,
  isMarkedComment,
  type Pull,
  type Workflow,
  type WorkflowRun,
  withMarker,
} from '../../src/domain/forge-words.ts';
import type { Forge } from '../../src/ports.ts';
import { type Kept, toIssue } from './memory-issue.ts';
import { MemoryReleases } from './memory-releases.ts';

/** A forge in memory, held to the contract of the real one (test/contract/forge.test.ts). Its state is plain and open. */
export class MemoryForge implements Forge {
  readonly repository = 'octo/house';
  readonly issues: Kept[] = [];
  readonly pulls: Pull[] = [];
  readonly runs: WorkflowRun[] = [];
  readonly workflows: Workflow[] = [];
  readonly dispatches: ForgeArguments<'workflows.dispatch'>[] = [];
  readonly statuses: ForgeArguments<'statuses.create'>[] = [];
  readonly labels = new Set<string>();
  readonly permissions: Record<string, ForgeResult<'users.permission'>['permission']> = {};
  readonly settings: ForgeResult<'settings.get'> = {
    is_enabled: true,
    may_open_pulls: true,
    default_permission: 'read',
  };
  readonly rules: ForgeResult<'branches.rules'> = { rules: [], is_protected: false };
  readonly about = { is_private: false, is_fork: false, has_issues: true };
  /** Operations that fail, and how. */
  readonly failures: Partial<Record<ForgeOperation, ForgeFailure>> = {};
  readonly calls: { operation: ForgeOperation; params: unknown }[] = [];
  readonly self: string;
  /** Jobs, logs, releases and traffic. */
  readonly outcomes = new MemoryReleases(this.repository, { self: () => this.self, at: () => this.#at() });
  readonly #now: () => Date;
  #numbers = 0;

  constructor(options: { now?: () => Date; self?: string } = {}) {
    this.#now = options.now ?? (() => new Date('2026-03-04T14:30:00Z'));
    this.self = options.self ?? 'github-actions[bot]';
  }

  async call<O extends ForgeOperation>(operation: O, params: ForgeParams<O>): Promise<ForgeAnswer<O>> {
    this.calls.push({ operation, params });
    const failed = this.failures[operation];
    if (failed) return { failed };
    const parsed = FORGE_OPERATIONS[operation].params.safeParse(params);
    if (!parsed.success) return { failed: { kind: 'invalid', message: parsed.error.message } };
    try {
      const run = this.#operations[operation] as unknown as (params: ForgeArguments<O>) => ForgeResult<O>;
      return { value: structuredClone(run(parsed.data as ForgeArguments<O>)) };
    } catch (error) {
      return { failed: error as ForgeFailure };
    }
  }

  openIssue(author: string, given: { title?: string; body?: string; labels?: string[]; association?: string }): number {
    const { title = 'An issue', body = '', labels = [], association = 'OWNER' } = given;
    const number = ++this.#numbers;
    const url = `https://github.com/${this.repository}/issues/${number}`;
    const at = this.#at();
    const events = labels.map((label) => ({ label, by: author, at, is_set: true }));
    const kept = { number, title, body, labels: [...labels], author, association, url, events };
    this.issues.push({ ...kept, state: 'open', created: at, updated: at, comments: [], reopened: null });
    return number;
  }

  comment(author: string, number: number, body: string, association = 'NONE'): void {
    const { comments, url } = this.#issue(number);
    const id = comments.length + 1;
    comments.push({ id, author, association, body, created: this.#at(), url: `${url}#${id}` });
  }

  label(login: string, number: number, label: string): void {
    const issue = this.#issue(number);
    issue.labels.push(label);
    issue.events.push({ label, by: login, at: this.#at(), is_set: true });
  }

  setState(number: number, state: 'open' | 'closed'): void {
    const issue = this.#issue(number);
    if (issue.state === 'closed' && state === 'open') issue.reopened = this.#at();
    issue.state = state;
  }

  #at(): string {
    return this.#now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
  }

  #issue(number: number): Kept {
    const found = this.issues.find((issue) => issue.number === number);
    if (found) return found;
    throw { kind: 'missing', message: 'Not Found' } satisfies ForgeFailure;
  }

  #workflow(file: string): Workflow {
    const found = this.workflows.find((workflow) => workflow.file === file);
    if (found) return found;
    throw { kind: 'missing', message: 'Not Found' } satisfies ForgeFailure;
  }

  readonly #operations: { [O in ForgeOperation]: (params: ForgeArguments<O>) => ForgeResult<O> } = {
    'repo.get': () => ({
      name: this.repository,
      default_branch: 'main',
      ...this.about,
      open_issues: this.issues.filter(({ state }) => state === 'open').length,
      stars: 0,
      owner: 'octo',
      url: `https://github.com/${this.repository}`,
    }),
    'issues.list': ({ state, labels, since, limit }) =>
      this.issues
        .filter((issue) => state === 'all' || issue.state === state)
        .filter((issue) => labels.every((label) => issue.labels.includes(label)))
        .filter((issue) => since === undefined || issue.updated >= since)
        .toReversed()
        .slice(0, limit)
        .map(toIssue),
    'issues.get': ({ number }) => toIssue(this.#issue(number)),
    'issues.comments': ({ number, limit }) => this.#issue(number).comments.slice(0, limit),
    'issues.upsert': (wanted) => this.#upsert(wanted),
    'issues.comment': ({ number, marker, body }) => {
      const issue = this.#issue(number);
      const text = withMarker(body, marker);
      const found = issue.comments.find((comment) => isMarkedComment(comment, marker));
      const changed = found?.body !== text;
      if (found) found.body = text;
      else this.comment(this.self, number, text);
      return { number, url: found?.url ?? issue.comments.at(-1)?.url ?? null, created: !found, changed };
    },
    'issues.label': ({ number, add, remove }) => {
      const issue = this.#issue(number);
      for (const name of add.filter((each) => !issue.labels.includes(each))) this.label(this.self, number, name);
      for (const label of remove.filter((each) => issue.labels.includes(each)))
        issue.events.push({ label, by: this.self, at: this.#at(), is_set: false });
      issue.labels = issue.labels.filter((name) => !remove.includes(name));
      return { labels: [...issue.labels] };
    },
    'issues.close': ({ number }) => {
      const issue = this.#issue(number);
      const changed = issue.state === 'open';
      issue.state = 'closed';
      return { changed };
    },
    'issues.labelled': ({ number, label }) => {
      const last = this.#issue(number).events.findLast((event) => event.label === label);
      return last?.is_set ? { by: last.by, at: last.at } : null;
    },
    'issues.label_history': ({ number }) => this.#issue(number).events,
    'issues.reopened': ({ number }) => {
      const { reopened } = this.#issue(number);
      return reopened === null ? null : { at: reopened };
    },
    'pulls.list': ({ state, head, limit }) =>
      this.pulls
        .filter((pull) => (state === 'all' || pull.state === state) && (head === undefined || pull.head === head))
        .toReversed()
        .slice(0, limit),
    'pulls.open': ({ marker, title, body, head, base, labels, update }) => {
      const found = this.pulls.find((pull) => pull.head === head && hasMarker(pull.body, marker));
      if (found?.state === 'open' && update) Object.assign(found, { title, body: withMarker(body, marker) });
      if (found) return { number: found.number, url: found.url, created: false, state: found.state };
      const number = ++this.#numbers;
      const url = `https://github.com/${this.repository}/pull/${number}`;
      const at = this.#at();
      const pull = { number, title, body: withMarker(body, marker), head, base, labels, url, created: at, updated: at };
      this.pulls.push({ ...pull, state: 'open', merged: null, sha: '0'.repeat(40), isFork: false, author: this.self });
      return { number, url, created: true, state: 'open' };
    },
    'runs.list': ({ workflow, branch, event, status, since, limit }) => {
      const file = workflow && this.#workflow(workflow).file;
      return this.runs
        .filter((run) => !file || run.workflow === file)
        .filter((run) => (!branch || run.branch === branch) && (!event || run.event === event))
        .filter((run) => !status || run.status === status || run.conclusion === status)
        .filter((run) => !since || run.created >= since)
        .toSorted((a, b) => b.created.localeCompare(a.created))
        .slice(0, limit);
    },
    ...this.outcomes.operations,
    'statuses.create': (status) => ({ id: this.statuses.push(status) }),
    'workflows.list': () => this.workflows,
    'workflows.dispatch': (dispatch) => {
      this.#workflow(dispatch.workflow);
      this.dispatches.push(dispatch);
      return { dispatched: true };
    },
    'workflows.enable': ({ workflow }) => {
      this.#workflow(workflow).state = 'active';
      return { enabled: true };
    },
    'users.permission': ({ login }) => ({ permission: this.permissions[login] ?? 'none' }),
    'labels.list': () => [...this.labels],
    'labels.ensure': ({ labels }) => {
      const created = labels.map(({ name }) => name).filter((name) => !this.labels.has(name));
      for (const name of created) this.labels.add(name);
      return { created };
    },
    'settings.get': () => this.settings,
    'settings.set': ({ may_open_pulls, has_issues }) => {
      if (may_open_pulls) this.settings.may_open_pulls = true;
      if (has_issues) this.about.has_issues = true;
      return { changed: true };
    },
    'branches.rules': () => this.rules,
    'clock.get': () => ({ now: this.#now().toISOString() }),
  };

  #upsert(wanted: ForgeArguments<'issues.upsert'>): ForgeResult<'issues.upsert'> {
    const body = withMarker(wanted.body, wanted.marker);
    const marked = this.issues.filter(
      (issue) => issue.labels.includes('steward') && hasMarker(issue.body, wanted.marker),
    );
    const found = marked.find(({ state }) => state === 'open') ?? marked.at(-1);
    if (!found && wanted.state === 'closed') return { number: null, url: null, created: false, changed: false };
    const labels = [...new Set(['steward', ...wanted.labels])];
    if (!found) {
      const number = this.openIssue(this.self, { title: wanted.title, body, labels });
      return { number, url: this.#issue(number).url, created: true, changed: true };
    }
    const isSameText = found.title === wanted.title && found.body === body;
    const isSameState = found.state === wanted.state || (found.state === 'closed' && isSameText);
    const missing = labels.filter((label) => !found.labels.includes(label));
    const changed = !isSameText || !isSameState || missing.length > 0;
    if (!isSameState) this.setState(found.number, wanted.state);
    Object.assign(found, { title: wanted.title, body, labels: [...found.labels, ...missing] });
    return { number: found.number, url: found.url, created: false, changed };
  }
}
