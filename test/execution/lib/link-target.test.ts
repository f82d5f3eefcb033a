import { describe, expect, it } from 'vitest';
import { linkTarget } from '../../../execution/lib/link-target.ts';

const OTHER = { kind: 'other' };
const OUT = { kind: 'broken', reason: 'leads out of the repository' };
const ONE_MACHINE = { kind: 'broken', reason: 'leads to a file of one machine' };

describe('a link of docs/guide/page.md leads', () => {
  const leads = (url: string) => linkTarget('docs/guide/page.md', url);

  it.each([
    ['next.md', { path: 'docs/guide/next.md' }],
    ['./next.md', { path: 'docs/guide/next.md' }],
    ['../other/', { path: 'docs/other' }],
    ['..', { path: 'docs' }],
    ['../..', { path: '' }],
    ['../../', { path: '' }],
    ['/', { path: '' }],
    ['/src/a.ts', { path: 'src/a.ts' }],
    ['..hidden/a.md', { path: 'docs/guide/..hidden/a.md' }],
    ['/..hidden', { path: '..hidden' }],
    ['a/b/../c.md', { path: 'docs/guide/a/c.md' }],
    ['a%20b.md?raw=true', { path: 'docs/guide/a b.md' }],
    ['?plain=1', { path: 'docs/guide/page.md' }],
    ['next.md?', { path: 'docs/guide/next.md' }],
    ['next.md?#x', { path: 'docs/guide/next.md', fragment: 'x' }],
    ['next.md?plain=1#L3', { path: 'docs/guide/next.md', fragment: 'L3' }],
    ['next.md#a?b#c', { path: 'docs/guide/next.md', fragment: 'a?b#c' }],
    ['next.md#two\nlines', { path: 'docs/guide/next.md', fragment: 'two\nlines' }],
    ['#caf%C3%A9', { path: 'docs/guide/page.md', fragment: 'café' }],
    ['#', { path: 'docs/guide/page.md', fragment: '' }],
    ['1:2.md', { path: 'docs/guide/1:2.md' }],
    ['a.md?100%', { path: 'docs/guide/a.md' }],
  ])('to a file by %j', (url, file) => {
    expect(leads(url)).toEqual({ kind: 'file', ...file });
  });

  it.each([
    ['https://example.com/a', 'https://example.com/a'],
    ['HTTP://example.com', 'HTTP://example.com'],
    ['//example.com/a', 'https://example.com/a'],
    ['https://example.com//', 'https://example.com//'],
  ])('to the web by %j', (url, address) => {
    expect(leads(url)).toEqual({ kind: 'web', url: address });
  });

  it.each(['x:y', 'mailto:a@example.com', 'TEL:+1', 'vscode://file/x', 'git+ssh://x', 'coap.v1-x:y'])(
    'elsewhere by %j, which is not ours to judge',
    (url) => {
      expect(leads(url)).toEqual(OTHER);
    },
  );

  it.each(['{{ site.url }}/a', 'a/{% link b %}', '<%= root %>/a', `\${ROOT}/a`])(
    'wherever the template %j says',
    (url) => {
      expect(leads(url)).toEqual(OTHER);
    },
  );

  it.each(['file:///etc/hosts', 'FILE:a', 'C:\\x.md', 'c:/x.md'])('to one machine by %j', (url) => {
    expect(leads(url)).toEqual(ONE_MACHINE);
  });

  it.each([
    ['', 'is empty'],
    [' \t', 'is empty'],
    ['100%.md', 'has a % that encodes nothing'],
  ])('nowhere by %j', (url, reason) => {
    expect(leads(url)).toEqual({ kind: 'broken', reason });
  });

  it('to the whole page where only the fragment can not be decoded', () => {
    expect(leads('next.md#100%')).toEqual({ kind: 'file', path: 'docs/guide/next.md' });
  });
});

describe('above the root', () => {
  it.each([
    'actions',
    'archive',
    'blame',
    'blob',
    'branches',
    'commit',
    'commits',
    'compare',
    'contributors',
    'deployments',
    'discussions',
    'forks',
    'graphs',
    'issues',
    'labels',
    'milestone',
    'milestones',
    'network',
    'packages',
    'projects',
    'pull',
    'pulls',
    'raw',
    'releases',
    'security',
    'settings',
    'stargazers',
    'tags',
    'tree',
    'watchers',
    'wiki',
    'edit',
    'new',
  ])('two levels up GitHub has %s', (page) => {
    expect(linkTarget('README.md', `../../${page}`)).toEqual(OTHER);
    expect(linkTarget('docs/a.md', `../../../${page}/1`)).toEqual(OTHER);
  });

  it.each([
    '../x',
    '../../x',
    '../../my-issues',
    '../../issuesx',
    '../issues',
    '../../../issues',
    '../../../../../issues',
  ])('and nothing at %j', (url) => {
    expect(linkTarget('README.md', url)).toEqual(OUT);
  });

  it('also by an absolute path', () => {
    expect(linkTarget('docs/a.md', '/../x')).toEqual(OUT);
  });
});
