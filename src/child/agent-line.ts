import { Socket } from 'node:net';
import { type AgentAnswer, CALL_LIMIT_BYTES } from '../domain/script-protocol.ts';

/** The file descriptor over which child and agent talk: one JSON text per line, both ways. */
const LINE_DESCRIPTOR = 3;

export type Ask = (method: string, params: object) => Promise<unknown>;

/**
 * Opens the line to the agent. Not Node's own IPC: there, a script that writes nonsense to the descriptor throws an
 * error inside the agent. The process ends with the agent, since nobody would hear its answer.
 */
export function connectToAgent(): Ask {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const line = new Socket({ fd: LINE_DESCRIPTOR, readable: true, writable: true });
  line.setEncoding('utf8');
  let calls = 0;
  let unread = '';
  line.on('data', (chunk) => {
    const [first = '', ...rest] = String(chunk).split('\n');
    const texts = [unread + first, ...rest];
    unread = texts.pop() ?? '';
    for (const text of texts) take(JSON.parse(text));
    // The line keeps the process alive only while an answer is awaited.
    if (waiting.size === 0) line.unref();
  });
  line.on('error', () => {});
  line.on('close', () => process.exit(1));
  line.unref();
  const take = (message: AgentAnswer) => {
    const caller = waiting.get(message.call);
    waiting.delete(message.call);
    if ('error' in message) caller?.reject(new Error(message.error));
    else caller?.resolve(message.value);
  };
  return (method, params) =>
    new Promise((resolve, reject) => {
      calls += 1;
      const text = JSON.stringify({ call: calls, method, params });
      if (Buffer.byteLength(text) > CALL_LIMIT_BYTES)
        return reject(new Error(`${method}: the request is over ${CALL_LIMIT_BYTES} bytes`));
      waiting.set(calls, { resolve, reject });
      line.ref();
      line.write(`${text}\n`);
    });
}
