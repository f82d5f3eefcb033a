import { genesis, sealAll } from './ledger-samples.ts';
import { callRecord, spentEntry } from './money-samples.ts';
import { metadata } from './npm-registry.ts';
import { dayAt, type World } from './thirty-days.ts';
import type { Chances } from './thirty-days-chances.ts';
import { shakyWeb } from './thirty-days-faults.ts';

const START = '2026-03-02';
const COST_START = '2026-03-05';

/**
 * Pages whose links break: one to a file on days 4 to 8, one to the web on days 12 to 17, but for day 14, when the server
 * is busy; from day 20 a file, from day 22 a second one, both mended on day 26. Three times there are broken links.
 */
export async function linksWorld(chances: Chances): Promise<World> {
  let today = 0;
  const web = await shakyWeb(chances, (path) => ({
    status: path !== '/far' || today < 12 || today >= 18 ? 200 : today === 14 ? 503 : 404,
    body: 'here',
  }));
  const page = (...links: string[]) =>
    `# Page\n\n[near](near.md) [far](${web.url}far) [other](${web.url}other)\n${links.join('\n')}\n`;
  const changes: Record<number, Record<string, string | null>> = {
    4: { 'README.md': page('[gone](gone-1.md)') },
    9: { 'README.md': page() },
    20: { 'README.md': page('[gone](gone-2.md)') },
    22: { 'README.md': page('[gone](gone-2.md)', '[gone](gone-3.md)') },
    26: { 'gone-2.md': 'x', 'gone-3.md': 'x' },
  };
  return {
    script: 'check_links',
    forge: ['issues.upsert', 'repo.get'],
    writes: ['knowledge/reports/links.md'],
    start: START,
    input: { http: true, pause_ms: 0, timeout_ms: 400, skip_hosts: [] },
    call: { spawn: ['git'] },
    tree: { 'README.md': page(), 'near.md': 'x' },
    async dawn(day, { repo }, at) {
      today = day;
      const files = changes[day];
      if (files) await repo.commit({ message: 'Write', files, at: at.toISOString() });
    },
    begin: web.begin,
    facts: [
      { name: 'a file is gone', about: /^links:broken/, from: 4, to: 9 },
      { name: 'a page of the web is gone', about: /^links:broken/, from: 12, to: 18 },
      { name: 'a file is gone again', about: /^links:broken/, from: 20, to: 26, says: /gone-2/ },
    ],
    quietDays: [2, 3, 7, 8, 29, 30],
    mostCommits: 12,
  };
}

const project = (door: string, hasOld: boolean) => {
  const dependencies = { door: '^1.0.0', ...(hasOld ? { old: '^1.0.0' } : {}) };
  const packages = {
    '': { dependencies },
    'node_modules/door': { version: door },
    ...(hasOld ? { 'node_modules/old': { version: '1.0.0' } } : {}),
  };
  return {
    'package.json': JSON.stringify({ name: 'house', dependencies }),
    'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages }),
  };
};

/**
 * A package is known to be vulnerable from day 7, and replaced on day 12; another is deprecated by its authors from day
 * 18, and dropped on day 24. On days 9 and 21 answers of the registry make no sense, which the page may say. Two findings.
 */
export async function dependencyWorld(chances: Chances): Promise<World> {
  let today = 0;
  const known = { door: [{ id: 1, title: 'Open door', severity: 'high', vulnerable_versions: '<1.0.5', url: '' }] };
  const web = await shakyWeb(chances, (path, { method }) => {
    const type = 'application/json';
    if (method === 'POST') return { type, body: today === 9 ? '{"door": [' : JSON.stringify(today >= 7 ? known : {}) };
    if (path === '/old' && today === 21) return { body: '<h1>Please log in</h1>' };
    if (path === '/old')
      return { type, body: metadata('1.0.0', { '1.0.0': today >= 18 ? 'use door' : undefined }).body ?? '' };
    return { type, body: metadata('1.0.5').body ?? '' };
  });
  return {
    script: 'dependency_report',
    forge: ['issues.upsert'],
    writes: ['knowledge/reports/dependencies.md'],
    start: START,
    input: { registry: web.url, timeout_ms: 400 },
    tree: project('1.0.4', true),
    async dawn(day, { repo }, at) {
      today = day;
      if (day === 12) await repo.commit({ files: project('1.0.5', true), at: at.toISOString() });
      if (day === 24) await repo.commit({ files: project('1.0.5', false), at: at.toISOString() });
    },
    begin: web.begin,
    facts: [
      { name: 'a vulnerable package', about: /^dependencies:report/, from: 7, to: 12 },
      { name: 'a deprecated package', about: /^dependencies:report/, from: 18, to: 24 },
    ],
    quietDays: [4, 5, 6, 11, 15, 16, 17, 23, 27, 28, 29, 30],
    mostCommits: 10,
  };
}

/**
 * The agent spends 20 cents a day. On 8 and 9 March (days 4 and 5) it nearly uses up the day's dollar, which is said from
 * day 6 until a week had no such day, on day 13. On 22 March (day 18) it spends $14.20 at once: 80 % of the month's cap, which
 * is used up on the 27th. The next month begins on day 28. Two warnings.
 */
export async function costWorld(): Promise<World> {
  const records = Array.from({ length: 30 }, (_, index) => {
    const day = index + 1;
    const cost = day === 4 || day === 5 ? 0.9 : day === 18 ? 14.2 : 0.2;
    const timestamp = dayAt(COST_START, day, 5).toISOString();
    return spentEntry({ cost, calls: [callRecord({ cost })] }, { timestamp, id: `e${day}`, decision: 'post' });
  });
  const sealed = sealAll([{ ...genesis, timestamp: `${COST_START}T00:00:00.000Z` }, ...records]);
  const ledger = Object.fromEntries(
    [...Map.groupBy(sealed, ({ path }) => path)].map(([path, lines]) => [
      path,
      lines.map(({ line }) => `${line}\n`).join(''),
    ]),
  );
  return {
    script: 'cost_report',
    forge: ['repo.get', 'runs.list', 'issues.list', 'issues.upsert'],
    writes: ['knowledge/reports/cost.md'],
    start: COST_START,
    tree: { ...ledger, '.github/steward.yml': 'budget: {day: 1, month: 20}\n' },
    github: { isPrivate: true },
    facts: [
      { name: "the day's cap", about: /^cost:budget/, from: 6, to: 13 },
      { name: "the month's cap", about: /^cost:budget/, from: 18, to: 28 },
    ],
    // The amounts change with each day's spending, by design.
    quietDays: [],
    mostCommits: 31,
  };
}
