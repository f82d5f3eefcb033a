import { asCode, asProse } from '../foreign-text.ts';
import { formatDollars } from '../money.ts';
import type { Attempt, Evidence, Verdict } from './fix.ts';
import { TRIES } from './fix.ts';

/** What people read about a repair: pull request, escalation, commit. All words of models and scripts are made safe here. */

export interface HealStory {
  script: string;
  directive: string;
  signature: string;
  failure: { kind: string; message: string; log_tail: string };
  /** Ledger id of the failed entry, when it failed, and where it is to be seen. */
  entry: string;
  failedAt: string;
  entryUrl: string | undefined;
  runUrl: string | undefined;
  attempts: readonly Attempt[];
  verdicts: readonly (Verdict | undefined)[];
  /** US dollars over all attempts. */
  cost: number;
  /** How often it has failed in this way. */
  count: number;
}

/** What the agent asks a person to look at, and why it could not mend it. */
export interface Escalation {
  reason: string;
  remedy: string;
}

export const proposalTitle = ({ script }: HealStory, outcome: Attempt['outcome']): string =>
  outcome === 'fix' ? `Repair ${script}` : `Known failure of ${script}`;

export function proposalBody(story: HealStory, attempt: Attempt, paths: readonly string[]): string {
  const verdict = story.verdicts[story.attempts.indexOf(attempt)];
  const isFix = attempt.outcome === 'fix';
  return [
    isFix
      ? `\`${story.script}\` failed; this repair was reproduced from the recorded call and verified where no secret and no network is.`
      : `\`${story.script}\` failed, and its code is not to blame (${attempt.cause}): this only adds to the directive's known failure modes.`,
    '',
    '## What failed',
    ...failureLines(story),
    '',
    '## Why, and what changed',
    `- cause: ${attempt.cause}`,
    `- ${asProse(attempt.explanation || attempt.reason, 2000)}`,
    ...(attempt.failure_mode ? [`- noted in the directive: ${asProse(attempt.failure_mode)}`] : []),
    ...paths.map((path) => `- ${asCode(path)}: ${whatIs(path)}`),
    ...(verdict ? ['', '## Evidence', ...evidenceTable(verdict.evidence)] : []),
    '',
    `Written by ${attempt.model ? asCode(attempt.model) : 'no model'}, attempt ${attempt.number} of ${TRIES}, for ${formatDollars(story.cost)}.`,
    '',
    `**To accept** merge it: the next cycle says whether it healed. **To decline** close it: the same failure is not proposed again. **To roll back** later: \`npm run steward -- heal revert ${story.signature}\`.`,
  ].join('\n');
}

function whatIs(path: string): string {
  if (path.startsWith('execution/')) return 'the repair';
  if (path.startsWith('directives/')) return 'one line under Known Failure Modes';
  return 'the call that failed, replayed by the tests from now on';
}

function failureLines({
  failure,
  directive,
  signature,
  entry,
  entryUrl,
  runUrl,
  failedAt,
  count,
}: HealStory): string[] {
  const seen = entryUrl ? `[${entry}](${entryUrl})` : `\`${entry}\``;
  return [
    `- ${failure.kind}, signature \`${signature}\`, seen ${count === 1 ? 'once' : `${count} times`}`,
    `- directive: \`${directive}\``,
    `- ledger entry: ${seen}, ${failedAt.slice(0, 16).replace('T', ' ')} UTC${runUrl ? `, [run](${runUrl})` : ''}`,
    '',
    ...fenced(failure.message, 1500),
  ];
}

const fenced = (text: string, limit: number): string[] => [
  '```',
  text.replaceAll('```', "'''").slice(0, limit).trim(),
  '```',
];

export function evidenceTable(evidence: readonly Evidence[]): string[] {
  const marks = { pass: '✅', fail: '❌', note: 'ℹ️' } as const;
  const rows = evidence.map(({ check, status, detail }) => `| ${marks[status]} | ${cell(check)} | ${cell(detail)} |`);
  return ['', '| | check | what it found |', '|---|---|---|', ...rows];
}

const cell = (text: string): string => asProse(text, 300).replaceAll('\n', ' ');

export const escalationTitle = ({ script, signature }: HealStory): string =>
  `Needs a person: ${script} fails (${signature})`;

/** One rolling issue for one way of failing. */
export function escalationBody(story: HealStory, { reason, remedy }: Escalation): string {
  const tried = story.attempts.flatMap((attempt, index) => {
    const verdict = story.verdicts[index];
    if (attempt.outcome !== 'fix') return [];
    const refused = verdict?.evidence.filter(({ status }) => status === 'fail').map(({ check }) => check) ?? [];
    return [
      `- attempt ${attempt.number}${attempt.model ? ` by ${asCode(attempt.model)}` : ''}: refused by ${asProse(refused.join(', ') || 'no verdict')}`,
    ];
  });
  return [
    `\`${story.script}\` fails, and the agent does not mend it: ${asProse(reason, 1000)}.`,
    '',
    remedy,
    '',
    '## What failed',
    ...failureLines(story),
    ...(story.failure.log_tail.trim() === ''
      ? []
      : ['', 'Its last output and stack:', ...fenced(story.failure.log_tail, 4000)]),
    ...(tried.length > 0 ? ['', `## What was tried (${formatDollars(story.cost)})`, ...tried] : []),
    '',
    'This issue is kept up to date while the failure lasts, and closed when it is over.',
  ].join('\n');
}
