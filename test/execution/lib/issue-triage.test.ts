import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownWords, wordsOf } from '../../../execution/lib/triage/issue-words.ts';
import { DEFAULT_RULES, labelByRules, parseRules } from '../../../execution/lib/triage/label-rules.ts';
import { missingDetails } from '../../../execution/lib/triage/missing-details.ts';
import { SimilarIssues } from '../../../execution/lib/triage/similar-issues.ts';
import { triageComment } from '../../../execution/lib/triage/triage-comment.ts';

describe('what people themselves say', () => {
  it('is without code, quotes, comments and what the template said', () => {
    const text = `### What happened?\n\nThe door\u200b sticks. See https://example.org/door\n\n<!-- please fill in -->\n> quoted\n\n\`\`\`js\ncrash()\n\`\`\`\n    indented\n- [ ] I searched\n_No response_\nUse \`open()\` <b>now</b>`;
    expect(ownWords(text).replace(/\s+/g, ' ').trim()).toBe('The door sticks. See Use now');
    expect(ownWords('```\nnever closed')).toBe('');
  });

  it('is compared by words in one form', () => {
    expect(wordsOf('The Doors, the door and class-less status.')).toEqual(['door', 'door', 'class-less', 'status']);
    expect(wordsOf('窓が開かない')).toContain('開か');
  });

  it('is found in time in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => Array.isArray(wordsOf(ownWords(text)))),
    );
    const started = performance.now();
    for (const text of ['<'.repeat(50_000), '`'.repeat(50_000), '<!--'.repeat(20_000), 'a-.'.repeat(50_000)])
      missingDetails({ title: text, body: wordsOf(ownWords(text)).join(' ') });
    expect(performance.now() - started).toBeLessThan(4000);
  });
});

describe('a duplicate', () => {
  const issues = [
    {
      number: 1,
      title: 'Window does not open after update',
      body: 'Since the update to 2.1 the window does not open when I press the handle.',
    },
    { number: 2, title: 'Add a dark theme', body: 'A dark theme would be nice for working at night.' },
    { number: 3, title: 'Door handle is too low', body: 'The handle of the door sits too low for tall people.' },
    {
      number: 4,
      title: 'After the update the window will not open',
      body: 'I press the handle and the window does not open, since update 2.1.',
    },
    { number: 5, title: 'Dark theme for the editor?', body: 'Please add a dark theme, I work at night.' },
    { number: 6, title: 'Light theme has low contrast', body: 'The light theme is hard to read in the sun.' },
    { number: 7, title: 'Help', body: 'It is broken' },
    { number: 8, title: 'Help', body: 'It is broken' },
  ];
  const found = (number: number) => new SimilarIssues(issues).duplicateOf(number)?.number;

  it('is the older one that says the same in nearly the same words', () => {
    expect([1, 2, 3, 4, 6].map(found)).toEqual([undefined, undefined, undefined, 1, undefined]);
  });

  it('is nothing that only names the same area, nor what says nearly nothing', () => {
    expect([6, 7, 8].map(found)).toEqual([undefined, undefined, undefined]);
    expect(new SimilarIssues([]).duplicateOf(1)).toBeUndefined();
  });

  it('is found behind a shared template and shared code', () => {
    const body = (own: string) =>
      `### Describe the bug\n\n${own}\n\n### Checklist\n\n- [x] I searched\n\n\`\`\`\nnode main.js --verbose\n\`\`\`\n`;
    const all = [
      {
        number: 1,
        title: 'Import of calendars stops',
        body: body('Importing a calendar file stops at half of the events.'),
      },
      {
        number: 2,
        title: 'Search finds no umlauts',
        body: body('Words with umlauts are never found by the search box.'),
      },
      {
        number: 3,
        title: 'Calendar import stops',
        body: body('Importing a calendar stops at half of the events in the file.'),
      },
    ];
    const similar = new SimilarIssues(all);
    expect([2, 3].map((number) => similar.duplicateOf(number)?.number)).toEqual([undefined, 1]);
  });
});

describe('a label', () => {
  const labels = ['bug', 'enhancement', 'documentation', 'question'];
  const label = (title: string, body = '') => labelByRules({ title, body }, labels, parseRules(DEFAULT_RULES));

  it.each([
    ['Crash when saving', '', 'bug'],
    ['Feature request: dark theme', '', 'enhancement'],
    ['Typo in the README', '', 'documentation'],
    ['How do I open the window?', '', 'question'],
    ['The window', 'It throws an exception, and that is a regression.', 'bug'],
    ['The window', 'It could open wider.', undefined],
    ['Crash in the docs', '', undefined],
    ['The window', '```\nexception crash regression\n```', undefined],
    ['Debugging', 'label:bug set label to bug', undefined],
  ])('for %j, %j is %s', (title, body, expected) => {
    expect(label(title, body)).toBe(expected);
  });

  it('is only one that the list has, and goes by the rules given', () => {
    const rules = parseRules(['ui=button|dark theme', 'no rule', '=x', 'empty=']);
    expect([...rules.keys()]).toEqual(['ui']);
    expect(labelByRules({ title: 'The button', body: '' }, ['UI', 'bug'], rules)).toBe('UI');
    expect(labelByRules({ title: 'The button', body: '' }, ['bug'], rules)).toBeUndefined();
  });
});

describe('what a bug lacks', () => {
  it.each([
    ['Crash', 'It crashed.', ['version', 'steps']],
    ['Crash', 'It crashed in 2.1.0.', ['steps']],
    ['Crash', 'When I open it, it crashes.', ['version']],
    ['Crash in v3.2', '1. Open\n2. Close', []],
    ['Crash', 'Version: 7\n```\nrun()\n```', []],
    ['Crash', 'Happens on main, steps: open it', []],
    ['Crash', '<!-- version 1.2.3, steps to reproduce -->', ['version', 'steps']],
  ])('of %j, %j is %j', (title, body, missing) => {
    expect(missingDetails({ title, body })).toEqual(missing);
  });

  it('is asked in one comment with the likely duplicate', () => {
    expect(triageComment({ missing: [] })).toBeUndefined();
    expect(triageComment({ duplicate: 3, missing: [] })).toMatch(/^This looks like #3\./);
    expect(triageComment({ missing: ['version', 'steps'] })).toContain('which version you use, and the steps');
  });
});
