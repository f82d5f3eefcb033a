import { expect, it } from 'vitest';
import { complaints, type DiaryDay, type Fact, type Notice } from '../support/thirty-days-verdict.ts';

/** What the thirty days hold against an automation, so that they can fail. */

const fact: Fact = { name: 'the outage', about: /^uptime:shop/, from: 5, to: 12 };
const notice = (day: number, kind: Notice['kind'] = 'opened'): Notice => ({ day, kind, about: 'uptime:shop down' });
/** An issue that is open on these days. */
const diary = (from: number, to: number, copies = 1): DiaryDay[] =>
  Array.from({ length: 30 }, (_, index) => {
    const state = index + 1 >= from && index + 1 < to ? ('open' as const) : ('closed' as const);
    return {
      day: index + 1,
      issues: Array.from({ length: copies }, () => ({ about: 'uptime:shop down', state, text: 'down' })),
    };
  });

it('says nothing where each fact is told once, within three days, and closed within three', () => {
  expect(complaints([fact], { diary: diary(8, 15), notices: [notice(8)] })).toEqual([]);
});

it.each([
  [
    'told twice',
    [notice(5), notice(9, 'reopened')],
    diary(5, 12),
    'the outage is told 2 times: opened on day 5, reopened on day 9',
  ],
  [
    'told of nothing',
    [notice(5), notice(20, 'commented')],
    diary(5, 12),
    'day 20: “uptime:shop down” is commented, and nothing new is to be told',
  ],
  ['told too late', [notice(9)], diary(9, 12), 'the outage is not told by day 8'],
  [
    'told on the day it is over',
    [notice(12)],
    diary(5, 12),
    'day 12: “uptime:shop down” is opened, and nothing new is to be told',
  ],
  ['never closed', [notice(5)], diary(5, 31), 'the outage is over on day 12 and still open on day 15'],
  ['two issues', [notice(5)], diary(5, 12, 2), '2 issues with the marker uptime:shop'],
])('complains of what is %s', (_, notices, days, complaint) => {
  expect(complaints([fact], { diary: days, notices })).toEqual([complaint]);
});

it('wants the words of a fact in the issue where the issue is open anyway', () => {
  const says = { ...fact, says: /kitchen/ };
  expect(complaints([says], { diary: diary(5, 12), notices: [] })).toEqual(['the outage is not told by day 8']);
});
