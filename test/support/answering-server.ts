import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { localServer } from './local-server.ts';

export interface ServerAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Sends nothing for this long. */
  delayMs?: number;
}

export interface AnsweringServer {
  /** Without a slash at the end. */
  url: string;
  /** `GET /path` in the order of arrival. */
  requests: string[];
  /** The most requests that were open at one time. */
  mostAtOnce(): number;
}

/** A server for the length of the running test that answers as the test says, and remembers what it was asked. */
export async function answeringServer(
  answer: (request: { method: string; path: string; accept: string }) => ServerAnswer,
): Promise<AnsweringServer> {
  const requests: string[] = [];
  let open = 0;
  let most = 0;
  const url = await localServer(async (request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    requests.push(`${method} ${path}`);
    most = Math.max(most, ++open);
    const {
      status = 200,
      headers: sent = {},
      body = '',
      delayMs = 0,
    } = answer({ method, path, accept: headers.accept ?? '' });
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
    open--;
    response.writeHead(status, sent).end(body);
  });
  return { url: url.replace(/\/$/, ''), requests, mostAtOnce: () => most };
}

/** An address of this machine where nobody answers. */
export async function closedAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
