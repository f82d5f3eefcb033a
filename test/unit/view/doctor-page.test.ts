import { describe, expect, test } from 'vitest';
import { fine } from '../../../src/domain/finding.ts';
import { doctorPage } from '../../../src/view/doctor-page.ts';
import { finding, report } from '../../support/doctor-report.ts';

describe('the doctor’s page', () => {
  const findings = [
    fine('machine.node', 'Node 24.1.0'),
    finding({}),
    finding({ id: 'ledger.own', status: 'fail', what: 'Foreign', why: 'Why.', fix: '`npm run steward -- init`' }),
    finding({ id: 'github.actions', status: 'unknown' }),
  ];

  test('shows what is open by topic, and folds away what is well', () => {
    const { markdown } = doctorPage(report({ findings }));
    expect(markdown).toMatch(/^## octo\/house: 1 to mend, 1 to think about, 1 unknown, 1 fine\n/);
    expect(markdown).toContain('### Ledger\n\n- ❌ **Foreign**\n  - Why.\n  - **fix**: `npm run steward -- init`\n');
    expect(markdown).toMatch(/<summary>1 fine<\/summary>\n\n- ✅ Node 24\.1\.0\n/);
    expect(markdown.indexOf('Issues are disabled')).toBeLessThan(markdown.indexOf('<details>'));
  });

  test('counts for later steps, and marks the run for what is wrong, not for what is unknown', () => {
    const { outputs, notices } = doctorPage(report({ findings }));
    expect(outputs).toEqual({ fail: '1', warn: '1' });
    expect(notices.map(({ level, title }) => [level, title])).toEqual([
      ['warning', 'doctor: github.issues'],
      ['error', 'doctor: ledger.own'],
    ]);
  });

  test('tells what was mended', () => {
    const repairs = [{ id: 'github.issues', what: 'enable issues', done: false, reason: 'no *rights*' }];
    expect(doctorPage(report({ repairs })).markdown).toContain('- ❌ enable issues: no \\*rights\\*\n');
  });

  test('keeps code and addresses as they are, and makes nothing else of foreign words', () => {
    const what =
      'By @octo <img src=x> [a](b) `X: ${' + '{ secrets.X }}` at https://github.com/o/my_house/settings (now)';
    const { markdown } = doctorPage(report({ findings: [finding({ what })] }));
    expect(markdown).toContain(
      'By @\u200bocto \\<img src=x\\> \\[a\\](b) `X: ${' +
        '{ secrets.X }}` at https://github.com/o/my_house/settings (now)',
    );
  });
});
