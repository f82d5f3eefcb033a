import { error, notice, setOutput, setSecret, summary, warning } from '@actions/core';
import type { Notice, RunPage } from '../ports.ts';

/** GitHub refuses a summary over 1 MiB. */
const SUMMARY_LIMIT = 1_000_000;
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
  if (!options.isQuiet)
    for (const secret of options.secrets.flatMap((each) => each.split(/\r?\n/)).filter(Boolean)) setSecret(secret);
  return {
    async show({ markdown, outputs, notices }) {
      if (!options.isQuiet)
        for (const { level, message, ...place } of notices) annotate[level](message, toProperties(place));
      if (options.has.output) for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
      if (options.has.summary) await summary.addRaw(`${markdown.slice(0, SUMMARY_LIMIT)}\n`).write();
    },
  };
}

const toProperties = ({ title, file, line }: Omit<Notice, 'level' | 'message'>) => ({
  ...(title ? { title } : {}),
  ...(file ? { file } : {}),
  ...(line ? { startLine: line } : {}),
});
