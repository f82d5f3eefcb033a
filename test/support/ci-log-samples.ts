/** A job's log as GitHub's runner writes it, with what the failed step said. */
export function jobLog(said: readonly string[], second = 0): string {
  const stamp = `2026-03-01T12:00:${String(second).padStart(2, '0')}.1234567Z`;
  const lines = [
    '##[group]Run actions/checkout@v4',
    '##[endgroup]',
    '##[group]Run npm test',
    'shell: /usr/bin/bash -e {0}',
    '##[endgroup]',
    ...said,
    '##[error]Process completed with exit code 1.',
    'Post job cleanup.',
  ];
  return `\ufeff${lines.map((line) => `${stamp} ${line}`).join('\n')}\n`;
}

/** What GitHub keeps of a job that failed in `npm test`. */
export const failedJob = (said: readonly string[], second = 0) => ({
  name: 'test',
  steps: [
    { name: 'npm ci', conclusion: 'success' as const },
    { name: 'npm test', conclusion: 'failure' as const },
  ],
  log: jobLog(said, second),
});
