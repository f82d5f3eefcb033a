import { describe, expect, it } from 'vitest';
import { dependencyIssue } from '../../../../execution/lib/dependencies/dependency-issue.ts';
import type { Severity } from '../../../../execution/lib/dependencies/npm-advisories.ts';
import type { VulnerablePackage } from '../../../../execution/lib/dependencies/vulnerable-packages.ts';
import type { DependencyFacts } from '../../../../execution/lib/dependency-page.ts';

const URL = 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm';
const vulnerable = (severity: Severity, more: Partial<VulnerablePackage> = {}): VulnerablePackage => ({
  name: 'lodash',
  version: '4.17.15',
  path: ['top', 'lodash'],
  range: '^4.17.0',
  severity,
  advisories: [{ title: 'Command Injection', severity, url: URL, vulnerable_versions: '<4.17.21' }],
  wayOut: { kind: 'update', fixed: '4.17.21' },
  ...more,
});
const deprecated = (path: string[], message = 'use other') => ({
  name: path.at(-1) ?? '',
  version: '1.0.0',
  message,
  path,
});
const issue = (facts: Partial<DependencyFacts>) =>
  dependencyIssue(
    { direct: 1, outdated: [], deprecated: [], unlisted: [], hasLock: true, ...facts },
    'knowledge/reports/dependencies.md',
  );

describe('the issue about dependencies', () => {
  it('names what somebody should do something about, and how', () => {
    expect(issue({ vulnerable: [vulnerable('high')], deprecated: [deprecated(['old'])] })).toEqual({
      marker: 'dependencies:report',
      title: 'Vulnerable or deprecated dependencies',
      labels: [],
      state: 'open',
      body: `**1 installed package with a known vulnerability**

- \`lodash@4.17.15\` (high): [Command Injection](${URL}), brought by \`top\`. The way out: \`npm update lodash\` (fixed in \`4.17.21\`)

**1 package that the authors have deprecated**

- \`old@1.0.0\`: use other

\`knowledge/reports/dependencies.md\` in the repository has the rest. This issue is kept up to date, and closes when nothing is left.`,
    });
  });

  it.each([
    ['critical', 'open'],
    ['high', 'open'],
    ['moderate', 'open'],
    ['low', 'closed'],
    ['info', 'closed'],
  ] as const)('about a %s vulnerability is %s', (severity, state) => {
    expect(issue({ vulnerable: [vulnerable(severity)] }).state).toBe(state);
  });

  it('is closed over what only a package of a package brings along, and where nothing is known', () => {
    expect(issue({ deprecated: [deprecated(['top', 'old'])] }).state).toBe('closed');
    expect(issue({ vulnerable: { unlisted: 'it answers 404' } }).state).toBe('closed');
    expect(issue({ deprecated: [deprecated(['old'])], vulnerable: { unlisted: 'it answers 404' } })).toMatchObject({
      state: 'open',
      body: expect.not.stringContaining('vulnerability'),
    });
    expect(issue({}).state).toBe('closed');
  });

  it('is bounded, and calls nobody', () => {
    const hostile = '@octo closes #1 <img src=x> '.repeat(1000);
    const name = `@scope/${'x'.repeat(210)}`;
    const many = Array.from({ length: 60 }, (_, patch) =>
      vulnerable('high', {
        name,
        version: `1.0.${patch}`,
        path: [name, name, name],
        advisories: [{ title: hostile, severity: 'high', url: '', vulnerable_versions: '*' }],
      }),
    );
    const { body } = issue({ vulnerable: many, deprecated: many.map(() => deprecated(['old'], hostile)) });
    expect(body.length).toBeLessThan(60_000);
    expect(body.match(/^- and 20 more$/gm)).toHaveLength(2);
    expect(body.replace(/`[^`]*`/g, '')).not.toMatch(/@\w|(?<!\\)[#<]/);
  });
});
