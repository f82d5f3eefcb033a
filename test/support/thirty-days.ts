import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tree } from './git-fixture.ts';
import type { GitHubOptions } from './github/start-github.ts';
import type { ScriptTest } from './run-script.ts';
import { type ScriptOnGitHub, scriptOnGitHub } from './script-on-github.ts';
import { type Chances, createChances } from './thirty-days-chances.ts';
import { shakeGithub } from './thirty-days-faults.ts';
import { complaints, type DiaryDay, type Fact, notices, told } from './thirty-days-verdict.ts';

/** Something that an automation looks at for a month, and what people should hear of it. */
export interface World {
  script: string;
  forge: readonly string[];
  writes: readonly string[];
  /** The first day, such as 2026-03-02. */
  start: string;
  /** UTC hours at which the script runs each day; default: six in the morning. */
  hours?: readonly number[];
  input?: Record<string, unknown>;
  call?: Partial<ScriptTest>;
  tree?: Tree;
  github?: Partial<GitHubOptions>;
  /** Before the first day. */
  prepare?(stage: ScriptOnGitHub): Promise<void> | void;
  /** Before the runs of a day, 1 to 30: what happens in the world on it. */
  dawn?(day: number, stage: ScriptOnGitHub, at: Date): Promise<void> | void;
  /** Before each run; a shaky web changes its moods here. */
  begin?(): void;
  /** After each day: what else is wrong, in words. */
  dusk?(stage: ScriptOnGitHub): string[];
  /** Counted by hand: every episode, and no other. */
  facts: readonly Fact[];
  /** Days on which nothing is new, so that no file changes; empty where files change once a day by design. */
  quietDays: readonly number[];
  /** Workspace commits in all, at most. */
  mostCommits: number;
}

export interface Month {
  runs: number;
  killed: number;
  skipped: number;
  faults: number;
  commits: number;
  issues: number;
  notifications: number;
  facts: number;
  complaints: string[];
  stage: ScriptOnGitHub;
  diary: DiaryDay[];
}

const DAYS = 30;
const KILLED = 0.1;
const TWICE = 0.15;
const MINUTE_MS = 60_000;
/** `STEWARD_SEEDS=1,2,3` runs each month several times, each with other faults. */
export const seeds = (process.env.STEWARD_SEEDS ?? '1').split(',').map(Number);

export const DAY_MS = 86_400_000;

/** The morning of a day, 1 to 30. */
export const dayAt = (start: string, day: number, hour = 0): Date =>
  new Date(Date.parse(`${start}T00:00:00Z`) + (day - 1) * DAY_MS + hour * 60 * MINUTE_MS);

/** Lives through thirty days: runs, faults, runners that die before their commit, and runs that come twice. */
export async function thirtyDays(makeWorld: (chances: Chances) => Promise<World>, seed: number): Promise<Month> {
  const chances = createChances(seed);
  const world = await makeWorld(chances);
  const { start, hours = [6] } = world;
  const clock = { now: dayAt(start, 1) };
  const stage = await open(world, clock);
  const shaken = shakeGithub(stage.github, chances);
  const log: MonthLog = { runs: 0, killed: 0, skipped: 0, commits: [], trouble: [] };
  const diary: DiaryDay[] = [];
  for (let day = 1; day <= DAYS; day++) {
    clock.now = dayAt(start, day);
    await world.dawn?.(day, stage, clock.now);
    for (const hour of hours) {
      const begin = () => {
        chances.nextRun();
        shaken.begin();
        world.begin?.();
      };
      const at = dayAt(start, day, hour);
      await live({ world, stage, log, clock, day, chances, begin }, at);
    }
    log.trouble.push(...(world.dusk?.(stage) ?? []).map((trouble) => `day ${day}: ${trouble}`));
    diary.push({ day, issues: told(stage.github.state) });
  }
  const found = notices(stage.github.state, start);
  return {
    ...log,
    commits: log.commits.length,
    faults: chances.faults,
    issues: stage.github.state.issues.filter(({ login }) => login.endsWith('[bot]')).length,
    notifications: found.length,
    facts: world.facts.length,
    complaints: [...log.trouble, ...noisyDays(world, log), ...complaints(world.facts, { diary, notices: found })],
    stage,
    diary,
  };
}

