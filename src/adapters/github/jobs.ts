import type { ForgeArguments, ForgeResult } from '../../domain/forge.ts';
import type { Job } from '../../domain/forge-words.ts';
import type { GithubClient } from './client.ts';
import { takePages } from './pages.ts';

const FAILED = ['failure', 'timed_out'];
/** A log can have gigabytes; what is read of it to reach its end is bounded. */
const MOST_BYTES = 64 * 1024 * 1024;
const LOG_TIMEOUT_MS = 60_000;

export async function listJobs(
  { octokit, owner, repo }: GithubClient,
  { run, limit }: ForgeArguments<'runs.jobs'>,
): Promise<Job[]> {
  const found = await takePages(limit, async (page) => {
    const { data } = await octokit.rest.actions.listJobsForWorkflowRun({ owner, repo, run_id: run, ...page });
    return { size: data.jobs.length, items: data.jobs };
  });
  return found.map(({ id, name, status, conclusion, steps = [], html_url }) => ({
    id,
    name,
    status,
    conclusion,
    failed_steps: steps.filter((step) => FAILED.includes(step.conclusion ?? '')).map((step) => step.name),
    url: html_url ?? '',
  }));
}

/**
 * GitHub answers with the address of a file elsewhere, good for a minute. It is asked for without the token, which that
 * store would refuse, and read as a stream: only the end is kept.
 */
export async function readLog(
  { octokit, owner, repo }: GithubClient,
  { job, kilobytes }: ForgeArguments<'runs.log'>,
): Promise<ForgeResult<'runs.log'>> {
  const { headers, data } = await octokit.rest.actions.downloadJobLogsForWorkflowRun({
    owner,
    repo,
    job_id: job,
    request: { redirect: 'manual' },
  });
  const limit = kilobytes * 1024;
  if (!headers.location) return lastLines(Buffer.from(String(data)), limit);
  const response = await fetch(headers.location, { signal: AbortSignal.timeout(LOG_TIMEOUT_MS) });
  if (!response.ok) {
    await response.body?.cancel();
    const reason = `the log can not be read: its store answers ${response.status}`;
    throw Object.assign(new Error(reason), { status: response.status, response: {} });
  }
  return lastLines(await readEnd(response, limit), limit);
}

/** The last bytes of the body, and some more. */
async function readEnd(response: Response, limit: number): Promise<Buffer> {
  let kept: Uint8Array[] = [];
  let size = 0;
  let total = 0;
  for await (const chunk of response.body ?? []) {
    kept.push(chunk);
    size += chunk.length;
    total += chunk.length;
    if (total > MOST_BYTES) break;
    if (size <= 2 * limit + 1024 * 1024) continue;
    const end = Buffer.concat(kept).subarray(-limit - 1);
    kept = [end];
    size = end.length;
  }
  return Buffer.concat(kept);
}

/** From the first whole line on; a log of one endless line is cut where the limit is. */
function lastLines(bytes: Buffer, limit: number): ForgeResult<'runs.log'> {
  if (bytes.length <= limit) return { text: bytes.toString('utf8').replace(/^\uFEFF/, ''), is_cut: false };
  const end = bytes.subarray(-limit);
  const newline = end.indexOf('\n');
  const text = end.subarray(newline < 0 ? 0 : newline + 1).toString('utf8');
  return { text: text.replace(/^\uFFFD+/, ''), is_cut: true };
}
