import { Cron } from 'croner';

/** One line of a workflow's `on.schedule`. */
export interface CronLine {
  cron: string;
  /** An IANA name; GitHub means UTC where none is given. */
  timezone: string;
}

/** Numbers, and names of three letters: GitHub knows neither `@daily` nor the letters that other crons add. */
const FIELDS = /^(?:(?:[\d*,/-]|[a-z]{3})+(?: +|$)){5}$/i;
/** GitHub starts a workflow no more often than this, whatever the line says. */
const SHORTEST_INTERVAL_MS = 5 * 60_000;

/** The moments from `from` on and before `to` at which the line asks for a run; undefined when it can not be read. */
export function ticksBetween(line: CronLine, from: Date, to: Date): Date[] | undefined {
  const cron = readCron(line);
  if (!cron) return undefined;
  const ticks: Date[] = [];
  const after = (ms: number) => cron.nextRun(new Date(ms - 1));
  for (let tick = after(from.getTime()); tick && tick < to; tick = after(tick.getTime() + SHORTEST_INTERVAL_MS))
    ticks.push(tick);
  return ticks;
}

export const isReadableCron = (line: CronLine): boolean => readCron(line) !== undefined;

function readCron({ cron, timezone }: CronLine): Cron | undefined {
  if (!FIELDS.test(cron.trim())) return undefined;
  try {
    // A fixed offset is ten times as quick as a zone whose rules must be looked up.
    const place = timezone === 'UTC' ? { utcOffset: 0 } : { timezone };
    const read = new Cron(cron.trim(), { ...place, mode: '5-part' });
    // The zone is looked at only when a time is computed.
    read.nextRun(new Date(0));
    return read;
  } catch {
    return undefined;
  }
}
