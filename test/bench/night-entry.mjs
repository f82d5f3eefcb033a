/**
 * Started as a process of its own by the consolidate benchmark, as every night is: `night-entry.mjs parse|night FOLDER
 * DAY`. Prints the milliseconds as one object, by part; loading the code is not among them.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { parseDay, workNight } = await import('./night-work.ts');

const [work, folder, day] = process.argv.slice(2);
const times = work === 'parse' ? { parse: await parseDay(folder, day) } : (await workNight(folder, day)).times;
process.stdout.write(JSON.stringify(times));
