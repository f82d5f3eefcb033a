import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { scheduleMinutes } from '../../../src/domain/schedule-minutes.ts';
import { readWorkflowFile } from '../../../src/domain/workflow-file.ts';

const NOW = new Date('2026-03-04T14:30:00Z');
const hourly = { file: 'a.yml', crons: [{ cron: '23 * * * *', timezone: 'UTC' }], jobs: 1, runs: [] };
const lasting = (...seconds: number[]) =>
  seconds.map((each) => ({ started: NOW.toISOString(), updated: new Date(NOW.getTime() + each * 1000).toISOString() }));
const only = (workflow: Parameters<typeof scheduleMinutes>[0][number]) => scheduleMinutes([workflow], NOW)[0];

describe('the minutes of a schedule', () => {
  test('are a minute for each job while nothing is measured', () => {
    expect(only(hourly)).toEqual({ file: 'a.yml', ticks: 720, perRun: 1, measured: 0, minutes: 720 });
    expect(only({ ...hourly, jobs: 3 })).toMatchObject({ perRun: 3, minutes: 2160 });
  });

  test('round each run up, and take the mean', () => {
    expect(only({ ...hourly, runs: lasting(10, 60, 61) })).toMatchObject({ perRun: 4 / 3, measured: 3, minutes: 960 });
    expect(only({ ...hourly, runs: lasting(0) })).toMatchObject({ perRun: 1 });
  });

  test('round up once more for each further job', () => {
    expect(only({ ...hourly, jobs: 3, runs: lasting(70) })).toMatchObject({ perRun: 4 });
  });

  test('are none for a line that can not be read, and the sum for two lines', () => {
    expect(only({ ...hourly, crons: [{ cron: '@hourly', timezone: 'UTC' }] })).toMatchObject({ ticks: 0, minutes: 0 });
    const crons = ['0 * * * *', '30 * * * *'].map((cron) => ({ cron, timezone: 'UTC' }));
    expect(only({ ...hourly, crons })).toMatchObject({ ticks: 1440 });
  });

  test('of the workflows as they are shipped: 1110 a month', () => {
    const shipped = ['cycle', 'watchdog', 'consolidate'].map((name) => {
      const url = new URL(`../../../.github/workflows/${name}.yml`, import.meta.url);
      return { ...readWorkflowFile(`${name}.yml`, readFileSync(url, 'utf8')), runs: [] };
    });
    expect(scheduleMinutes(shipped, NOW).map(({ minutes }) => minutes)).toEqual([720, 360, 30]);
  });
});
