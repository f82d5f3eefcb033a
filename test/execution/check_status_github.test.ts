import { describe, expect, it } from 'vitest';
import { outputOf } from '../support/run-script.ts';
import { scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/status.md';
const AT_ONCE = { now: new Date('2026-03-01T12:01:00Z') };
const LATER = { now: new Date('2026-03-01T13:00:00Z') };

const row = (number: number) => `| [#${number}](https://github.example/${number}) | 2026-03-01 | octo | Text |`;
const pageWith = (...numbers: number[]) => ({
  [PAGE]: `# Repository status\n\n<!-- from GitHub -->\n\n${numbers.map(row).join('\n')}\n`,
});

describe('check_status_github', () => {
  it('wants the oldest pull request on the page, and nothing that is closed', async () => {
    const stage = await scriptOnGitHub({ script: 'check_status_github', forge: ['pulls.list', 'issues.get'] });
    const look = async (input = {}, more = LATER) => outputOf(await stage.run(input, more));
    expect(await look({}, AT_ONCE)).toEqual({ ok: false, reason: `${PAGE} does not exist` });
    expect(await look({ github: 'kept' }, AT_ONCE)).toMatchObject({ ok: true, reason: 'GitHub was not read (kept)' });
    await stage.repo.write(pageWith());
    const issue = stage.github.act.openIssue('octo', { title: 'Issue' });
    for (const name of ['one', 'two']) {
      await stage.github.act.branch('octo', name, { [name]: '1' });
      await stage.github.act.openPull('octo', { title: name, head: name, base: 'main' });
    }
    // Opened a moment ago, they need not be there yet.
    expect(await look({}, AT_ONCE)).toMatchObject({ ok: true });
    await stage.repo.write(pageWith(3, issue));
    expect(await look()).toEqual({
      ok: false,
      reason: `${PAGE} does not name #2, the pull request that waits longest`,
    });
    await stage.repo.write(pageWith(2, 3, issue));
    expect(await look()).toEqual({ ok: true, reason: `3 of the numbers on ${PAGE} are open on GitHub` });
    stage.github.act.closeIssue('octo', issue);
    expect(await look()).toMatchObject({ ok: true });
    expect(await look({}, { now: new Date('2026-03-02T12:00:00Z') })).toEqual({
      ok: false,
      reason: `${PAGE} lists #1 as open, and it is closed`,
    });
    stage.github.fail({ path: /./, status: 503, body: { message: 'Unavailable' }, times: 50 });
    expect(await look()).toMatchObject({ ok: true });
  });
});
