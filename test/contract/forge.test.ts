import { describe, expect, test } from 'vitest';
import { GithubForge } from '../../src/adapters/github/forge.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { STEWARD_LABELS } from '../../src/domain/forge.ts';
import type { Forge } from '../../src/ports.ts';
import { forgeValue } from '../support/forge-value.ts';
import { startGitHub } from '../support/github/start-github.ts';
import { MemoryForge } from '../support/memory-forge.ts';

/** A forge, and what people do there. */
interface Stage {
  forge: Forge;
  openIssue(login: string, issue: { title: string; body: string; labels?: string[] }): number;
  label(login: string, number: number, label: string): void;
  setState(number: number, state: 'open' | 'closed'): void;
  branch(name: string): Promise<void>;
  addWorkflow(file: string): Promise<void>;
  startRun(file: string): Promise<void>;
  /** The newest commit of the default branch. */
  head(): Promise<string>;
}

const WORKFLOW = "name: nightly\non:\n  workflow_dispatch:\njobs: { a: { runs-on: x, steps: [{ run: 'true' }] } }\n";

async function github(): Promise<Stage> {
  const server = await startGitHub({ repository: 'octo/house' });
  server.state.users.ada = { role: 'write' };
  server.state.settings.mayActionsCreatePulls = true;
  const token = server.token({
    login: 'github-actions[bot]',
    permissions: {
      contents: 'write',
      issues: 'write',
      'pull-requests': 'write',
      actions: 'write',
      statuses: 'write',
      administration: 'write',
    },
  });
  const clock = systemClock(() => new Date(), Math.random);
  return {
    forge: new GithubForge(
      { repository: 'octo/house', token, apiUrl: server.apiUrl },
      { clock, redact: (text) => text },
    ),
    openIssue: (login, { labels = [], ...issue }) => server.act.openIssue(login, { labels, ...issue }),
    label: server.act.label,
    setState: (number, state) =>
      state === 'open' ? server.act.reopenIssue('octo', number) : server.act.closeIssue('octo', number),
    branch: async (name) => void (await server.act.branch('octo', name, { 'new.md': 'new\n' })),
    addWorkflow: async (file) => void (await server.act.pushFile('octo', `.github/workflows/${file}`, WORKFLOW)),
    startRun: async (file) => void (await server.act.startRun(file, { event: 'workflow_dispatch' })),
    head: async () => (await server.clone('octo')).git('rev-parse', 'HEAD'),
  };
}

async function memory(): Promise<Stage> {
  const forge = new MemoryForge({ now: () => new Date() });
  forge.permissions.ada = 'write';
  return {
    forge,
    openIssue: (login, issue) => forge.openIssue(login, issue),
    label: (login, number, label) => forge.label(login, number, label),
    setState: (number, state) => forge.setState(number, state),
    branch: async () => {},
    addWorkflow: async (file) => void forge.workflows.push({ file, name: 'nightly', state: 'active' }),
    head: async () => '0'.repeat(40),
    async startRun(file) {
      const at = new Date().toISOString();
      const run = { workflow: file, event: 'workflow_dispatch', status: 'queued', conclusion: null, branch: 'main' };
      forge.runs.push({ ...run, id: 1, sha: '', actor: 'octo', created: at, started: at, updated: at, url: '' });
    },
  };
}

const ROLLING = { marker: 'links:broken', title: 'Broken links', body: 'Two are broken.' };

