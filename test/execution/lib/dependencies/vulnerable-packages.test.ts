import { describe, expect, it } from 'vitest';
import type { Advisory } from '../../../../execution/lib/dependencies/npm-advisories.ts';
import type { InstalledPackage } from '../../../../execution/lib/dependencies/npm-installed.ts';
import { vulnerablePackages } from '../../../../execution/lib/dependencies/vulnerable-packages.ts';
import {
  advisoryText,
  broughtBy,
  vulnerableTable,
  wayOutText,
} from '../../../../execution/lib/dependencies/vulnerable-table.ts';

const PAGE = 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm';
const advisory = (more: Partial<Advisory> = {}): Advisory => ({
  title: 'Command Injection',
  severity: 'high',
  url: PAGE,
  vulnerable_versions: '<4.17.21',
  ...more,
});
const installed = (more: Partial<InstalledPackage> = {}): InstalledPackage => ({
  name: 'lodash',
  version: '4.17.15',
  path: ['lodash'],
  range: '^4.17.0',
  ...more,
});
const found = (packages: InstalledPackage[], ...advisories: Advisory[]) =>
  vulnerablePackages(packages, new Map([['lodash', advisories]]));
const wayOut = (more: Partial<InstalledPackage>, ...advisories: Advisory[]) =>
  found([installed(more)], ...advisories)[0]?.wayOut;

describe('vulnerable packages', () => {
  it('are the installed versions that an advisory speaks of', () => {
    const versions = ['4.17.15', '4.17.21', '5.0.0'].map((version) => installed({ version }));
    const other = installed({ name: 'left-pad' });
    expect(found([...versions, other], advisory()).map(({ name, version }) => `${name}@${version}`)).toEqual([
      'lodash@4.17.15',
    ]);
    expect(found(versions)).toEqual([]);
    // The registry was asked for this version: a range that can not be read is no reason to keep silent.
    expect(found(versions, advisory({ vulnerable_versions: '4.x' }))).toHaveLength(3);
  });

  it('come with the worst first, each once with the worst of its advisories', () => {
    const [low, critical] = [advisory({ severity: 'low', title: 'a' }), advisory({ severity: 'critical', title: 'z' })];
    const byName = new Map([
      ['lodash', [low]],
      ['zod', [low, critical, advisory({ title: 'b' }), advisory({ title: 'c' })]],
      ['ms', [critical]],
    ]);
    const packages = ['lodash', 'zod', 'ms'].map((name) => installed({ name }));
    const vulnerable = vulnerablePackages(packages, byName);
    expect(vulnerable.map(({ name, severity }) => `${name} ${severity}`)).toEqual([
      'ms critical',
      'zod critical',
      'lodash low',
    ]);
    expect(vulnerable[1]?.advisories.map(({ title }) => title)).toEqual(['z', 'b', 'c', 'a']);
  });

  it('have a way out', () => {
    const deep = { path: ['top', 'middle', 'lodash'] };
    expect(wayOut({}, advisory())).toEqual({ kind: 'update', fixed: '4.17.21' });
    expect(wayOut({ range: '4.17.15' }, advisory())).toEqual({ kind: 'install', fixed: '4.17.21' });
    expect(wayOut({ range: '>=4' }, advisory())).toEqual({ kind: 'install', fixed: '4.17.21' });
    expect(wayOut(deep, advisory())).toEqual({ kind: 'update', fixed: '4.17.21' });
    expect(wayOut({ ...deep, range: '~3.0.0' }, advisory())).toEqual({
      kind: 'parent',
      fixed: '4.17.21',
      parent: 'top',
    });
    // A fix that another advisory speaks of is none.
    expect(wayOut({}, advisory(), advisory({ vulnerable_versions: '>=4.17.21 <5.0.1' }))).toEqual({
      kind: 'install',
      fixed: '5.0.1',
    });
    expect(wayOut({}, advisory({ vulnerable_versions: '<=4.17.20' }))).toEqual({ kind: 'above', version: '4.17.20' });
    expect(wayOut({}, advisory({ vulnerable_versions: '*' }))).toEqual({ kind: 'none' });
  });
});

describe('the table of them', () => {
  it('says in words how to get out', () => {
    const name = 'lodash';
    expect(wayOutText({ name, wayOut: { kind: 'update', fixed: '2.0.0' } })).toBe(
      '`npm update lodash` (fixed in `2.0.0`)',
    );
    expect(wayOutText({ name, wayOut: { kind: 'install', fixed: '2.0.0' } })).toBe('`npm install lodash@^2.0.0`');
    expect(wayOutText({ name, wayOut: { kind: 'parent', fixed: '2.0.0', parent: 'top' } })).toBe(
      'a newer `top` (fixed in `2.0.0`)',
    );
    expect(wayOutText({ name, wayOut: { kind: 'above', version: '1.0.0' } })).toBe(
      'a version above `1.0.0`, where there is one',
    );
    expect(wayOutText({ name, wayOut: { kind: 'none' } })).toBe('no version is known to be safe');
  });

  it('links GitHub’s own advisories and nothing else, and takes titles for what they are', () => {
    expect(advisoryText([advisory()])).toBe(`[Command Injection](${PAGE})`);
    expect(advisoryText([advisory(), advisory(), advisory()])).toBe(`[Command Injection](${PAGE}) and 2 more`);
    for (const url of ['javascript:alert(1)', 'https://evil.example/advisories', `${PAGE})[x](http://evil.example`, ''])
      expect(advisoryText([advisory({ url })])).toBe('Command Injection');
    const title = '<img src=x> @octo closes #1 | [x](http://evil.example)\n## Done \u202e';
    const text = advisoryText([advisory({ title, url: '' })]);
    expect(text).not.toMatch(/\n|\u202e|@\w|(?<!\\)[#<[|]|:\/\//);
    expect(advisoryText([advisory({ title: '', url: '' })])).toBe('no title');
    expect(advisoryText([])).toBe('');
  });

  it('has two hundred rows at most', () => {
    const many = found(
      Array.from({ length: 201 }, (_, patch) => installed({ version: `4.0.${patch}` })),
      advisory(),
    );
    expect(vulnerableTable(many).match(/^\| `lodash`/gm)).toHaveLength(200);
    expect(vulnerableTable(many).endsWith('\n\nand 1 more')).toBe(true);
    expect(vulnerableTable([])).toBe('');
    expect(broughtBy(['top', 'middle', 'lodash'])).toBe('`top` → `middle`');
  });
});
