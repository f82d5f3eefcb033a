import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a stand-in does instead of its work, for so many requests. */
export interface Outage {
  path: RegExp;
  method?: 'GET' | 'POST';
  /** The work is done, but `cut`: the connection breaks before the answer; `hang`: the answer never comes. */
  answer: 'cut' | 'hang' | { status: number; headers?: Record<string, string>; body?: unknown; type?: string };
  times: number;
}

/** Outages that are due, each used up request by request. */
export class Outages {
  readonly #outages: Outage[] = [];

  add(outage: Partial<Outage> & Pick<Outage, 'path' | 'answer'>): void {
    this.#outages.push({ times: 1, ...outage });
  }

  clear(): void {
    this.#outages.length = 0;
  }

  take({ method, url = '' }: IncomingMessage): Outage['answer'] | undefined {
    const outage = this.#outages.find(
      (each) => each.times > 0 && each.path.test(url) && (each.method === undefined || each.method === method),
    );
    if (!outage) return undefined;
    outage.times -= 1;
    return outage.answer;
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

/** One request that was made, for tests to look at. */
export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}
