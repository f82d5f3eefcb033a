import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { outputOf } from '../support/run-script.ts';
import { scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/links.md';
const stageOf = (tree: Record<string, string>) =>
  scriptOnGitHub({ script: 'check_links', forge: ['issues.upsert', 'repo.get'], writes: [PAGE], tree });

it('one issue tells of the broken links, is kept up to date, and closes when none is left', async () => {
  const stage = await stageOf({ 'README.md': '[x](gone.md) [y](lost.md)\n' });
  const run = async () => outputOf(await stage.run({}, { spawn: ['git'] }));
  const writes = () => stage.github.requests.filter(({ method }) => method !== 'GET').length;
  expect(await run()).toMatchObject({ broken_count: 2, changed: true });
  const { issues } = stage.github.state;
  expect(issues).toMatchObject([{ title: 'Broken links', state: 'open', labels: ['steward'] }]);
  const url = (await stage.run({}, { spawn: ['git'] })).exchanges.find(({ kind }) => kind === 'forge');
  expect(url).toMatchObject({ operation: 'repo.get' });
  expect(issues[0]?.body).toMatch(
    /- \[`README\.md:1`\]\(\S+\/octo\/house\/blob\/HEAD\/README\.md\?plain=1#L1\): `gone\.md`/,
  );
  const before = writes();
  expect(await run()).toMatchObject({ changed: false });
  expect(writes()).toBe(before);

  await stage.repo.commit({ files: { 'README.md': '[x](gone.md)\n' } });
  await run();
  expect(issues[0]?.body).not.toContain('lost.md');
  await stage.repo.commit({ files: { 'README.md': 'x\n' } });
  expect(await run()).toMatchObject({ broken_count: 0 });
  expect(issues).toMatchObject([{ state: 'closed' }]);
  await stage.repo.commit({ files: { 'README.md': '[x](gone.md)\n' } });
  await run();
  expect(issues).toMatchObject([{ state: 'open' }]);
  stage.github.act.closeIssue('octo', issues[0]?.number ?? 0);
  await run();
  expect(issues).toMatchObject([{ state: 'closed' }]);
});

it('a repository without broken links gets no issue, and GitHub that does not answer costs nothing but the issue', async () => {
  const fine = await stageOf({ 'README.md': 'x\n' });
  expect(outputOf(await fine.run({}, { spawn: ['git'] }))).toMatchObject({ broken_count: 0 });
  expect(fine.github.state.issues).toEqual([]);

  const silent = await stageOf({ 'README.md': '[x](gone.md)\n' });
  silent.github.fail({ path: /\/issues/, status: 503, times: 20 });
  expect(outputOf(await silent.run({}, { spawn: ['git'] }))).toMatchObject({ broken_count: 1, changed: true });
  expect(silent.github.state.issues).toEqual([]);
  expect(await readFile(join(silent.repo.path, PAGE), 'utf8')).toContain('**1 broken link**');
});

it('a GitHub that does not say what the repository is called takes nothing from the page', async () => {
  const stage = await stageOf({ 'README.md': '[x](gone.md)\n' });
  for (const status of [403, 404, 500]) {
    stage.github.fail({ path: /^\/repos\/octo\/house$/, status, body: { message: 'no' } });
    expect(outputOf(await stage.run({}, { spawn: ['git'] }))).toMatchObject({ broken_count: 1 });
  }
  expect(await readFile(join(stage.repo.path, PAGE), 'utf8')).toContain('gone.md');
});
