import { z } from 'zod';
import { ForgeReply, ForgeRequest } from './forge.ts';
import { GenerateAnswer, GenerateRequest } from './generation.ts';
import { sha256 } from './occurrence.ts';
import type { Entry } from './record.ts';

/** One call of a script, recorded: enough to run it again without network, git or secrets. */
export const TAPE_LIMIT_BYTES = 64 * 1024;
const FAILING_KEPT = 5;
const GOOD_KEPT = 3;

const FetchExchange = z.object({
  kind: z.literal('fetch'),
  request: z.object({
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable(),
  }),
  response: z
    .object({
      status: z.int(),
      headers: z.record(z.string(), z.string()),
      body: z.string(),
      encoding: z.enum(['utf8', 'base64']),
    })
    .optional(),
  error: z.string().optional(),
});
const GitExchange = z.object({
  kind: z.literal('git'),
  args: z.array(z.string()),
  stdout: z.string().optional(),
  error: z.string().optional(),
});
const GenerateExchange = z.object({
  kind: z.literal('generate'),
  ...GenerateRequest.shape,
  answer: GenerateAnswer.optional(),
  error: z.string().optional(),
});
const ForgeExchange = z.object({
  kind: z.literal('forge'),
  ...ForgeRequest.shape,
  answer: ForgeReply.optional(),
  error: z.string().optional(),
});
export const Exchange = z.discriminatedUnion('kind', [FetchExchange, GitExchange, GenerateExchange, ForgeExchange]);
export type Exchange = z.infer<typeof Exchange>;

export const Tape = z.object({
  v: z.literal(1),
  script: z.string(),
  mode: z.enum(['run', 'find']),
  input: z.record(z.string(), z.json()),
  key: z.string(),
  clock: z.iso.datetime(),
  commit: z.string(),
  exchanges: z.array(Exchange),
  output: z.record(z.string(), z.json()).optional(),
  failure: z.object({ kind: z.string(), message: z.string(), signature: z.string() }).optional(),
  /** False when exchanges had to be left out to keep the tape under 64 KB. */
  replayable: z.boolean(),
});
export type Tape = z.infer<typeof Tape>;

export interface StoredTape {
  id: string;
  path: string;
  text: string;
}

export const tapePath = (id: string): string => `ledger/calls/${id}.json`;

/** The tape as a file named by its own hash; one that would be over 64 KB loses its exchanges and says so. */
export function storeTape(tape: Tape): StoredTape {
  const whole = tapeText(tape);
  const text = Buffer.byteLength(whole) <= TAPE_LIMIT_BYTES ? whole : shrunken(tape);
  const id = sha256(text);
  return { id, path: tapePath(id), text };
}

const tapeText = (tape: Tape): string => `${JSON.stringify(tape, null, 1)}\n`;

function shrunken(tape: Tape): string {
  const small = tapeText({ ...tape, exchanges: [], replayable: false });
  if (Buffer.byteLength(small) <= TAPE_LIMIT_BYTES) return small;
  const { output: _, ...rest } = tape;
  return tapeText({ ...rest, input: {}, exchanges: [], replayable: false });
}

export type TapeShelf = Record<string, { good: string[]; failing: { signature: string; tape: string }[] }>;

/** Which tapes are kept after an entry: per script the last three good ones and the last five failing, one per signature. */
export function retainTapes(shelf: TapeShelf, entry: Entry): TapeShelf {
  const next = { ...shelf };
  for (const { script, status, tape } of entry.steps) {
    if (!tape) continue;
    const { good, failing } = next[script] ?? { good: [], failing: [] };
    const signature = entry.failure?.signature;
    next[script] =
      status === 'failure' && signature
        ? {
            good,
            failing: [...failing.filter((kept) => kept.signature !== signature), { signature, tape }].slice(
              -FAILING_KEPT,
            ),
          }
        : { good: [...good.filter((kept) => kept !== tape), tape].slice(-GOOD_KEPT), failing };
  }
  return next;
}

export function tapeIds(shelf: TapeShelf): Set<string> {
  return new Set(Object.values(shelf).flatMap(({ good, failing }) => [...good, ...failing.map((kept) => kept.tape)]));
}
