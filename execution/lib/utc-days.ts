/** Days, weeks and months of the calendar in UTC. A day is text such as `2026-03-04`, which sorts as time does. */

export const DAY_MS = 86_400_000;

export const dayOfTime = (time: Date): string => time.toISOString().slice(0, 10);
/** Anybody can write any number into a commit: a time past what days are made for, or none, is the last one. */
export const datable = (time: Date): Date =>
  new Date(Math.min(Number.isNaN(time.getTime()) ? LAST_MS : time.getTime(), LAST_MS));
const LAST_MS = Date.UTC(9999, 10, 30);
/** The time that git tells in seconds. */
export const timeOfSeconds = (seconds: string): Date => datable(new Date(Number(seconds) * 1000));
export const timeOfDay = (day: string): Date => new Date(`${day}T00:00:00.000Z`);
export const addDays = (day: string, count: number): string =>
  dayOfTime(new Date(timeOfDay(day).getTime() + count * DAY_MS));
export const daysFromTo = (from: string, to: string): number =>
  Math.round((timeOfDay(to).getTime() - timeOfDay(from).getTime()) / DAY_MS);

/** Every day from `from` to `to`, both included; none where `to` is before. */
export const daysWithin = (from: string, to: string): string[] =>
  Array.from({ length: Math.max(0, daysFromTo(from, to) + 1) }, (_, index) => addDays(from, index));

/** The Monday on or before the day. */
export const mondayOf = (day: string): string => addDays(day, -((timeOfDay(day).getUTCDay() + 6) % 7));

/** First and last day of the day's month. */
export function monthOf(day: string): { name: string; first: string; last: string } {
  const first = `${day.slice(0, 7)}-01`;
  const next = `${addDays(first, 31).slice(0, 7)}-01`;
  const month = MONTHS[Number(day.slice(5, 7)) - 1] ?? day.slice(0, 7);
  return { name: `${month} ${day.slice(0, 4)}`, first, last: addDays(next, -1) };
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
