import { dayAt, type World } from './thirty-days.ts';
import type { Chances } from './thirty-days-chances.ts';
import { shakyWeb } from './thirty-days-faults.ts';

const START = '2026-03-02';

/**
 * Two sites: one is down on days 5 to 8 and 20 to 23, one answers 500 on days 12 to 16. A third is always up, but
 * for the server's moods. Three incidents.
 */
export async function uptimeWorld(chances: Chances): Promise<World> {
  let today = 0;
  const isBad = (path: string): boolean =>
    (path === '/shop' && ((today >= 5 && today < 9) || (today >= 20 && today < 24))) ||
    (path === '/docs' && today >= 12 && today < 17);
  const web = await shakyWeb(chances, (path) => ({ status: isBad(path) ? 500 : 200, body: 'welcome' }));
  const sites = ['shop', 'docs', 'blog'].map((path) => `  - ${web.url}${path}\n`).join('');
  return {
    script: 'uptime_check',
    forge: ['issues.upsert', 'issues.list'],
    writes: ['knowledge/reports/uptime.md', 'knowledge/metrics/uptime.csv', 'knowledge/state/uptime_check.json'],
    start: START,
    hours: [6, 18],
    input: { timeout_ms: 400, reference: `${web.url}reference` },
    tree: { 'knowledge/uptime.yml': `failures: 2\nsites:\n${sites}` },
    dawn: (day) => {
      today = day;
    },
    begin: web.begin,
    facts: [
      { name: 'the first outage of the shop', about: /^uptime:\S+shop/, from: 5, to: 9 },
      { name: 'the outage of the docs', about: /^uptime:\S+docs/, from: 12, to: 17 },
      { name: 'the second outage of the shop', about: /^uptime:\S+shop/, from: 20, to: 24 },
    ],
    // The day is closed once a day, by design, and a failure that passes is a state of its own.
    quietDays: [],
    mostCommits: 60,
  };
}

/**
 * A number in JSON that crosses its limit on day 10, hovers inside the hysteresis and is back on day 15, and cannot be
 * found on its page on days 23 to 25; a number on a page that falls on day 20 and stays there. Two crossings.
 */
export async function thresholdWorld(chances: Chances): Promise<World> {
  let today = 0;
  const stars = () => (today < 10 || today >= 15 ? 90 : [101, 99, 96, 102, 97][today - 10]);
  const web = await shakyWeb(chances, (path) => {
    if (path === '/stars')
      return {
        type: 'application/json',
        body: JSON.stringify(today >= 23 && today < 26 ? { moved: true } : { stars: stars() }),
      };
    return { body: `<html><p class="price">${today < 20 ? '1,234.50' : '899.00'} €</p></html>` };
  });
  const watches = [
    `  - {name: stars, url: "${web.url}stars", json: stars, above: 100, hysteresis: 5}\n`,
    `  - {name: price, url: "${web.url}price", css: .price, decimal: ".", below: 900}\n`,
  ];
  return {
    script: 'threshold_watch',
    forge: ['issues.upsert', 'issues.list'],
    writes: ['knowledge/reports/thresholds.md', 'knowledge/metrics/**', 'knowledge/state/threshold_watch.json'],
    start: START,
    input: { timeout_ms: 400 },
    tree: { 'knowledge/watches.yml': `watches:\n${watches.join('')}` },
    dawn: (day) => {
      today = day;
    },
    begin: web.begin,
    facts: [
      { name: 'stars above 100', about: /^threshold:stars/, from: 10, to: 15 },
      { name: 'price below 900', about: /^threshold:price/, from: 20 },
    ],
    // The history has a row a day, by design.
    quietDays: [],
    mostCommits: 34,
  };
}

const item = (day: number, name: string, at: string): string =>
  `<item><guid>${name}-${day}</guid><title>${name} of day ${day}</title><link>https://example.com/${name}-${day}</link><pubDate>${new Date(at).toUTCString()}</pubDate></item>`;

/**
 * Two feeds. The first has something new on days 3, 10, 17 and 24, the second has the same on day 10 and something of its
 * own on day 11. The digest is one issue for good: day 3 opens it, the other four change it.
 */
export async function feedWorld(chances: Chances): Promise<World> {
  let today = 0;
  const written = (name: string, days: readonly number[]) =>
    days.filter((day) => day <= today).map((day) => item(day, name, dayAt(START, day, 1).toISOString()));
  const web = await shakyWeb(chances, (path) => {
    const items =
      path === '/one' ? written('thought', [3, 10, 17, 24]) : [...written('thought', [10]), ...written('tool', [11])];
    const channel = `<title>Feed</title><link>https://example.com/</link><description>x</description>${items.reverse().join('')}`;
    return {
      type: 'application/rss+xml',
      body: `<?xml version="1.0"?><rss version="2.0"><channel>${channel}</channel></rss>`,
    };
  });
  const digest = (name: string, from: number, to: number) => ({
    name: `${name} of day ${from}`,
    about: /^feeds:digest/,
    from,
    to,
    says: new RegExp(`${name} of day ${from}`),
  });
  return {
    script: 'feed_digest',
    forge: ['issues.upsert', 'issues.list'],
    writes: ['knowledge/reports/feeds.md', 'knowledge/state/feed_digest.json'],
    start: START,
    input: { timeout_ms: 400 },
    tree: { 'knowledge/feeds.yml': `feeds: ["${web.url}one", "${web.url}two"]\n` },
    dawn: (day) => {
      today = day;
    },
    begin: web.begin,
    facts: [
      digest('thought', 3, 10),
      digest('thought', 10, 17),
      digest('tool', 11, 17),
      digest('thought', 17, 24),
      { ...digest('thought', 24, 31), to: 31 },
    ],
    // A feed that does not answer is counted, which is a change.
    quietDays: [],
    mostCommits: 16,
  };
}