describe.each([
  ['GitHub', github],
  ['memory', memory],
])('the forge on %s', (_, open) => {
  test('lists issues by label and state, newest first, and no pull requests among them', async () => {
    const { forge, openIssue, setState, branch } = await open();
    const one = openIssue('octo', { title: 'One', body: 'text', labels: ['bug'] });
    const two = openIssue('octo', { title: 'Two', body: '' });
    await branch('work');
    await forgeValue(forge, 'pulls.open', { marker: 'm', title: 'Work', body: 'b', head: 'work', base: 'main' });
    setState(two, 'closed');
    expect((await forgeValue(forge, 'issues.list', {})).map(({ number }) => number)).toEqual([one]);
    expect((await forgeValue(forge, 'issues.list', { state: 'all' })).map(({ number }) => number)).toEqual([two, one]);
    expect(await forgeValue(forge, 'issues.list', { labels: ['bug'] })).toMatchObject([
      { number: one, title: 'One', body: 'text', state: 'open', labels: ['bug'], author: 'octo', association: 'OWNER' },
    ]);
  });

  test('pages through more than one page can hold', async () => {
    const { forge, openIssue } = await open();
    for (let count = 1; count <= 130; count++) openIssue('octo', { title: `Issue ${count}`, body: '' });
    expect(await forgeValue(forge, 'issues.list', { limit: 500 })).toHaveLength(130);
    expect(await forgeValue(forge, 'issues.list', { limit: 120 })).toHaveLength(120);
  });

  test('keeps one rolling issue per marker: made, changed, left alone, closed, reopened with news', async () => {
    const { forge, setState } = await open();
    const made = await forgeValue(forge, 'issues.upsert', ROLLING);
    expect(made).toMatchObject({ created: true, changed: true });
    expect(await forgeValue(forge, 'issues.upsert', ROLLING)).toMatchObject({ number: made.number, changed: false });
    expect(await forgeValue(forge, 'issues.upsert', { ...ROLLING, body: 'One is broken.' })).toMatchObject({
      number: made.number,
      created: false,
      changed: true,
    });
    await forgeValue(forge, 'issues.upsert', { ...ROLLING, body: 'None is broken.', state: 'closed' });
    const number = made.number ?? 0;
    expect(await forgeValue(forge, 'issues.get', { number })).toMatchObject({ state: 'closed', title: 'Broken links' });
    await forgeValue(forge, 'issues.upsert', { ...ROLLING, body: 'One is broken again.' });
    expect((await forgeValue(forge, 'issues.get', { number })).state).toBe('open');
    setState(number, 'closed');
    expect(await forgeValue(forge, 'issues.upsert', { ...ROLLING, body: 'One is broken again.' })).toMatchObject({
      changed: false,
    });
    expect((await forgeValue(forge, 'issues.get', { number })).state).toBe('closed');
  });

  test('opens nothing for a fact that is over, and takes nobody else’s text for its own', async () => {
    const { forge, openIssue } = await open();
    const over = { ...ROLLING, state: 'closed' as const };
    expect(await forgeValue(forge, 'issues.upsert', over)).toEqual({
      number: null,
      url: null,
      created: false,
      changed: false,
    });
    const forged = openIssue('mallory', { title: 'Mine', body: '<!-- steward:links:broken -->' });
    const made = await forgeValue(forge, 'issues.upsert', ROLLING);
    expect(made.created).toBe(true);
    expect(made.number).not.toBe(forged);
  });

  test('writes one comment per marker, and changes it when its text does', async () => {
    const { forge, openIssue } = await open();
    const number = openIssue('octo', { title: 'A', body: '' });
    const comment = { number, marker: 'answer:task:1', body: 'Done.' };
    expect(await forgeValue(forge, 'issues.comment', comment)).toMatchObject({ created: true });
    expect(await forgeValue(forge, 'issues.comment', comment)).toMatchObject({ created: false, changed: false });
    expect(await forgeValue(forge, 'issues.comment', { ...comment, body: 'Done, twice.' })).toMatchObject({
      changed: true,
    });
    expect((await forgeValue(forge, 'issues.comments', { number })).map(({ body }) => body)).toEqual([
      'Done, twice.\n\n<!-- steward:answer:task:1 -->\n',
    ]);
  });

  test('sets and takes labels, says who set one last, and closes', async () => {
    const { forge, openIssue, label } = await open();
    const number = openIssue('octo', { title: 'A', body: '', labels: ['a'] });
    expect(await forgeValue(forge, 'issues.label', { number, add: ['b'], remove: ['a', 'z'] })).toEqual({
      labels: ['b'],
    });
    expect(await forgeValue(forge, 'issues.labelled', { number, label: 'c' })).toBeNull();
    label('ada', number, 'c');
    expect(await forgeValue(forge, 'issues.labelled', { number, label: 'c' })).toMatchObject({ by: 'ada' });
    await forgeValue(forge, 'issues.label', { number, remove: ['c'] });
    expect(await forgeValue(forge, 'issues.labelled', { number, label: 'c' })).toBeNull();
    expect(await forgeValue(forge, 'users.permission', { login: 'ada' })).toEqual({ permission: 'write' });
    expect(await forgeValue(forge, 'issues.close', { number })).toEqual({ changed: true });
    expect(await forgeValue(forge, 'issues.close', { number })).toEqual({ changed: false });
  });

  test('opens a pull request once, whatever became of it', async () => {
    const { forge, branch } = await open();
    await branch('steward/post/1');
    const wanted = {
      marker: 'proposal:1',
      title: 'A post',
      body: 'text',
      head: 'steward/post/1',
      base: 'main',
      labels: ['steward'],
    };
    const opened = await forgeValue(forge, 'pulls.open', wanted);
    expect(opened).toMatchObject({ created: true, state: 'open' });
    expect(await forgeValue(forge, 'pulls.open', wanted)).toMatchObject({ number: opened.number, created: false });
    expect(await forgeValue(forge, 'pulls.list', { head: 'steward/post/1' })).toMatchObject([
      { number: opened.number, head: 'steward/post/1', base: 'main', isFork: false, merged: null, labels: ['steward'] },
    ]);
    expect(await forgeValue(forge, 'pulls.list', { head: 'other' })).toEqual([]);
  });

  test('starts, lists and enables workflows', async () => {
    const { forge, addWorkflow, startRun } = await open();
    expect(await forge.call('workflows.dispatch', { workflow: 'nightly.yml', ref: 'main' })).toMatchObject({
      failed: { kind: 'missing' },
    });
    await addWorkflow('nightly.yml');
    expect(await forgeValue(forge, 'workflows.list', {})).toEqual([
      { file: 'nightly.yml', name: 'nightly', state: 'active' },
    ]);
    await forgeValue(forge, 'workflows.dispatch', { workflow: 'nightly.yml', ref: 'main' });
    await startRun('nightly.yml');
    const [newest] = await forgeValue(forge, 'runs.list', {
      workflow: 'nightly.yml',
      event: 'workflow_dispatch',
      limit: 1,
    });
    expect(newest).toMatchObject({ workflow: 'nightly.yml', event: 'workflow_dispatch', branch: 'main' });
    expect(await forgeValue(forge, 'runs.list', { branch: 'other' })).toEqual([]);
    expect(await forgeValue(forge, 'workflows.enable', { workflow: 'nightly.yml' })).toEqual({ enabled: true });
  });

  test('sets a status on a commit, and refuses what names none', async () => {
    const { forge, head } = await open();
    const status = {
      context: 'ci',
      state: 'success',
      description: 'verified',
      url: 'https://example.org/run',
    } as const;
    expect(await forgeValue(forge, 'statuses.create', { sha: await head(), ...status })).toMatchObject({
      id: expect.any(Number),
    });
    expect(await forge.call('statuses.create', { sha: 'no commit', ...status })).toMatchObject({
      failed: { kind: 'invalid' },
    });
  });

  test('makes the labels that are missing, and no other', async () => {
    const { forge } = await open();
    const labels = STEWARD_LABELS.map((label) => ({ ...label }));
    await forgeValue(forge, 'labels.ensure', { labels: labels.slice(0, 2) });
    expect((await forgeValue(forge, 'labels.ensure', { labels })).created).toEqual(
      labels.slice(2).map(({ name }) => name),
    );
    expect(await forgeValue(forge, 'labels.list', {})).toEqual(expect.arrayContaining(labels.map(({ name }) => name)));
  });

  test('tells of the repository, its settings, its rules and its clock', async () => {
    const { forge } = await open();
    expect(await forgeValue(forge, 'repo.get', {})).toMatchObject({
      name: 'octo/house',
      default_branch: 'main',
      is_fork: false,
    });
    await forgeValue(forge, 'settings.set', { may_open_pulls: true });
    expect(await forgeValue(forge, 'settings.get', {})).toMatchObject({ is_enabled: true, may_open_pulls: true });
    expect(await forgeValue(forge, 'branches.rules', { branch: 'main' })).toEqual({ rules: [], is_protected: false });
    const { now } = await forgeValue(forge, 'clock.get', {});
    expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(5000);
  });

  test('says what is wrong with a call before it is sent, and what is not there', async () => {
    const { forge } = await open();
    expect(await forge.call('issues.upsert', { ...ROLLING, marker: 'no spaces here' })).toMatchObject({
      failed: { kind: 'invalid' },
    });
    expect(await forge.call('issues.get', { number: 77 })).toMatchObject({ failed: { kind: 'missing' } });
  });
});
