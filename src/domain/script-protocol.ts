import { z } from 'zod';
import { type ForgeReply, ForgeRequest } from './forge.ts';
import { type GenerateAnswer, GenerateRequest } from './generation.ts';

/** What agent and script child say to each other: a request and a response by file, calls as lines of JSON over file descriptor 3. */

export const REQUEST_FILE = 'request.json';
export const RESPONSE_FILE = 'response.json';
/** The longest call: its request body travels as base64. */
export const CALL_LIMIT_BYTES = 16 * 1024 * 1024;

const Input = z.record(z.string(), z.json());

export const ScriptRequest = z.object({
  mode: z.enum(['describe', 'run', 'find']),
  /** Absolute path of the script. */
  file: z.string(),
  workspace: z.string(),
  input: Input,
  key: z.string(),
  clock: z.iso.datetime(),
  secrets: z.array(z.string()),
});
export type ScriptRequest = z.infer<typeof ScriptRequest>;

const Meta = { has_find: z.boolean().default(false), frames: z.array(z.string()).default([]) };

/** `frames`: functions of the script on the stack, innermost first. */
export const ScriptResponse = z.discriminatedUnion('status', [
  z.object({ status: z.literal('described'), summary: z.string(), input: Input, output: Input, ...Meta }),
  z.object({ status: z.literal('ok'), output: Input, ...Meta }),
  z.object({ status: z.literal('absent'), ...Meta }),
  z.object({ status: z.literal('unknown'), reason: z.string(), ...Meta }),
  z.object({ status: z.literal('skipped'), reason: z.string(), ...Meta }),
  z.object({
    status: z.literal('failed'),
    kind: z.enum(['input', 'crash', 'output']),
    message: z.string(),
    stack: z.string(),
    ...Meta,
  }),
]);
export type ScriptResponse = z.infer<typeof ScriptResponse>;

/** A call from the child to the agent, and its answer. Bodies travel as base64. */
export const AgentCall = z.discriminatedUnion('method', [
  z.object({
    call: z.int(),
    method: z.literal('fetch'),
    params: z.object({
      method: z.string(),
      url: z.string(),
      headers: z.record(z.string(), z.string()),
      body: z.string().nullable(),
      redirect: z.enum(['follow', 'manual', 'error']),
    }),
  }),
  z.object({ call: z.int(), method: z.literal('git'), params: z.object({ args: z.array(z.string()) }) }),
  z.object({ call: z.int(), method: z.literal('generate'), params: GenerateRequest }),
  z.object({ call: z.int(), method: z.literal('forge'), params: ForgeRequest }),
]);
export type AgentCall = z.infer<typeof AgentCall>;

export type FetchAnswer = {
  status: number;
  statusText: string;
  url: string;
  headers: Record<string, string>;
  body: string;
};

export type AgentAnswer =
  | { call: number; value: FetchAnswer | string | GenerateAnswer | ForgeReply }
  | { call: number; error: string };
