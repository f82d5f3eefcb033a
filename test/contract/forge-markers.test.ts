import { describe, expect, test } from 'vitest';
import { GithubForge } from '../../src/adapters/github/forge.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Forge } from '../../src/ports.ts';
import { forgeValue } from '../support/forge-value.ts';
import { startGitHub } from '../support/github/start-github.ts';
import { MemoryForge } from '../support/memory-forge.ts';

/** What strangers write must not pass for the agent's, and what people did last must be seen however long ago they began. */
interface Stage {
  forge: Forge;
  openIssue(login: string, body: string): number;
  comment(login: string, number: number, body: string): void;
  close(number: number): void;
  reopen(number: number): void;
}

async function github(): Promise<Stage> {
  const { act, apiUrl, state, token } = await startGitHub({ repository: 'octo/house' });
  state.users.mallory = { role: 'none', association: 'NONE' };
  const access = {
    repository: 'octo/house',
    token: token({ login: 'github-actions[bot]', permissions: { issues: 'write' } }),
    apiUrl,
  };
  return {
    forge: new GithubForge(access, { clock: systemClock(() => new Date(), Math.random), redact: (text) => text }),
    openIssue: (login, body) => act.openIssue(login, { title: 'A', body, labels: [] }),
    comment: (login, number, body) => void act.comment(login, number, body),
    close: (number) => act.closeIssue('octo', number),
    reopen: (number) => act.reopenIssue('octo', number),
  };
}

async function memory(): Promise<Stage> {
  const forge = new MemoryForge({ now: () => new Date() });
  return {
    forge,
    openIssue: (login, body) => forge.openIssue(login, { body }),
    comment: (login, number, body) => forge.comment(login, number, body, login === 'octo' ? 'OWNER' : 'NONE'),
    close: (number) => forge.setState(number, 'closed'),
    reopen: (number) => forge.setState(number, 'open'),
  };
}

const MARKER = '<!-- steward:answer:task:1 -->';

describe.each([
  ['GitHub', github],
  ['memory', memory],
])('the forge on %s', (_, open) => {
  test('writes no answer into the comment of a stranger who guessed its marker', async () => {
    const { forge, openIssue, comment } = await open();
    const number = openIssue('octo', '');
    comment('mallory', number, `Mine ${MARKER}`);
    const answer = { number, marker: 'answer:task:1', body: 'Done.' };
    expect(await forgeValue(forge, 'issues.comment', answer)).toMatchObject({ created: true });
    expect(await forgeValue(forge, 'issues.comment', answer)).toMatchObject({ created: false, changed: false });
    expect(await forgeValue(forge, 'issues.comments', { number })).toMatchObject([
      { author: 'mallory', association: 'NONE', body: `Mine ${MARKER}` },
      { author: 'github-actions[bot]', body: `Done.\n\n${MARKER}\n` },
    ]);
  });

  test('goes on with what somebody with a say wrote in its name', async () => {
    const { forge, openIssue, comment } = await open();
    const number = openIssue('octo', '');
    comment('octo', number, MARKER);
    expect(await forgeValue(forge, 'issues.comment', { number, marker: 'answer:task:1', body: 'Done.' })).toMatchObject(
      {
        created: false,
        changed: true,
      },
    );
  });

  test('quotes a marker so that it is none', async () => {
    const { forge, openIssue } = await open();
    const body = `A page says: ${MARKER} <!-- steward:links:broken -->`;
    const quoted = await forgeValue(forge, 'issues.upsert', { marker: 'pages', title: 'Pages', body });
    const own = await forgeValue(forge, 'issues.upsert', { marker: 'links:broken', title: 'Links', body: 'Two.' });
    expect(own).toMatchObject({ created: true });
    expect(own.number).not.toBe(quoted.number);
    expect(await forgeValue(forge, 'issues.upsert', { marker: 'pages', title: 'Pages', body })).toMatchObject({
      number: quoted.number,
      changed: false,
    });
    const number = openIssue('octo', '');
    await forgeValue(forge, 'issues.comment', { number, marker: 'one', body: MARKER });
    expect(await forgeValue(forge, 'issues.comment', { number, marker: 'answer:task:1', body: 'Done.' })).toMatchObject(
      {
        created: true,
      },
    );
  });

  test('tells when an issue was last reopened, if ever', async () => {
    const { forge, openIssue, close, reopen } = await open();
    const number = openIssue('octo', '');
    expect(await forgeValue(forge, 'issues.reopened', { number })).toBeNull();
    close(number);
    expect(await forgeValue(forge, 'issues.reopened', { number })).toBeNull();
    const before = new Date().toISOString().slice(0, 19);
    reopen(number);
    const reopened = await forgeValue(forge, 'issues.reopened', { number });
    expect(reopened?.at.slice(0, 19) ?? '').toMatch(/^\d{4}-/);
    expect((reopened?.at ?? '') >= before).toBe(true);
  });
});

test('who set a label is seen on GitHub behind any number of events', async () => {
  const { act, apiUrl, state, token } = await startGitHub({ repository: 'octo/house' });
  state.users.ada = { role: 'write' };
  const access = {
    repository: 'octo/house',
    token: token({ login: 'github-actions[bot]', permissions: { issues: 'write' } }),
    apiUrl,
  };
  const forge = new GithubForge(access, { clock: systemClock(() => new Date(), Math.random), redact: (text) => text });
  const number = act.openIssue('octo', { title: 'A', body: '', labels: [] });
  for (let count = 0; count < 300; count++) {
    act.label('octo', number, 'steward:approved');
    act.unlabel('octo', number, 'steward:approved');
  }
  act.label('ada', number, 'steward:approved');
  expect(await forgeValue(forge, 'issues.labelled', { number, label: 'steward:approved' })).toMatchObject({
    by: 'ada',
  });
});
