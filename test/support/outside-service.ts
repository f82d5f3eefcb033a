import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** An HTTP server on loopback for the length of the running test; gives its address. */
export async function httpService(
  handle: (request: IncomingMessage, response: ServerResponse, body: string) => Promise<void> | void,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    await handle(request, response, Buffer.concat(chunks).toString('utf8'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A service that keeps what is posted by its key, as a careful one would not: every POST is counted. */
export async function postService(
  onPost?: () => Promise<void> | void,
): Promise<{ url: string; posts: Map<string, number> }> {
  const posts = new Map<string, number>();
  const url = await httpService(async (request, response, body) => {
    if (request.method === 'POST') {
      posts.set(body, (posts.get(body) ?? 0) + 1);
      await onPost?.();
      response.end(`id-${body.slice(0, 8)}`);
      return;
    }
    const key = new URL(request.url ?? '', 'http://localhost').searchParams.get('key') ?? '';
    response.statusCode = posts.has(key) ? 200 : 404;
    response.end(`id-${key.slice(0, 8)}`);
  });
  return { url, posts };
}
