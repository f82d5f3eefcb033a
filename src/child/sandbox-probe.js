/**
 * Looks from inside whether a sandbox is closed: `node sandbox-probe.js PORT FOLDER`. PORT is a server of the agent, and
 * FOLDER one of its folders that anybody may write into, with a file `secret` that anybody may read. Prints one line of
 * JSON: `holes`, what should not have been possible, each in words that complete "a program inside ...".
 */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

const [port, folder = '/'] = process.argv.slice(2);
const holes = new Set();

function mustFail(hole, act) {
  try {
    act();
    holes.add(hole);
  } catch {
    // Closed, as it should be.
  }
}

const textOf = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

function namesIn(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

const isReached = await new Promise((resolve) => {
  const socket = connect({ host: '127.0.0.1', port: Number(port), timeout: 2000 });
  for (const event of ['connect', 'error', 'timeout'])
    socket.once(event, () => {
      socket.destroy();
      resolve(event === 'connect');
    });
});
if (isReached) holes.add('reaches servers outside');
// Wherever the machine's own root may have been left in reach.
for (const root of ['/', '/proc/1/root', ...namesIn('/').map((name) => `/${name}`)])
  mustFail('reads files outside', () => readFileSync(join(root, folder, 'secret')));
mustFail('writes files outside', () => writeFileSync(join(folder, 'mark'), 'mark'));
mustFail('writes over its own code', () => appendFileSync(new URL(import.meta.url), ''));
if (Object.keys(process.env).join() !== 'PROBE') holes.add(`sees variables: ${Object.keys(process.env).join(', ')}`);
const others = namesIn('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
if (others.some((pid) => textOf(`/proc/${pid}/environ`) !== '')) holes.add('reads the variables of other processes');
if (process.getuid() === 0 || process.getgid() === 0) holes.add('is root');
const status = textOf('/proc/self/status');
if (!/^NoNewPrivs:\t1$/m.test(status)) holes.add('may gain rights');
if (/^Cap(Prm|Eff|Bnd|Amb):\t0*[1-9a-f]/m.test(status)) holes.add('has capabilities');
const limits = textOf('/proc/self/limits');
for (const name of ['data size', 'processes', 'file size'])
  if (!new RegExp(`^Max ${name} +\\d`, 'm').test(limits)) holes.add(`has no limit of ${name}`);
process.stdout.write(`${JSON.stringify({ holes: [...holes] })}\n`);
