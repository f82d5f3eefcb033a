import { describe, expect, test } from 'vitest';
import { GithubForge } from '../../src/adapters/github/forge.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Forge } from '../../src/ports.ts';
import { forgeValue } from '../support/forge-value.ts';
import type { Permissions } from '../support/github/auth.ts';
import { type GitHub, startGitHub } from '../support/github/start-github.ts';
import { MemoryForge } from '../support/memory-forge.ts';

/** Jobs and their logs, releases, visitors, and who set which label. */
interface Stage {
  forge: Forge;
  /** A failed run with one job of two steps; gives both ids. */
  failRun(log?: string): Promise<{ run: number; job: number }>;
  edit(id: number, change: { name?: string; body?: string }): Promise<void>;
  publish(id: number): Promise<void>;
  /** A draft that a person made. */
  draft(tag: string): void;
  openIssue(labels: string[]): number;
  label(login: string, number: number, label: string): void;
  visit(day: string, count: number): void;
}

const WORKFLOW = 'name: ci\non: push\njobs: {}\n';
const PERMISSIONS = { actions: 'read', contents: 'write', issues: 'write', administration: 'read' } as const;
const STEPS = [
  { name: 'npm ci', conclusion: 'success' as const },
  { name: 'npm test', conclusion: 'failure' as const },
];

function forgeOf(server: GitHub, permissions: Permissions): Forge {
  const token = server.token({ login: 'github-actions[bot]', permissions });
  const clock = systemClock(() => new Date(), Math.random);
  return new GithubForge({ repository: 'octo/house', token, apiUrl: server.apiUrl }, { clock, redact: (text) => text });
}

async function github(): Promise<Stage & { server: GitHub }> {
  const server = await startGitHub({ repository: 'octo/house', tree: { '.github/workflows/ci.yml': WORKFLOW } });
  const { act, state } = server;
  return {
    server,
    forge: forgeOf(server, PERMISSIONS),
    async failRun(log) {
      const run = await act.startRun('ci.yml', { event: 'push' });
      act.finishRun(run, 'failure', [{ name: 'test', steps: STEPS, ...(log === undefined ? {} : { log }) }]);
      return { run, job: state.runs.at(-1)?.jobs[0]?.id ?? 0 };
    },
    edit: (id, change) => act.editRelease(id, change),
    publish: (id) => act.editRelease(id, { isDraft: false }),
    draft(tag) {
      const text = { tag, name: 'Mine', body: '', isDraft: true, login: 'octo' };
      state.releases.push({ ...text, id: 99, createdAt: '2026-01-01T00:00:00Z', publishedAt: null });
    },
    openIssue: (labels) => act.openIssue('octo', { title: 'A', body: '', labels }),
    label: act.label,
    visit(day, count) {
      state.traffic.views.push({ day, count, uniques: 1 });
      state.traffic.referrers.push({ referrer: 'example.org', count, uniques: 1 });
    },
  };
}

async function memory(): Promise<Stage> {
  const forge = new MemoryForge({ now: () => new Date() });
  const { outcomes } = forge;
  const release = (id: number) => outcomes.releases.find((each) => each.id === id) ?? {};
  return {
    forge,
    async failRun(log) {
      const job = { id: 7, name: 'test', status: 'completed', conclusion: 'failure', failed_steps: ['npm test'] };
      outcomes.jobs[1] = [{ ...job, url: '' }];
      if (log !== undefined) outcomes.logs[7] = log;
      return { run: 1, job: 7 };
    },
    edit: async (id, change) => void Object.assign(release(id), change),
    publish: async (id) => void Object.assign(release(id), { is_draft: false, published: '2026-01-01T00:00:00Z' }),
    draft(tag) {
      const text = { tag, name: 'Mine', body: '', url: '', author: 'octo', created: '2026-01-01T00:00:00Z' };
      outcomes.releases.push({ ...text, id: 99, is_draft: true, is_prerelease: false, published: null });
    },
    openIssue: (labels) => forge.openIssue('octo', { labels }),
    label: (login, number, label) => forge.label(login, number, label),
    visit(day, count) {
      outcomes.traffic.views.days.push({ day, count, uniques: 1 });
      outcomes.traffic.views.count += count;
      outcomes.traffic.views.uniques = 1;
      outcomes.traffic.referrers.push({ referrer: 'example.org', count, uniques: 1 });
    },
  };
}

