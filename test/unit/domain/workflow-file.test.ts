import { expect, test } from 'vitest';
import { readWorkflowFile } from '../../../src/domain/workflow-file.ts';

test('a workflow is read for its schedules and jobs', () => {
  const text =
    "on:\n  schedule:\n    - cron: '23 * * * *'\n    - { cron: '0 9 * * 1', timezone: Europe/Berlin }\njobs: { a: {}, b: {} }\n";
  expect(readWorkflowFile('cycle.yml', text)).toEqual({
    file: 'cycle.yml',
    text,
    crons: [
      { cron: '23 * * * *', timezone: 'UTC' },
      { cron: '0 9 * * 1', timezone: 'Europe/Berlin' },
    ],
    jobs: 2,
  });
});

test.each(['on: push', 'on: [push, issues]', 'on:\n  push:', 'on: { schedule: often }', 'on: [', '', '- a list'])(
  '`%s` has no schedule, and one job for what is known',
  (text) => {
    expect(readWorkflowFile('x.yml', text)).toMatchObject({ crons: [], jobs: 1 });
  },
);
