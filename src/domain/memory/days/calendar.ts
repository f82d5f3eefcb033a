/** The days and weeks of the calendar, in UTC and as people call them. */

const DAY_MS = 86_400_000;

export const utcDay = (time: Date): string => time.toISOString().slice(0, 10);

/** The day `count` days after `day`; before it, where `count` is negative. */
export const daysAfter = (day: string, count: number): string => utcDay(new Date(Date.parse(day) + count * DAY_MS));

/** Days since Thursday 1970-01-01. */
const dayNumber = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
/** 0 is Monday. */
const weekday = (number: number): number => (number + 3) % 7;

/** The seven UTC days, Monday to Sunday, of the week that `day` lies in. */
export function weekDays(day: string): string[] {
  const monday = daysAfter(day, -weekday(dayNumber(day)));
  return Array.from({ length: 7 }, (_, index) => daysAfter(monday, index));
}

/** ISO 8601: `2026-W10`. A week belongs to the year that its Thursday lies in. */
export function isoWeek(day: string): string {
  const thursday = weekDays(day)[3] ?? day;
  const year = thursday.slice(0, 4);
  const week = Math.floor((dayNumber(thursday) - dayNumber(`${year}-01-01`)) / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** `4 March 2026` */
export const longDate = (day: string): string =>
  `${Number(day.slice(8, 10))} ${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;
export const weekdayName = (day: string): string => DAYS[weekday(dayNumber(day))] ?? '';
