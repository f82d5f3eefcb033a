import type { Finding } from '../domain/finding.ts';
import type { DoctorReport } from '../flows/doctor/doctor.ts';
import type { Notice, RunPage } from '../ports.ts';
import { countOf, groupFindings, verdict } from './doctor-groups.ts';
import { markdownLine } from './markdown-line.ts';

const WORDS = { fail: '❌', warn: '⚠️', unknown: '❔', ok: '✅' };

/** The findings as the page of a run in Actions: what needs a person first, what is well folded away. */
export function doctorPage({ repository, findings, repairs }: DoctorReport): Parameters<RunPage['show']>[0] {
  const open = findings.filter(({ status }) => status !== 'ok');
  const good = findings.filter(({ status }) => status === 'ok');
  const lines = [
    `## ${markdownLine(repository)}: ${verdict(findings)}`,
    ...(repairs.length > 0 ? ['', '### Mended, or tried to', ''] : []),
    ...repairs.map(
      ({ what, done, reason }) =>
        `- ${done ? WORDS.ok : WORDS.fail} ${markdownLine(done ? what : `${what}: ${reason}`)}`,
    ),
    ...groupFindings(open).flatMap((group) => ['', `### ${group.title}`, '', ...group.findings.flatMap(openLines)]),
    '',
    `<details><summary>${good.length} fine</summary>`,
    '',
    ...good.map(({ what, fix }) => `- ${WORDS.ok} ${markdownLine(fix ? `${what}. ${fix}` : what)}`),
    '',
    '</details>',
  ];
  const counts = { fail: countOf(findings, 'fail'), warn: countOf(findings, 'warn') };
  return {
    markdown: lines.join('\n'),
    outputs: { fail: String(counts.fail), warn: String(counts.warn) },
    notices: open.flatMap(toNotice),
  };
}

const openLines = ({ status, what, why, fix }: Finding): string[] => [
  `- ${WORDS[status]} **${markdownLine(what)}**`,
  `  - ${markdownLine(why)}`,
  `  - **fix**: ${markdownLine(fix)}`,
];

/** What is unknown is no remark about the run: it stands on its page. */
function toNotice({ id, status, what, why, fix }: Finding): Notice[] {
  if (status !== 'fail' && status !== 'warn') return [];
  return [
    { level: status === 'fail' ? 'error' : 'warning', title: `doctor: ${id}`, message: `${what}. ${why} ${fix}` },
  ];
}
