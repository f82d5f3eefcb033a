import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Both model vendors in one process, on their own wire formats: answers from a script, records what it was asked.
 * Point GOOGLE_GEMINI_BASE_URL and ANTHROPIC_BASE_URL at `url`.
 */
export interface VendorServer {
  url: string;
  /** Every request so far, oldest first. */
  requests: readonly VendorRecording[];
  close(): Promise<void>;
}

export type VendorKind = 'gemini' | 'anthropic';

export interface VendorRecording {
  vendor: VendorKind | 'unknown';
  /** The model that was asked for. */
  model: string;
  /** Path and query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  /** The raw body; `json` is the same, parsed. */
  body: string;
  json: unknown;
}

/** A response as the vendor would send it. A body that is a string goes out as it is. */
export interface RawReply {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
  /** Milliseconds before the response begins; `Infinity` never answers. */
  delayMs?: number;
  /** Breaks the connection after the headers and half of the body. */
  isBroken?: boolean;
}

/** An answer in no vendor's words: `json` (a decision, say) or `text`, wrapped for the vendor that was asked. */
export interface ScriptedAnswer {
  json?: unknown;
  text?: string;
  /** 1000 in and 50 out unless given. */
  usage?: { in?: number; cachedIn?: number; out?: number; thinking?: number };
  /** The model that answers, when it is not the one asked. */
  model?: string;
}

export type VendorAnswer = RawReply | ScriptedAnswer;
export type VendorHandler = (request: VendorRecording) => VendorAnswer | Promise<VendorAnswer>;
/** A function, or answers in order of which the last repeats. A vendor without script answers 503. */
export type VendorScript = VendorHandler | readonly VendorAnswer[];

export async function startVendorServer(scripts: Partial<Record<VendorKind, VendorScript>>): Promise<VendorServer> {
  const requests: VendorRecording[] = [];
  const handlers = { gemini: toHandler(scripts.gemini), anthropic: toHandler(scripts.anthropic) };
  const server = createServer(async (incoming, outgoing) => {
    const request = await record(incoming);
    requests.push(request);
    const { vendor } = request;
    if (vendor === 'unknown') return send(outgoing, { status: 404, body: { error: { message: 'no such path' } } });
    const answer = await handlers[vendor](request);
    await send(outgoing, 'status' in answer ? answer : wrap(vendor, answer, request.model));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A recorded response of test/fixtures/vendors, by name without ending. */
export async function vendorFixture(name: string): Promise<RawReply> {
  return JSON.parse(await readFile(new URL(`../fixtures/vendors/${name}.json`, import.meta.url), 'utf8'));
}

function toHandler(script: VendorScript | undefined): VendorHandler {
  if (typeof script === 'function') return script;
  let asked = 0;
  return () => {
    const answer = script?.[Math.min(asked, script.length - 1)];
    asked += 1;
    return answer ?? { status: 503, body: { error: { message: 'nothing is scripted for this vendor' } } };
  };
}

const GEMINI_PATH = /^\/v1beta\/models\/([^/:]+):generateContent$/;

async function record(incoming: IncomingMessage): Promise<VendorRecording> {
  const path = incoming.url ?? '';
  const body = await readText(incoming);
  const json = body === '' ? undefined : JSON.parse(body);
  const gemini = GEMINI_PATH.exec(path)?.[1];
  const vendor = gemini ? 'gemini' : path === '/v1/messages' ? 'anthropic' : 'unknown';
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  return { vendor, model: gemini ?? String(json?.model ?? ''), path, headers, body, json };
}

async function send(outgoing: ServerResponse, reply: RawReply): Promise<void> {
  const { delayMs = 0 } = reply;
  if (delayMs === Number.POSITIVE_INFINITY) return;
  if (delayMs > 0) await delay(delayMs);
  const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  outgoing.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  if (!reply.isBroken) return void outgoing.end(body);
  outgoing.write(body.slice(0, body.length / 2), () => outgoing.destroy());
}

function wrap(vendor: VendorKind, answer: ScriptedAnswer, asked: string): RawReply {
  const text = answer.text ?? JSON.stringify(answer.json);
  const { in: tokensIn = 1000, cachedIn = 0, out = 50, thinking = 0 } = answer.usage ?? {};
  const model = answer.model ?? asked;
  if (vendor === 'gemini') {
    const usageMetadata = {
      promptTokenCount: tokensIn,
      cachedContentTokenCount: cachedIn,
      candidatesTokenCount: out,
      thoughtsTokenCount: thinking,
      totalTokenCount: tokensIn + out + thinking,
    };
    const candidate = { content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', index: 0 };
    return { status: 200, body: { candidates: [candidate], usageMetadata, modelVersion: model } };
  }
  const usage = {
    input_tokens: tokensIn - cachedIn,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cachedIn,
    output_tokens: out + thinking,
    output_tokens_details: { thinking_tokens: thinking },
  };
  const content = [{ type: 'text', text }];
  const message = { id: 'msg_scripted', type: 'message', role: 'assistant', model, content, usage };
  return { status: 200, body: { ...message, stop_reason: 'end_turn', stop_sequence: null } };
}