async function open(world: World, clock: { now: Date }): Promise<ScriptOnGitHub> {
  const { script, forge, writes, tree, github } = world;
  const stage = await scriptOnGitHub({
    script,
    forge,
    writes,
    ...(tree ? { tree } : {}),
    github: { ...github, now: () => clock.now },
  });
  // The scripts come from the project; no commit of this repository is about them.
  await appendFile(join(stage.repo.path, '.git/info/exclude'), 'execution/\n');
  await world.prepare?.(stage);
  return stage;
}

interface MonthLog {
  runs: number;
  killed: number;
  skipped: number;
  /** The day of each commit. */
  commits: number[];
  trouble: string[];
}

interface Moment {
  world: World;
  stage: ScriptOnGitHub;
  log: MonthLog;
  /** GitHub's. */
  clock: { now: Date };
  day: number;
  chances: Chances;
  begin(): void;
}

/** One run; sometimes its runner dies before the commit and the next repeats the work; sometimes it comes twice. */
async function live(moment: Moment, at: Date): Promise<void> {
  const { stage, log, day, chances } = moment;
  await runOnce(moment, at);
  let time = at.getTime();
  if (chances.happens('the runner dies', KILLED)) {
    log.killed += 1;
    await stage.repo.git('reset', '--quiet', '--hard');
    await stage.repo.git('clean', '--quiet', '-fd');
    time += 20 * MINUTE_MS;
    await runOnce(moment, new Date(time));
  }
  await keep(moment, new Date(time));
  if (chances.roll('twice') >= TWICE) return;
  const faults = chances.faults;
  const sent = writesTo(stage);
  await runOnce(moment, new Date(time + MINUTE_MS / 2));
  const isCommitted = await keep(moment, new Date(time + MINUTE_MS / 2));
  const isCalm = chances.faults === faults;
  if (isCalm && isCommitted && moment.world.quietDays.includes(day))
    log.trouble.push(`day ${day}: a second run at once changes files`);
  if (isCalm && writesTo(stage) > sent && moment.world.quietDays.includes(day))
    log.trouble.push(`day ${day}: a second run at once writes to GitHub`);
}

const writesTo = ({ github }: ScriptOnGitHub): number =>
  github.requests.filter(({ method }) => method !== 'GET').length;

async function runOnce({ world, stage, log, clock, day, begin }: Moment, now: Date): Promise<void> {
  begin();
  clock.now = now;
  const { outcome } = await stage.run(world.input, { ...world.call, now });
  log.runs += 1;
  if (outcome.status === 'skipped') log.skipped += 1;
  else if (outcome.status !== 'ok')
    log.trouble.push(`day ${day}: the run fails: ${JSON.stringify(outcome).slice(0, 600)}`);
}

/** What a runner does at its end; true where there was something to commit. */
async function keep({ stage, log, day }: Moment, at: Date): Promise<boolean> {
  if ((await stage.repo.git('status', '--porcelain')) === '') return false;
  await stage.repo.commit({ author: 'steward[bot]', message: 'Keep the books', at: at.toISOString() });
  log.commits.push(day);
  return true;
}

/** Files that change on days without news are what fills a history with nothing. */
function noisyDays({ quietDays, mostCommits }: World, { commits }: MonthLog): string[] {
  const noisy = commits.filter((day) => quietDays.includes(day)).map((day) => `day ${day}: files change without news`);
  return commits.length > mostCommits
    ? [...noisy, `${commits.length} commits, expected ${mostCommits} at most`]
    : noisy;
}

/** One line for whoever runs the tests. */
export const monthLine = (name: string, seed: number, month: Month): string =>
  `${name} (seed ${seed}): ${DAYS} days, ${month.runs} runs (${month.killed} killed, ${month.skipped} skipped), ${month.faults} faults, ${month.commits} commits, ${month.issues} issues, ${month.notifications} notifications, ${month.facts} facts`;