const DRAFT = { marker: 'release:next', tag: 'v1.1.0', name: 'v1.1.0', body: '- A feature' };

describe.each([
  ['GitHub', github],
  ['memory', memory],
])('the forge on %s', (_, open) => {
  test('tells the jobs of a run with the steps that failed, and the end of their log', async () => {
    const { forge, failRun } = await open();
    const log = `${'2026-01-01T00:00:00Z ok\n'.repeat(2000)}2026-01-01T00:00:01Z ##[error]Process completed with exit code 1.\n`;
    const { run, job } = await failRun(log);
    expect(await forgeValue(forge, 'runs.jobs', { run })).toMatchObject([
      { id: job, name: 'test', status: 'completed', conclusion: 'failure', failed_steps: ['npm test'] },
    ]);
    const end = await forgeValue(forge, 'runs.log', { job, kilobytes: 1 });
    expect(end).toMatchObject({ is_cut: true, text: expect.stringMatching(/^2026-01-01T00:00:00Z ok\n/) });
    expect(end.text).toMatch(/exit code 1\.\n$/);
    expect(end.text.length).toBeLessThanOrEqual(1024);
    expect(await forgeValue(forge, 'runs.log', { job, kilobytes: 512 })).toEqual({ text: log, is_cut: false });
  });

  test('says that a log is missing', async () => {
    const { forge, failRun } = await open();
    const { job } = await failRun();
    expect(await forge.call('runs.log', { job })).toMatchObject({ failed: { kind: 'missing' } });
  });

  test('keeps one draft per marker: made, left alone, changed, and with a new tag still the same one', async () => {
    const { forge } = await open();
    const made = await forgeValue(forge, 'releases.draft', DRAFT);
    expect(made.state).toBe('made');
    expect(await forgeValue(forge, 'releases.draft', DRAFT)).toMatchObject({ id: made.id, state: 'same' });
    const more = { ...DRAFT, tag: 'v2.0.0', name: 'v2.0.0', body: '- Breaks' };
    expect(await forgeValue(forge, 'releases.draft', more)).toMatchObject({ id: made.id, state: 'changed' });
    const [listed, ...others] = await forgeValue(forge, 'releases.list', {});
    expect(others).toEqual([]);
    expect(listed).toMatchObject({ id: made.id, tag: 'v2.0.0', name: 'v2.0.0', is_draft: true, published: null });
    expect(listed?.body).toMatch(/^- Breaks\n\n<!-- steward:release:next -->\n/);
  });

  test.each([
    ['text', { body: 'My own words' }],
    ['title', { name: 'The big one' }],
  ])('leaves a draft alone whose %s a person edited', async (_what, change) => {
    const { forge, edit } = await open();
    const { id } = await forgeValue(forge, 'releases.draft', DRAFT);
    const [before] = await forgeValue(forge, 'releases.list', {});
    await edit(id, 'body' in change ? { body: `${change.body} ${before?.body}` } : change);
    const news = { ...DRAFT, body: '- Another feature' };
    expect(await forgeValue(forge, 'releases.draft', news)).toMatchObject({ id, state: 'theirs' });
    expect((await forgeValue(forge, 'releases.list', {}))[0]?.body).not.toContain('Another feature');
  });

  test('takes other line ends for no edit', async () => {
    const { forge, edit } = await open();
    const { id } = await forgeValue(forge, 'releases.draft', DRAFT);
    const [before] = await forgeValue(forge, 'releases.list', {});
    await edit(id, { body: before?.body.replaceAll('\n', '\r\n') ?? '' });
    expect(await forgeValue(forge, 'releases.draft', { ...DRAFT, body: '- News' })).toMatchObject({ state: 'changed' });
  });

  test('touches nothing that is published, and drafts the next one beside it', async () => {
    const { forge, publish } = await open();
    const { id } = await forgeValue(forge, 'releases.draft', DRAFT);
    await publish(id);
    const late = { ...DRAFT, body: '- Too late' };
    expect(await forgeValue(forge, 'releases.draft', late)).toMatchObject({ id, state: 'published' });
    const next = await forgeValue(forge, 'releases.draft', { ...late, tag: 'v1.2.0', name: 'v1.2.0' });
    expect(next).toMatchObject({ state: 'made' });
    expect(next.id).not.toBe(id);
    const out = (await forgeValue(forge, 'releases.list', {})).find((release) => release.id === id);
    expect(out).toMatchObject({ is_draft: false, tag: 'v1.1.0', body: expect.stringContaining('A feature') });
  });

  test('opens no second draft of a tag that a person drafts', async () => {
    const { forge, draft } = await open();
    draft('v1.1.0');
    expect(await forgeValue(forge, 'releases.draft', DRAFT)).toMatchObject({ state: 'theirs' });
    expect(await forgeValue(forge, 'releases.list', {})).toMatchObject([{ name: 'Mine', body: '' }]);
  });

  test('tells who set and took which label, oldest first', async () => {
    const { forge, openIssue, label } = await open();
    const number = openIssue(['bug']);
    await forgeValue(forge, 'issues.label', { number, remove: ['bug'] });
    label('ada', number, 'docs');
    const events = await forgeValue(forge, 'issues.label_history', { number });
    expect(events.map(({ at: _at, ...rest }) => rest)).toEqual([
      { label: 'bug', by: 'octo', is_set: true },
      { label: 'bug', by: 'github-actions[bot]', is_set: false },
      { label: 'docs', by: 'ada', is_set: true },
    ]);
  });

  test('tells of visitors by day and by where they came from', async () => {
    const { forge, visit } = await open();
    visit('2026-01-01', 3);
    expect(await forgeValue(forge, 'traffic.get', {})).toEqual({
      views: { count: 3, uniques: 1, days: [{ day: '2026-01-01', count: 3, uniques: 1 }] },
      clones: { count: 0, uniques: 0, days: [] },
      referrers: [{ referrer: 'example.org', count: 3, uniques: 1 }],
      paths: [],
    });
  });
});

