import type { CommitPlan } from '../repo-port.ts';

const AGENT_NAME = 'steward[bot]';
export const AGENT_EMAIL = 'steward[bot]@users.noreply.github.com';

/**
 * The stream for `git fast-import`: all commits on top of `from`, one process, one ref update at the end. That makes
 * the files' commit and the ledger's commit appear together or not at all, needs no identity and runs no hook.
 */
export function fastImportStream(ref: string, from: string, plans: readonly CommitPlan[]): Buffer {
  const parts: (string | Buffer)[] = [];
  const data = (text: string) => {
    const bytes = Buffer.from(text);
    parts.push(`data ${bytes.length}\n`, bytes, '\n');
  };
  plans.forEach((plan, index) => {
    parts.push(
      `commit ${ref}\n`,
      `mark :${index + 1}\n`,
      `committer ${AGENT_NAME} <${AGENT_EMAIL}> ${Math.floor(plan.at.getTime() / 1000)} +0000\n`,
    );
    data(plan.message);
    if (index === 0) parts.push(`from ${from}\n`);
    for (const { path, content, mode, blob } of plan.files) {
      if (content === null) parts.push(`D ${quotePath(path)}\n`);
      else if (blob !== undefined) parts.push(`M ${mode ?? '100644'} ${blob} ${quotePath(path)}\n`);
      else {
        parts.push(`M ${mode ?? '100644'} inline ${quotePath(path)}\n`);
        data(content ?? '');
      }
    }
  });
  // The answer on standard output is the id of the last commit.
  parts.push(`get-mark :${plans.length}\n`, 'done\n');
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** git's C-style quoting: only quote, backslash and control characters need it. */
function quotePath(path: string): string {
  const escaped = path
    .replace(/["\\]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
  return `"${escaped}"`;
}
