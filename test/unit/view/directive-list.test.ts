import { describe, expect, it } from 'vitest';
import type { ListedDirective } from '../../../src/flows/directive-standing.ts';
import type { DirectiveList } from '../../../src/flows/list-directives.ts';
import { directiveList } from '../../../src/view/directive-list.ts';

const AT = '2026-03-04T14:30:00.000Z';
const listed = (parts: Partial<ListedDirective> = {}): ListedDirective => ({
  name: 'sweep',
  file: 'directives/sweep.md',
  enabled: true,
  every: '1d',
  on: [],
  state: 'ready',
  reasons: [],
  missing: [],
  next_due: '2026-03-05T00:00:00.000Z',
  last: { result: 'success', verification: 'verified', at: '2026-03-04T00:23:00.000Z', entry: 'e1' },
  ...parts,
});
const text = (directives: ListedDirective[], parts: Partial<DirectiveList> = {}) =>
  directiveList({ at: AT, paused: null, has_github: true, directives, ...parts });

describe('the list of directives', () => {
  it('is a table, and below it what is to be done about whom', () => {
    const directives = [
      listed(),
      listed({ name: 'dust', state: 'due', next_due: '2026-03-04T00:00:00.000Z', last: null, on: ['task'] }),
      listed({
        name: 'mop',
        state: 'broken',
        next_due: '2026-03-04T00:00:00.000Z',
        reasons: ['broken: 2 failures in a row (a1b2c3d4e5f6) (until 2026-03-04 20:00 UTC)'],
        last: { result: 'failure', verification: 'unverified', at: AT, entry: 'e2' },
      }),
      listed({ name: 'wax', state: 'off', enabled: false, next_due: null, missing: ['the secret WAX, not set here'] }),
      listed({
        name: 'bad',
        state: 'unusable',
        every: null,
        next_due: null,
        last: null,
        reasons: ['directives/bad.md:1: found x'],
      }),
      listed({ name: 'hand', every: null, next_due: null }),
    ];
    expect(text(directives)).toBe(`directive  runs      next (UTC)   last            state
sweep      1d        03-05 00:00  verified 03-04  ready
dust       1d, task  now          never           due
mop        1d        since 03-04  failure 03-04   broken
wax        1d                     verified 03-04  off
bad                               never           unusable
hand       by hand                verified 03-04  ready

mop
  broken: 2 failures in a row (a1b2c3d4e5f6) (until 2026-03-04 20:00 UTC)

wax (off)
  lacks the secret WAX, not set here

bad
  directives/bad.md:1: found x`);
  });

  it('fits eighty columns, but for what is to be copied', () => {
    const line = `the line \`${'x'.repeat(90)}: y\` under \`on:\``;
    const shown = text(
      [
        listed({
          name: 'n'.repeat(64),
          on: ['task', 'dispatch', 'issue', 'ci-failed', 'merge'],
          state: 'quarantined',
          reasons: ['quarantined: its repair #12 waits for a review '.repeat(5)],
          missing: [line],
          last: { result: 'interrupted', verification: 'unverified', at: AT, entry: 'e2' },
        }),
      ],
      { paused: 'on holiday '.repeat(20), has_github: false },
    );
    const long = shown.split('\n').filter((each) => each.length > 80);
    expect(long).toEqual([expect.stringContaining(`\`${'x'.repeat(90)}: y\``)]);
    expect(shown).toContain(`\n${'n'.repeat(64)}\n`);
    expect(shown).toContain('\nPaused: on holiday');
    expect(shown).toContain('No GitHub here');
  });

  it('says a missing secret once', () => {
    const shown = text([listed({ reasons: ['needs the secret A'], missing: ['the secret A, not set here'] })]);
    expect(shown.match(/secret/g)).toHaveLength(1);
  });

  it('shows what a file says as text', () => {
    const shown = text([listed({ state: 'unusable', reasons: ['found \u001b[31m\n::error::x `unclosed'] })]);
    expect(shown).not.toContain('\u001b');
    expect(shown).not.toContain('\n::');
    expect(shown).toContain('`unclosed');
  });

  it('tells how to make the first', () => {
    expect(text([])).toBe('No directive. `npm run steward -- new my_thing` makes one that works.');
  });
});
