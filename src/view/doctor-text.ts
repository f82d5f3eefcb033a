import type { Finding, FindingStatus } from '../domain/finding.ts';
import { asLogLine } from '../domain/foreign-text.ts';
import type { DoctorReport } from '../flows/doctor/doctor.ts';
import { groupFindings, verdict } from './doctor-groups.ts';

/** The colour by its ANSI number. */
const MARKS: Record<FindingStatus, { mark: string; colour: number }> = {
  ok: { mark: '✔', colour: 32 },
  warn: { mark: '!', colour: 33 },
  fail: { mark: '✖', colour: 31 },
  unknown: { mark: '?', colour: 36 },
};

/** `steward doctor` for people: one line for what is well, three for the rest. */
export function doctorText(
  { repository, findings, repairs }: DoctorReport,
  { hasColour }: { hasColour: boolean },
): string {
  const marked = (status: FindingStatus, text: string) => {
    const { mark, colour } = MARKS[status];
    return `${hasColour ? `\u001b[${colour}m${mark}\u001b[39m` : mark} ${asLogLine(text)}`;
  };
  const finding = ({ status, what, why, fix }: Finding): string[] =>
    status === 'ok'
      ? [marked('ok', fix ? `${what}. ${fix}` : what)]
      : [marked(status, what), `    why  ${asLogLine(why)}`, `    fix  ${asLogLine(fix)}`];
  const mended = repairs.map(({ what, done, reason }) =>
    done ? marked('ok', what) : marked('fail', `${what}: ${reason}`),
  );
  return [
    ...(mended.length > 0 ? ['', 'Mended, or tried to', ...mended] : []),
    ...groupFindings(findings).flatMap((group) => ['', group.title, ...group.findings.flatMap(finding)]),
    '',
    `${repository}: ${verdict(findings)}`,
  ].join('\n');
}
