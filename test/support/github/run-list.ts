import { invalid } from './reply.ts';
import type { Call } from './route.ts';
import type { RunState } from './state.ts';

/** The runs that a list's filters leave, newest first. */
export function runsThatMatch({ store, query }: Call, path?: string): RunState[] {
  const { actor, branch, event, status, created, head_sha: sha } = query;
  const isWithin = timeRange(created);
  const fits = (run: RunState) =>
    (path === undefined || run.path === path) &&
    (actor === undefined || run.actor === actor) &&
    (branch === undefined || run.branch === branch) &&
    (event === undefined || run.event === event) &&
    (sha === undefined || run.sha === sha) &&
    (status === undefined || run.status === status || run.conclusion === status) &&
    isWithin(Date.parse(run.createdAt));
  return store.state.runs.filter(fits).sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt) || b.id - a.id);
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** GitHub's search syntax for dates: `2026-01-02`, `>=2026-01-02T10:00:00Z`, `a..b` where either may be `*`. */
export function timeRange(text: string | undefined): (at: number) => boolean {
  if (text === undefined) return () => true;
  const [from, to] = text.split('..');
  if (from !== undefined && to !== undefined)
    return (at) => (from === '*' || at >= startOf(from)) && (to === '*' || at <= endOf(to));
  const [, sign = '', date = ''] = /^(>=|<=|>|<)?(.*)$/.exec(text) ?? [];
  const compare: Record<string, (at: number) => boolean> = {
    '>=': (at) => at >= startOf(date),
    '<=': (at) => at <= endOf(date),
    '>': (at) => at > endOf(date),
    '<': (at) => at < startOf(date),
    '': (at) => at >= startOf(date) && at <= endOf(date),
  };
  startOf(date);
  return compare[sign] ?? (() => false);
}

function startOf(date: string): number {
  const at = Date.parse(date);
  const isDate = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2}))?$/.test(date) && !Number.isNaN(at);
  if (!isDate) throw invalid({ resource: 'WorkflowRun', code: 'invalid', field: 'created' });
  return at;
}

/** A day without time lasts to its last second. */
const endOf = (date: string) => startOf(date) + (date.includes('T') ? 0 : DAY_MS - 1);
