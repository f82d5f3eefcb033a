import type { Answer } from './watchdog-loop.ts';

/** As much of GitHub as the watchdog sees, in memory, for days that pass in milliseconds. */
export interface Site {
  bornMs: number;
  /** Runs of cycle.yml, oldest first. */
  runs: SiteRun[];
  issues: { title: string; isOpen: boolean; openedMs: number; comments: number }[];
  /** What GitHub says to a start by hand; 204 makes a run. */
  startStatus: number;
  /** What becomes of a run that was started by hand. */
  onStart: (run: SiteRun) => void;
}

export interface SiteRun {
  event: 'schedule' | 'workflow_dispatch';
  createdMs: number;
  conclusion: 'success' | 'failure' | null;
}

/** The same site apart from the first: what happens to one does not happen to the other. */
export const copySite = (site: Site, parts: Partial<Site> = {}): Site => ({
  ...site,
  runs: site.runs.map((run) => ({ ...run })),
  issues: site.issues.map((issue) => ({ ...issue })),
  ...parts,
});

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export function answerAt(site: Site, nowMs: number): Answer {
  return ({ method, path, body }) => {
    const url = new URL(path, 'http://localhost/');
    const [status, reply] = answerTo(site, { nowMs, call: `${method} ${url.pathname}`, query: url.searchParams, body });
    return { status, reply: JSON.stringify(reply) };
  };
}

interface SiteCall {
  nowMs: number;
  call: string;
  query: URLSearchParams;
  body: string;
}

function answerTo(site: Site, { nowMs, call, query, body }: SiteCall): [status: number, reply: unknown] {
  if (/^GET \/actions\/workflows\/\w+\.yml$/.test(call))
    return [200, { id: 1, state: 'active', created_at: iso(site.bornMs) }];
  if (call === 'GET /actions/workflows/cycle.yml/runs') return [200, runList(site, query)];
  if (call === 'POST /actions/workflows/cycle.yml/dispatches') return [start(site, nowMs), {}];
  if (call === 'GET /issues') return [200, issuePage(site, Number(query.get('page')))];
  if (call === 'POST /labels') return [422, { message: 'Validation Failed' }];
  if (call === 'POST /issues') {
    site.issues.push({ title: JSON.parse(body).title, isOpen: true, openedMs: nowMs, comments: 0 });
    return [201, { number: site.issues.length }];
  }
  const issue = site.issues[Number(/\/issues\/(\d+)/.exec(call)?.[1]) - 1];
  if (!issue) throw new Error(`the site knows no ${call}`);
  if (call.startsWith('PATCH')) issue.isOpen = false;
  else issue.comments += 1;
  return [200, {}];
}

function runList(site: Site, query: URLSearchParams): unknown {
  const [event, status, since = ''] = [query.get('event'), query.get('status'), query.get('created')?.slice(2)];
  const found = site.runs.filter(
    (run) =>
      run.event === event && (status === null || run.conclusion === status) && run.createdMs >= Date.parse(since),
  );
  const newest = found.toSorted((a, b) => b.createdMs - a.createdMs).slice(0, Number(query.get('per_page')));
  return { total_count: found.length, workflow_runs: newest.map(({ createdMs }) => ({ created_at: iso(createdMs) })) };
}

function start(site: Site, nowMs: number): number {
  if (site.startStatus !== 204) return site.startStatus;
  const run: SiteRun = { event: 'workflow_dispatch', createdMs: nowMs, conclusion: null };
  site.runs.push(run);
  site.onStart(run);
  return 204;
}

function issuePage({ issues }: Site, page: number): unknown[] {
  const open = issues.flatMap(({ isOpen }, index) => (isOpen ? [index + 1] : [])).toReversed();
  const number = open[page - 1];
  return number === undefined ? [] : [{ number, user: { type: 'Bot' }, body: 'x <!-- steward:watchdog -->' }];
}
