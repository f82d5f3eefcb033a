import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FORGE_OPERATIONS,
  type ForgeOperation,
  ForgeReply,
  ForgeRequest,
  GRANTABLE_OPERATIONS,
  isForgeOperation,
  isGrantable,
  STEWARD_LABELS,
} from '../../../src/domain/forge.ts';
import {
  type Comment,
  hasMarker,
  isMarkedComment,
  isTrusted,
  Marker,
  markerComment,
  withMarker,
} from '../../../src/domain/forge-words.ts';
import { directiveText, findings } from '../../support/domain-samples.ts';

const names = Object.keys(FORGE_OPERATIONS).filter(isForgeOperation);
/** Params that each operation accepts, without those that have a default. */
const LEAST: Record<ForgeOperation, object> = {
  'repo.get': {},
  'issues.list': {},
  'issues.get': { number: 1 },
  'issues.comments': { number: 1 },
  'issues.upsert': { marker: 'm', title: 't', body: '' },
  'issues.comment': { number: 1, marker: 'm', body: '' },
  'issues.label': { number: 1 },
  'issues.label_history': { number: 1 },
  'issues.close': { number: 1 },
  'pulls.list': {},
  'runs.list': {},
  'runs.jobs': { run: 1 },
  'runs.log': { job: 1 },
  'releases.list': {},
  'releases.draft': { marker: 'm', tag: 'v1.0.0', name: 'n', body: '' },
  'traffic.get': {},
  'statuses.create': { sha: 'a'.repeat(40), context: 'ci', state: 'success' },
  'workflows.list': {},
  'workflows.dispatch': { workflow: 'a.yml', ref: 'main' },
  'workflows.enable': { workflow: 'a.yml' },
  'pulls.open': { marker: 'm', title: 't', body: '', head: 'a', base: 'b' },
  'issues.labelled': { number: 1, label: 'x' },
  'issues.reopened': { number: 1 },
  'users.permission': { login: 'ada' },
  'labels.ensure': { labels: [] },
  'labels.list': {},
  'settings.get': {},
  'settings.set': {},
  'branches.rules': { branch: 'main' },
  'clock.get': {},
};