describe('on GitHub alone', () => {
  test('who may read contents only sees no draft and makes none, and traffic wants a token of its own', async () => {
    const { server, forge } = await github();
    await forgeValue(forge, 'releases.draft', DRAFT);
    const reader = forgeOf(server, { contents: 'read' });
    expect(await forgeValue(reader, 'releases.list', {})).toEqual([]);
    for (const [operation, params, needed] of [
      ['releases.draft', DRAFT, 'contents: write'],
      ['traffic.get', {}, 'administration: read'],
    ] as const)
      expect(await reader.call(operation, params)).toMatchObject({
        failed: { kind: 'denied', message: `Resource not accessible by integration (the token needs \`${needed}\`)` },
      });
  });

  test('a log of many megabytes is read to its end, and its bytes are cut between characters', async () => {
    const { forge, failRun } = await github();
    const { job } = await failRun(`\u{feff}${'ä'.repeat(4_000_000)}`);
    const { text, is_cut } = await forgeValue(forge, 'runs.log', { job, kilobytes: 1 });
    expect(is_cut).toBe(true);
    expect(text).toMatch(/^ä+$/);
    expect(text.length).toBeGreaterThan(500);
  });

  test('a list that broke is asked for again, a draft is not made twice when the answer was lost', async () => {
    const { server, forge } = await github();
    server.fail({ method: 'GET', path: /\/releases$/, status: 502 });
    server.fail({ method: 'POST', path: /\/releases$/, status: 502, isAfterEffect: true });
    expect(await forge.call('releases.draft', DRAFT)).toMatchObject({ failed: { kind: 'unreachable' } });
    expect(await forgeValue(forge, 'releases.draft', DRAFT)).toMatchObject({ state: 'same' });
    expect(server.state.releases).toHaveLength(1);
  });
});
