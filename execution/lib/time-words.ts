/** `2026-03-01 12:00 UTC` */
export const momentOf = (time: string | Date): string =>
  `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `less than a minute`, `45 min`, `3 h 5 min`, `2 d 4 h`: the two largest units. */
export function durationWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return [`${hours} h`, minutes % 60 === 0 ? '' : ` ${minutes % 60} min`].join('');
  return [`${Math.floor(hours / 24)} d`, hours % 24 === 0 ? '' : ` ${hours % 24} h`].join('');
}

export const DAY_MS = 24 * 60 * 60_000;
