import type { ServerResponse } from 'node:http';
import { localServer } from './local-server.ts';

/** What servers do to those who ask. Each is a path of a `badWeb`. */
export const BAD_ANSWERS = {
  /** May pass by themselves. */
  busy: ['/500', '/503', '/429', '/408', '/truncated', '/reset'],
  /** Stay until somebody acts. */
  refused: ['/403', '/404', '/410', '/huge', '/loop', '/metadata', '/to-metadata'],
  /** Answers that are no answer to what was asked. */
  nonsense: ['/empty', '/html', '/binary', '/half-json'],
} as const;

const MAKERS: Record<string, (response: ServerResponse, base: string) => void> = {
  '/429': (response) => response.writeHead(429, { 'retry-after': '0' }).end('slow down'),
  '/truncated': (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"value": 1');
    setTimeout(() => response.destroy(), 5);
  },
  '/reset': (response) => response.destroy(),
  '/huge': (response) => response.writeHead(200).end(Buffer.alloc(9 * 1024 * 1024, 'a')),
  '/loop': (response, base) => response.writeHead(302, { location: `${base}loop` }).end(),
  '/to-metadata': (response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end(),
  '/empty': (response) => response.writeHead(200).end(),
  '/html': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html><h1>Please log in</h1>'),
  '/binary': (response) =>
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(Buffer.alloc(64, 0xff)),
  '/half-json': (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"value": 1,'),
};

/** A server whose paths are BAD_ANSWERS; gives its address with a slash at the end. `/metadata` is nobody's: use badAddress. */
export async function badWeb(): Promise<string> {
  const base: string = await localServer((request, response) => {
    const path = (request.url ?? '').replace(/\?.*$/, '');
    const make = MAKERS[path];
    if (make) return make(response, base);
    response.writeHead(Number(/^\/(\d{3})$/.exec(path)?.[1] ?? 200)).end('no');
  });
  return base;
}

/** The address that gives the bad answer. */
export const badAddress = (base: string, path: string): string =>
  path === '/metadata' ? 'http://169.254.169.254/latest/meta-data/' : `${base.replace(/\/$/, '')}${path}`;
