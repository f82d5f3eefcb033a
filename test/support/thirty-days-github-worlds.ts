import { failedJob } from './ci-log-samples.ts';
import { dayAt, type World } from './thirty-days.ts';

const START = '2026-03-02';
const WORKFLOW = 'name: ci\non: push\njobs: {}\n';

/** The same error on another line, at another time, on another machine. */
const wrongSum = (day: number, run: number): string[] => [
  `FAIL  test/sum.test.ts > adds (${day * 7 + run} ms)`,
  `AssertionError: expected 3 to be 4`,
  `    at /home/runner-${day}/work/house/test/sum.test.ts:${day}:${run + 5}`,
  `Finished at 2026-03-${String(day).padStart(2, '0')}T05:00:0${run}.123Z`,
];
const lockedDoor = (day: number): string[] => [`TypeError: door.open is not a function at line ${day}`];

/**
 * CI runs twice a day. It fails in one way on days 3 to 6, in another on days 12 to 15, on day 17 in both at once, and
 * in the first way again from day 20 to 23; else it is green. Five episodes.
 */
export async function ciWorld(): Promise<World> {
  const wrong = (day: number, run: number): string[][] => [
    ...((day >= 3 && day < 7) || day === 17 || (day >= 20 && day < 24) ? [wrongSum(day, run)] : []),
    ...((day >= 12 && day < 16) || day === 17 ? [lockedDoor(day)] : []),
  ];
  return {
    script: 'ci_doctor',
    forge: ['repo.get', 'runs.list', 'runs.jobs', 'runs.log', 'issues.get', 'issues.upsert'],
    writes: ['knowledge/ci/failures.json'],
    start: START,
    call: { spawn: ['git'] },
    github: { tree: { '.github/workflows/ci.yml': WORKFLOW } },
    async dawn(day, { github }) {
      for (const run of [1, 2]) {
        const createdAt = dayAt(START, day, run).toISOString().replace('.000', '');
        const id = await github.act.startRun('ci.yml', { event: 'push', createdAt });
        const bad = wrong(day, run).map((said) => ({
          ...failedJob(said, run),
          name: said.length > 1 ? 'sum' : 'door',
        }));
        github.act.finishRun(id, bad.length > 0 ? 'failure' : 'success', bad.length > 0 ? bad : undefined);
      }
    },
    facts: [
      { name: 'the wrong sum', about: /sum\.test\.ts/, from: 3, to: 7 },
      { name: 'the locked door', about: /door\.open/, from: 12, to: 16 },
      { name: 'the wrong sum, for a day', about: /sum\.test\.ts/, from: 17, to: 18 },
      { name: 'the locked door, for a day', about: /door\.open/, from: 17, to: 18 },
      { name: 'the wrong sum again', about: /sum\.test\.ts/, from: 20, to: 24 },
    ],
    quietDays: [2, 11, 28, 29, 30],
    mostCommits: 20,
  };
}

/**
 * People commit, open issues and merge in every week but the third (16 to 22 March). A week is over on its Monday: days 8,
 * 15 and 29 bring something to tell, day 22 does not. The digest is one issue for good: the first week opens it, the
 * others change it.
 */
export async function digestWorld(): Promise<World> {
  const isBusy = (day: number): boolean => day < 15 || day > 21;
  return {
    script: 'weekly_digest',
    forge: ['repo.get', 'issues.list', 'issues.get', 'issues.upsert', 'pulls.list', 'runs.list'],
    writes: ['knowledge/reports/weekly.md', 'knowledge/reports/weekly.svg'],
    start: START,
    call: { spawn: ['git'] },
    async dawn(day, { github, repo }, at) {
      if (!isBusy(day) || day % 2 === 0) return;
      await repo.commit({
        message: 'Work',
        files: { [`work-${day}.txt`]: 'x' },
        at: at.toISOString(),
        author: 'Grace',
      });
      const number = github.act.openIssue('octo', { title: `Thought of day ${day}` });
      if (day % 3 === 0) github.act.closeIssue('octo', number);
      if (day % 5 !== 0) return;
      await github.act.branch('octo', `work-${day}`, { [`w${day}.txt`]: '1' });
      const pull = await github.act.openPull('octo', {
        title: `Work of day ${day}`,
        head: `work-${day}`,
        base: 'main',
      });
      await github.act.mergePull('octo', pull);
    },
    facts: [
      { name: 'the first week', about: /^digest:weekly/, from: 8, to: 15, says: /week of 2026-03-02/ },
      { name: 'the second week', about: /^digest:weekly/, from: 15, to: 29, says: /week of 2026-03-09/ },
      { name: 'the fourth week', about: /^digest:weekly/, from: 29, says: /week of 2026-03-23/ },
    ],
    quietDays: [12, 13, 14, 20, 21, 22, 23, 24, 25, 26, 27, 28],
    mostCommits: 10,
  };
}
