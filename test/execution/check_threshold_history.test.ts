import { describe, expect, it } from 'vitest';
import { answeringServer } from '../support/answering-server.ts';
import { outputOf } from '../support/run-script.ts';
import { scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/thresholds.md';
const STATE = 'knowledge/state/threshold_watch.json';
const CSV = 'knowledge/metrics/load.csv';
const CHECK = { script: 'check_threshold_history' };

async function crossed() {
  const server = await answeringServer(() => ({ body: '{"value": 11}' }));
  const watches = [{ name: 'load', url: `${server.url}/`, json: 'value', above: 10, hysteresis: 2 }];
  const stage = await scriptOnGitHub({
    script: 'threshold_watch',
    forge: ['issues.upsert', 'issues.list'],
    writes: [PAGE, 'knowledge/metrics/**', STATE],
    tree: { 'knowledge/watches.yml': JSON.stringify({ watches }) },
  });
  outputOf(await stage.run());
  const check = async (input = {}) => outputOf(await stage.run(input, CHECK));
  return { stage, check };
}

describe('check_threshold_history', () => {
  it('accepts what agrees, also where a person has closed the issue', async () => {
    const { stage, check } = await crossed();
    const reason = `${PAGE} names 1 number outside, as the histories do, and the open issues on GitHub are the same`;
    expect(await check()).toEqual({ ok: true, reason });
    const [issue] = stage.github.state.issues;
    if (issue) issue.state = 'closed';
    expect(await check()).toEqual({ ok: true, reason });
  });

  it('refutes a history that ends elsewhere, or is out of order', async () => {
    const { stage, check } = await crossed();
    await stage.repo.write({ [CSV]: 'time,value\n2026-03-01T12:00:00.000Z,9\n' });
    expect(await check()).toMatchObject({ ok: true });
    await stage.repo.write({ [CSV]: 'time,value\n2026-03-01T12:00:00.000Z,8\n' });
    expect(await check()).toEqual({ ok: false, reason: `${CSV} ends inside, and load is called above` });
    await stage.repo.write({ [CSV]: 'time,value\n2026-03-02T12:00:00.000Z,11\n2026-03-01T12:00:00.000Z,11\n' });
    expect(await check()).toEqual({ ok: false, reason: `${CSV} is not in order of time` });
    await stage.repo.write({ [CSV]: 'time,value\n' });
    expect(await check()).toEqual({ ok: false, reason: `${CSV} holds no number, and load is called above` });
  });

  it('refutes an issue that is missing, or open for nothing', async () => {
    const { stage, check } = await crossed();
    const [issue] = stage.github.state.issues;
    if (!issue) throw new Error('no issue was opened');
    issue.body = (issue.body ?? '').replace('threshold:load', 'threshold:other');
    expect(await check()).toEqual({ ok: false, reason: 'issue 1 is open, and its number is not outside' });
    issue.state = 'closed';
    expect(await check()).toEqual({ ok: false, reason: 'there is no issue about load, which is outside' });
    expect(await check({ untold: 1 })).toMatchObject({ ok: true });
  });

  it('refutes a page that is missing or says otherwise, and a state that is none', async () => {
    const { stage, check } = await crossed();
    await stage.repo.write({ [PAGE]: '# Thresholds\n' });
    expect(await check()).toEqual({ ok: false, reason: `${PAGE} calls 0 outside where 1 are` });
    await stage.repo.write({ [STATE]: '[]' });
    expect(await check()).toEqual({ ok: false, reason: `${STATE} can not be read` });
    await stage.repo.write({ [PAGE]: null });
    expect(await check()).toEqual({ ok: false, reason: `${PAGE} does not exist` });
  });

  it('holds after the state got lost: the issue of a number that is back is closed', async () => {
    let value = 11;
    const server = await answeringServer(() => ({ body: JSON.stringify({ value }) }));
    const watches = [{ name: 'load', url: `${server.url}/`, json: 'value', above: 10 }];
    const stage = await scriptOnGitHub({
      script: 'threshold_watch',
      forge: ['issues.upsert', 'issues.list'],
      writes: [PAGE, 'knowledge/metrics/**', STATE],
      tree: { 'knowledge/watches.yml': JSON.stringify({ watches }) },
    });
    outputOf(await stage.run());
    await stage.repo.write({ [STATE]: '{' });
    value = 5;
    outputOf(await stage.run({}, { now: new Date('2026-03-01T13:00:00Z') }));
    expect(stage.github.state.issues).toMatchObject([{ state: 'closed', title: 'load is above 10' }]);
    expect(outputOf(await stage.run({}, CHECK))).toMatchObject({ ok: true });
  });
});