describe('the table of operations', () => {
  it('lets directives list these and no others', () => {
    expect(GRANTABLE_OPERATIONS).toEqual([
      'repo.get',
      'issues.list',
      'issues.get',
      'issues.comments',
      'issues.upsert',
      'issues.comment',
      'issues.label',
      'issues.label_history',
      'issues.close',
      'pulls.list',
      'runs.list',
      'statuses.create',
      'workflows.list',
      'workflows.dispatch',
      'runs.jobs',
      'runs.log',
      'releases.list',
      'releases.draft',
      'traffic.get',
      'labels.list',
    ]);
  });

  it.each(['workflows.enable', 'pulls.open', 'settings.set', 'labels.ensure', 'users.permission', 'issues.labelled'])(
    'keeps %s for the agent: no front matter may list it',
    (operation) => {
      expect(isForgeOperation(operation)).toBe(true);
      expect(isGrantable(operation)).toBe(false);
      expect(findings(directiveText({ front: `forge: [${operation}]` }))).toEqual([
        expect.stringMatching(
          /^directives\/sweep\.md:2: found `forge\.0: .*expected operations such as issues\.upsert/,
        ),
      ]);
    },
  );

  it.each(['constructor', '__proto__', 'toString', 'issues', 'issues.delete', ''])('knows no %s', (name) => {
    expect(isForgeOperation(name)).toBe(false);
    expect(isGrantable(name)).toBe(false);
  });

  it('says of each whether it writes, and what the token needs for it', () => {
    for (const name of names) {
      const { isWrite, permission } = FORGE_OPERATIONS[name];
      expect(permission, name).toMatch(isWrite ? /^[a-z-]+: write$/ : /^[a-z-]+: read$/);
    }
    expect(names.filter((name) => FORGE_OPERATIONS[name].isWrite)).toEqual([
      'issues.upsert',
      'issues.comment',
      'issues.label',
      'issues.close',
      'statuses.create',
      'workflows.dispatch',
      'workflows.enable',
      'releases.draft',
      'pulls.open',
      'labels.ensure',
      'settings.set',
    ]);
  });

  it.each(names)('%s takes what it names and nothing else', (name) => {
    const { params } = FORGE_OPERATIONS[name];
    expect(params.safeParse(LEAST[name]).success).toBe(true);
    expect(params.safeParse({ ...LEAST[name], owner: 'somebody' }).success).toBe(false);
    expect(params.safeParse({ ...LEAST[name], repo: 'else' }).success).toBe(false);
  });

  it('bounds what may be sent', () => {
    const accepts = (name: ForgeOperation, more: object) =>
      FORGE_OPERATIONS[name].params.safeParse({ ...LEAST[name], ...more }).success;
    expect(accepts('issues.upsert', { body: 'x'.repeat(60_000) })).toBe(true);
    expect(accepts('issues.upsert', { body: 'x'.repeat(60_001) })).toBe(false);
    expect(accepts('issues.upsert', { title: '' })).toBe(false);
    expect(accepts('issues.upsert', { title: 'x'.repeat(251) })).toBe(false);
    expect(accepts('issues.upsert', { labels: Array.from({ length: 21 }, String) })).toBe(false);
    expect(accepts('issues.list', { limit: 1001 })).toBe(false);
    expect(accepts('issues.get', { number: 0 })).toBe(false);
    expect(accepts('statuses.create', { sha: 'main' })).toBe(false);
    expect(accepts('settings.set', { may_open_pulls: false })).toBe(false);
    expect(accepts('runs.log', { kilobytes: 513 })).toBe(false);
    for (const tag of ['', '../x', 'v1 0', 'v1..0', 'refs/heads/', 'v1~1', 'v1.'])
      expect(accepts('releases.draft', { tag }), tag).toBe(false);
    expect(accepts('releases.draft', { tag: 'cli/v1.0.0-rc.1+5' })).toBe(true);
    expect(FORGE_OPERATIONS['issues.list'].params.parse({})).toEqual({ state: 'open', labels: [], limit: 100 });
  });

  it('has a label for what GitHub’s form sets', () => {
    expect(STEWARD_LABELS.map(({ name }) => name)).toEqual([
      'steward',
      'steward:task',
      'steward:approval',
      'steward:approved',
      'steward:heal',
      'steward:watchdog',
    ]);
    for (const { color, description } of STEWARD_LABELS) {
      expect(color).toMatch(/^[0-9a-f]{6}$/);
      expect(description.length).toBeLessThanOrEqual(100);
    }
  });

  it('is asked in JSON, and answers with a value or with why there is none', () => {
    expect(ForgeRequest.safeParse({ operation: 'x', params: { a: [1, null] } }).success).toBe(true);
    expect(ForgeRequest.safeParse({ operation: 'x', params: [] }).success).toBe(false);
    expect(ForgeRequest.safeParse({ operation: 'x', params: { a: undefined } }).success).toBe(false);
    expect(ForgeReply.safeParse({ value: null }).success).toBe(true);
    expect(ForgeReply.safeParse({ unavailable: 'x' }).success).toBe(true);
    expect(ForgeReply.safeParse({}).success).toBe(false);
  });
});

const marker = fc.string({ unit: fc.constantFrom(...'abz09:./@-_'), maxLength: 12 }).map((rest) => `a${rest}`);
const comment = (parts: Partial<Comment>): Comment => ({
  id: 1,
  author: 'mallory',
  association: 'NONE',
  body: markerComment('answer:task:1'),
  created: '2026-03-04T14:30:00Z',
  url: '',
  ...parts,
});

describe('a marker', () => {
  it('is found in the text that was written with it, and no other is, whatever the text quotes', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      marker.map(markerComment),
      fc.constant('<!-- steward:'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), marker, marker, (parts, own, other) => {
        const written = withMarker(`${parts.join('')}${markerComment(other)}`, own);
        expect(hasMarker(written, own)).toBe(true);
        expect(hasMarker(written, other)).toBe(own === other);
        expect(written.split('<!-- steward:')).toHaveLength(2);
      }),
    );
  });

  it('leaves the text as it is but for that', () => {
    expect(withMarker('Two are broken.\n\n', 'links:broken')).toBe(
      'Two are broken.\n\n<!-- steward:links:broken -->\n',
    );
  });

  it('can not hold what would end its comment', () => {
    for (const text of ['a --> b', 'a b', 'a\nb', '<x>', '', 'A', '-a', 'x'.repeat(152)])
      expect(Marker.safeParse(text).success, text).toBe(false);
    for (const text of ['links:broken', 'answer:task:17.2', 'proposal:steward/post/2026-03-04T00-00Z'])
      expect(Marker.safeParse(text).success, text).toBe(true);
  });

  it('in a comment counts from an app and from people who have a say, not from anybody', () => {
    const isMarked = (parts: Partial<Comment>) => isMarkedComment(comment(parts), 'answer:task:1');
    expect(isMarked({ author: 'github-actions[bot]' })).toBe(true);
    expect(isMarked({ author: 'octo', association: 'OWNER' })).toBe(true);
    expect(isMarked({})).toBe(false);
    expect(isMarked({ association: 'CONTRIBUTOR' })).toBe(false);
    expect(isMarked({ association: 'OWNER', body: 'Done.' })).toBe(false);
    expect(isMarked({ association: 'OWNER', body: markerComment('answer:task:11') })).toBe(false);
  });

  it('is trusted of owner, member and collaborator', () => {
    const all = ['OWNER', 'MEMBER', 'COLLABORATOR', 'CONTRIBUTOR', 'FIRST_TIME_CONTRIBUTOR', 'MANNEQUIN', 'NONE', ''];
    expect(all.filter(isTrusted)).toEqual(['OWNER', 'MEMBER', 'COLLABORATOR']);
  });
});
