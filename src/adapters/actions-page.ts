import { error, notice, setOutput, setSecret, summary, warning } from '@actions/core';
import { SHORTEST_SECRET } from '../domain/redaction.ts';
import type { Notice, RunPage } from '../ports.ts';

/** GitHub refuses a summary over 1 MiB. */
const SUMMARY_LIMIT_BYTES = 1_000_000;
const annotate: Record<Notice['level'], typeof error> = { error, warning, notice };

/**
 * The page of a run in Actions: summary, annotations, outputs for later steps.
 * @param options.secrets masked by the runner from here on, in this job's log and summaries
 * @param options.has which of the runner's files there are: a step of an older runner may lack one
 * @param options.isQuiet standard output belongs to somebody who reads JSON: no annotations there
 */
export function openRunPage(options: {
  secrets: readonly string[];
  has: { summary: boolean; output: boolean };
  isQuiet: boolean;
}): RunPage {
  // Said on standard output as a command to the runner; a script's masks must not be lost to a reader of JSON.
  if (!options.isQuiet) for (const secret of maskable(options.secrets)) setSecret(secret);
  return {
    async show({ markdown, outputs, notices }) {
      if (!options.isQuiet)
        for (const { level, message, ...place } of notices) annotate[level](message, toProperties(place));
      if (options.has.output) for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
      if (options.has.summary) await summary.addRaw(`${firstBytes(markdown, SUMMARY_LIMIT_BYTES)}\n`).write();
    },
  };
}

/** Line by line, as the runner sees text. A word such as `true` would mask every one of the log, and withhold outputs. */
const maskable = (secrets: readonly string[]): string[] =>
  secrets.flatMap((secret) => secret.split(/\r?\n/)).filter((line) => line.trim().length >= SHORTEST_SECRET);

/** The beginning of a text, in whole characters. */
const firstBytes = (text: string, most: number): string =>
  Buffer.from(text)
    .subarray(0, most)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');

const toProperties = ({ title, file, line }: Omit<Notice, 'level' | 'message'>) => ({
  ...(title ? { title } : {}),
  ...(file ? { file } : {}),
  ...(line ? { startLine: line } : {}),
});
