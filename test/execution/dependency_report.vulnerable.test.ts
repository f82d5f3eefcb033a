import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { answeringServer, type ServerAnswer } from '../support/answering-server.ts';
import { metadata } from '../support/npm-registry.ts';
import { outputOf, runScript } from '../support/run-script.ts';
import { scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/dependencies.md';
const GHSA = 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm';
const PACKAGES = {
  '': { dependencies: { top: '^1.0.0', kept: '^1.0.0' } },
  'node_modules/top': { version: '1.0.0', dependencies: { bad: '~1.0.0' } },
  'node_modules/bad': { version: '1.0.3' },
  'node_modules/kept': { version: '1.0.0' },
};
const TREE = {
  'package.json': JSON.stringify({ dependencies: PACKAGES[''].dependencies }),
  'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: PACKAGES }),
};
const known = (severity: string): ServerAnswer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    bad: [{ id: 1, url: GHSA, title: 'Command | Injection', severity, vulnerable_versions: '<1.2.0', cwe: [] }],
  }),
});

/** A registry whose word on vulnerabilities a test changes. */
async function stageOf(first: ServerAnswer) {
  let bulk = first;
  const server = await answeringServer(({ method }) => (method === 'POST' ? bulk : metadata('1.0.0')));
  const stage = await scriptOnGitHub({
    script: 'dependency_report',
    forge: ['issues.upsert'],
    writes: [PAGE],
    tree: TREE,
  });
  return {
    ...stage,
    workspace: stage.repo.path,
    report: () => stage.run({ registry: server.url }),
    page: () => readFile(join(stage.repo.path, PAGE), 'utf8'),
    answer: (next: ServerAnswer) => {
      bulk = next;
    },
  };
}

it('what is vulnerable stands on the page and in one issue, with the way out, until it is mended', async () => {
  const stage = await stageOf(known('high'));
  expect(outputOf(await stage.report())).toMatchObject({ vulnerable: 1, changed: true });
  const text = await stage.page();
  expect(text).toContain('deprecated. **1 installed package** has a known vulnerability.');
  expect(text).toContain(
    `| \`bad\` | \`1.0.3\` | high | [Command \\| Injection](${GHSA}) | \`top\` | a newer \`top\` (fixed in \`1.2.0\`) |`,
  );
  const { issues } = stage.github.state;
  expect(issues).toMatchObject([{ title: 'Vulnerable or deprecated dependencies', state: 'open' }]);
  expect(issues[0]?.body).toContain('`bad@1.0.3` (high)');
  expect(outputOf(await runScript({ script: 'check_dependency_report', workspace: stage.workspace }))).toMatchObject({
    ok: true,
  });

  const writes = () => stage.github.requests.filter(({ method }) => method !== 'GET').length;
  const before = writes();
  expect(outputOf(await stage.report())).toMatchObject({ changed: false });
  expect(writes()).toBe(before);
  // On the page, and no reason to call anybody.
  stage.answer(known('low'));
  expect(outputOf(await stage.report())).toMatchObject({ vulnerable: 1, changed: true });
  expect(issues).toMatchObject([{ state: 'closed' }]);
});

it('a page that says so of a version which is not installed is refuted', async () => {
  const stage = await stageOf(known('high'));
  await stage.report();
  const packages = { ...PACKAGES, 'node_modules/bad': { version: '1.2.0' } };
  await stage.repo.write({ 'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages }) });
  expect(outputOf(await runScript({ script: 'check_dependency_report', workspace: stage.workspace }))).toEqual({
    ok: false,
    reason: `${PAGE} names bad 1.0.3, not installed`,
  });
});

it('a registry without such a list costs the section; one that is busy costs the run, and page and issue stay', async () => {
  const stage = await stageOf(known('critical'));
  await stage.report();
  const [page, body] = [await stage.page(), stage.github.state.issues[0]?.body];
  stage.answer({ status: 503, headers: { 'retry-after': '0' } });
  expect((await stage.report()).outcome).toMatchObject({
    status: 'skipped',
    reason: expect.stringContaining('does not say what is vulnerable: it answers 503'),
  });
  expect([await stage.page(), stage.github.state.issues[0]?.body]).toEqual([page, body]);
  expect(stage.github.state.issues).toMatchObject([{ state: 'open' }]);

  stage.answer({ status: 403 });
  expect(outputOf(await stage.report())).toMatchObject({ vulnerable: null });
  expect(stage.github.state.issues).toMatchObject([{ state: 'open' }]);

  const other = await stageOf({ status: 404 });
  expect(outputOf(await other.report())).toMatchObject({ vulnerable: null, changed: true });
  expect(await other.page()).toContain('the registry keeps no such list (it answers 404)');
  expect(other.github.state.issues).toEqual([]);
});
