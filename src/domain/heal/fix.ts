import { z } from 'zod';
import { CallRecord } from '../record.ts';

/** What a repair attempt came to, as data: it travels from propose to verify and publish, and is checked again by each. */

export const CAUSES = ['script', 'input', 'environment', 'flaky'] as const;
const Commit = z.string().regex(/^[0-9a-f]{40}$/, 'a commit id');
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 in hexadecimal');
const Script = z.string().regex(/^execution\/[a-z0-9_-]+\.ts$/, 'a script such as execution/check_links.ts');

/** The failure that is to be mended, in terms that every part looks up for itself in the ledger. */
export const Patient = z.strictObject({
  /** Ledger id of the entry that failed. */
  entry: z.string().min(1).max(80),
  directive: z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/),
  script: Script,
  signature: z.string().regex(/^[0-9a-f]{12}$/),
  /** The commit whose tree is mended. */
  base: Commit,
});
export type Patient = z.infer<typeof Patient>;

export const Attempt = z.strictObject({
  v: z.literal(1),
  /** Of the run that made it; the first attempt's is the id of the entry that all of them come to. */
  id: z.string().min(1).max(80),
  patient: Patient,
  number: z.int().min(1).max(3),
  /**
   * `fix`: new code for the script, to be verified. `note`: only a Known Failure Mode. `escalate`: a person must look.
   * `none`: nothing is to be opened.
   */
  outcome: z.enum(['fix', 'note', 'escalate', 'none']),
  /** In one sentence: why it failed, or why there is no fix. */
  reason: z.string().max(1000),
  cause: z.enum([...CAUSES, 'protected', 'unknown']),
  /** What was wrong and what the new code does, for the reviewer. */
  explanation: z.string().max(2000),
  /** One line for the directive's Known Failure Modes; empty where there is nothing to learn. */
  failure_mode: z.string().max(300),
  /** The whole new text of the script. */
  source: z
    .string()
    .max(64 * 1024)
    .nullable(),
  /** Of the script that it is to replace. */
  before: Sha256.nullable(),
  model: z.string().nullable(),
  calls: z.array(CallRecord),
});
export type Attempt = z.infer<typeof Attempt>;

export const Evidence = z.strictObject({
  check: z.string().max(60),
  /** `note`: nothing against it, but a reviewer should know. */
  status: z.enum(['pass', 'fail', 'note']),
  detail: z.string().max(600),
});
export type Evidence = z.infer<typeof Evidence>;

/** What verify says of one attempt. */
export const Verdict = z.strictObject({
  v: z.literal(1),
  patient: Patient,
  /** Of the parcel that was verified. */
  parcel: Sha256,
  /** `unable`: it could not be tried at all, which is no word on the fix, and no reason to try another. */
  outcome: z.enum(['accepted', 'refused', 'unreproduced', 'unable']),
  evidence: z.array(Evidence).max(60),
  /** The candidate's own error and stack, for the next attempt. Never a test's words. */
  stack: z.string().max(4096).optional(),
  /** Tree id of the base with the fix: the `ci` status is for this tree alone. */
  tree: Commit.nullable(),
  duration_s: z.number(),
});
export type Verdict = z.infer<typeof Verdict>;

/** An attempt or verdict as text: gzip and base64, and the hash by which the next job knows it for the same. */
export interface Parcel {
  text: string;
  sha256: string;
}

/** GitHub allows a job 1 MB of outputs, and an environment variable holds 128 KB. */
export const PARCEL_LIMIT_BYTES = 64 * 1024;
export const TRIES = 3;

/** `steward/heal/check_links-0123456789ab`: one branch, and so one pull request, for one way of failing. */
export const healBranch = ({ script, signature }: Pick<Patient, 'script' | 'signature'>): string =>
  `${healFolder(script)}${signature}`;
/** What the branches of all repairs of a script begin with. */
export const healFolder = (script: string): string => `${HEAL_BRANCHES}${scriptName(script)}-`;
export const HEAL_BRANCHES = 'steward/heal/';
export const healMarker = (signature: string): string => `heal:${signature}`;
export const escalationMarker = (signature: string): string => `heal-escalated:${signature}`;
export const healOccurrence = (entry: string): string => `heal:${entry}`;

export const scriptName = (script: string): string => script.replace(/^execution\//, '').replace(/\.ts$/, '');

/** Where a failing call is kept as a regression test. */
export const tapeTestPath = ({ script, signature }: Pick<Patient, 'script' | 'signature'>): string =>
  `test/execution/tapes/${scriptName(script)}-${signature}.json`;
