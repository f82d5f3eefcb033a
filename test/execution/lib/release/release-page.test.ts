import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../execution/lib/release/release-changes.ts';
import { plainSummary, releasePage, summaryIfSame } from '../../../../execution/lib/release/release-page.ts';

const entry = (change: Partial<Entry>): Entry => ({
  type: 'fix',
  scope: null,
  subject: 'mend',
  breaking: null,
  reverts: null,
  id: 'a'.repeat(40),
  author: 'ada',
  pull: null,
  ...change,
});
const facts = (entries: Entry[]) => ({
  tag: 'v2.0.0',
  since: 'v1.0.0',
  entries,
  repositoryUrl: 'https://github.com/o/h',
});

describe('the text of a draft', () => {
  it('has each change in one section, what breaks first', () => {
    const page = releasePage(
      facts([
        entry({ type: 'docs', subject: 'say how' }),
        entry({ type: 'feat', subject: 'a window', breaking: 'doors are gone' }),
        entry({ type: 'perf', subject: 'faster' }),
        entry({ type: 'other', subject: 'words' }),
        entry({ subject: 'a hinge' }),
      ]),
      'Summary.',
    );
    const headings = [...page.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Breaking changes', 'Fixes', 'Performance', 'Other changes']);
    for (const subject of ['say how', 'a window', 'faster', 'words', 'a hinge'])
      expect(page.split(subject)).toHaveLength(2);
    expect(page).toContain('a window doors are gone');
  });

  it('is never longer than GitHub takes', () => {
    const long = entry({
      type: 'feat',
      subject: '<'.repeat(500),
      breaking: '['.repeat(500),
      scope: '*'.repeat(100),
      author: '_'.repeat(100),
    });
    const types = ['feat', 'fix', 'perf', 'other', 'docs'];
    const many = [...Array(500).keys()].flatMap((index) => [
      long,
      { ...long, breaking: null, type: types[index % 5] ?? '' },
    ]);
    const page = releasePage(facts(many), 'x'.repeat(5000));
    expect(page.length).toBeLessThan(58_000);
    expect(page).toMatch(/and \d+ more changes/);
  });

  it('is known again whoever wrote its first line', () => {
    const entries = [entry({})];
    const page = `${releasePage(facts(entries), 'Words of a model.')}\n\n<!-- mark -->\n`;
    expect(summaryIfSame(page, facts(entries))).toBe(true);
    expect(summaryIfSame(page.replaceAll('\n', '\r\n'), facts(entries))).toBe(true);
    expect(summaryIfSame(page, facts([entry({ subject: 'other' })]))).toBe(false);
    expect(summaryIfSame('', facts(entries))).toBe(false);
  });

  it('counts where no model writes', () => {
    expect(plainSummary(facts([entry({}), entry({ type: 'feat', breaking: 'x' })]))).toBe(
      'v2.0.0 brings 1 breaking change, 1 feature, 1 fix.',
    );
    expect(plainSummary(facts([entry({ type: 'other' })]))).toBe('v2.0.0 has 1 change.');
  });
});
