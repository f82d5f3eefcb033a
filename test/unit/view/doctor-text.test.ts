import { describe, expect, test } from 'vitest';
import { fine } from '../../../src/domain/finding.ts';
import { doctorText } from '../../../src/view/doctor-text.ts';
import { finding, report } from '../../support/doctor-report.ts';

const plain = { hasColour: false };

describe('the doctor’s text', () => {
  test('is grouped by topic, one line for what is well and three for the rest', () => {
    const findings = [
      fine('machine.node', 'Node 24.1.0'),
      finding({}),
      fine('models.keys', 'No key', 'To have one: ask'),
      fine('github.labels', 'The labels are there'),
      finding({ id: 'new.topic', status: 'unknown', what: 'Who knows', why: 'It may matter.', fix: 'Look.' }),
    ];
    expect(doctorText(report({ findings }), plain).split('\n')).toEqual([
      '',
      'GitHub',
      '! Issues are disabled',
      '    why  Tasks are issues.',
      '    fix  Settings > General.',
      '✔ The labels are there',
      '',
      'Models and money',
      '✔ No key. To have one: ask',
      '',
      'This machine',
      '✔ Node 24.1.0',
      '',
      'new',
      '? Who knows',
      '    why  It may matter.',
      '    fix  Look.',
      '',
      'octo/house: 1 to think about, 1 unknown, 3 fine',
    ]);
  });

  test('tells first what was mended and what could not be', () => {
    const repairs = [
      { id: 'github.labels', what: 'make the labels a, b', done: true, reason: '' },
      { id: 'github.issues', what: 'enable issues', done: false, reason: 'Must have admin rights' },
    ];
    expect(doctorText(report({ repairs }), plain).split('\n').slice(1, 4)).toEqual([
      'Mended, or tried to',
      '✔ make the labels a, b',
      '✖ enable issues: Must have admin rights',
    ]);
  });

  test('has colours where it is asked for them, and no others', () => {
    const findings = [finding({ status: 'fail', what: 'red \u001b[41m\n::error::alarm' })];
    expect(doctorText(report({ findings }), plain)).not.toContain('\u001b');
    const coloured = doctorText(report({ findings }), { hasColour: true });
    expect(coloured).toContain('\u001b[31m✖\u001b[39m red [41m ::error::alarm');
    expect(coloured.split('\u001b')).toHaveLength(3);
  });
});
