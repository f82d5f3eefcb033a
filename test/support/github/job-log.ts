import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { notFound, type Reply } from './reply.ts';
import type { JobState } from './state.ts';
import type { Store } from './store.ts';

/** Logs of jobs lie in a store of files beside the API: GitHub gives an address there that says itself who may read. */
const BLOBS = '/blobs/job-logs/';

export const isBlobPath = (path: string): boolean => path.startsWith(BLOBS);

const signatureOf = (id: number) => createHash('sha256').update(`job log ${id}`).digest('hex').slice(0, 20);

/** Where a job's log is: on another host, so that a client leaves its token behind. GitHub keeps none of a job that did not end, or ended long ago. */
export function logReply(store: Store, id: number): Reply {
  if (jobOf(store, id)?.log === undefined) throw notFound();
  const elsewhere = store.url.replace('127.0.0.1', 'localhost');
  return { status: 302, headers: { location: `${elsewhere}${BLOBS}${id}?sig=${signatureOf(id)}` } };
}

/** The store of files. It knows no tokens, and refuses who sends one. */
export function serveBlob(request: IncomingMessage, response: ServerResponse, store: Store): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const id = Number(pathname.slice(BLOBS.length));
  const log = jobOf(store, id)?.log;
  const isAllowed = request.headers.authorization === undefined && searchParams.get('sig') === signatureOf(id);
  if (!isAllowed) response.writeHead(403).end('AuthenticationFailed');
  else if (log === undefined) response.writeHead(404).end('BlobNotFound');
  else response.writeHead(200, { 'content-type': 'text/plain' }).end(log);
}

const jobOf = ({ state }: Store, id: number): JobState | undefined =>
  state.runs.flatMap(({ jobs }) => jobs).find((job) => job.id === id);
