import { code, counted, paragraphs, table } from '../markdown-text.ts';
import { fenced, quoted, titleText } from '../outside-text.ts';
import { ciMarker, type Failure } from './ci-memory.ts';

/** Stands in an issue whose failure is gone. */
export const IS_OVER = '**It is over:**';

/** The rolling issue about one way in which CI fails. */
export function ciIssue(failure: Failure, branch: string, repositoryUrl: string) {
  const { fingerprint, workflow, step, errors, state } = failure;
  const what = errors[0] === undefined ? '' : `: ${errors[0]}`;
  return {
    marker: ciMarker(fingerprint),
    title: titleText(`CI: ${step} fails in ${workflow}${what}`, 140),
    body: paragraphs(
      headline(failure, branch),
      state === 'green' ? `${IS_OVER} ${code(workflow)} is green again on ${code(branch)}.` : '',
      failure.excerpt.length > 0
        ? `### What the log says\n\n${fenced(failure.excerpt)}`
        : 'The log can not be had any more.',
      diagnosisPart(failure),
      changesPart(failure, repositoryUrl),
      `<sub>Fingerprint ${code(fingerprint)}: the same error on another day or machine is counted here. This issue closes by itself when ${code(workflow)} is green on ${code(branch)} again.</sub>`,
    ),
    state: state === 'green' ? ('closed' as const) : ('open' as const),
  };
}

function headline({ workflow, job, step, count, first, last }: Failure, branch: string): string {
  const place = `The step ${code(step)} of the job ${code(job)} in ${code(workflow)} failed on ${code(branch)}`;
  const when = `${first.at.slice(0, 16).replace('T', ' ')} UTC`;
  if (count === 1) return `${place}: ${runLink('the run', first.url)} of ${when}.`;
  return `${place} in ${counted(count, 'run')}: ${runLink('first', first.url)} on ${when}, ${runLink('last', last.url)} on ${last.at.slice(0, 16).replace('T', ' ')} UTC.`;
}

function diagnosisPart({ diagnosis: { cause, remedy, by } }: Failure): string {
  const who = by === 'template' ? '' : `\n\n<sub>Suggested by ${code(by)} from the log; it may be wrong.</sub>`;
  return `### What is likely\n\n${quoted(cause, 600)}\n\n${quoted(remedy, 600)}${who}`;
}

function changesPart({ base, first, suspects }: Failure, repositoryUrl: string): string {
  const rows = suspects.map(({ id, author, subject, files }) => [
    code(id.slice(0, 10)),
    quoted(author, 60),
    quoted(subject, 100),
    files
      .slice(0, 3)
      .map((file) => code(file.slice(0, 100)))
      .join(' '),
  ]);
  const link =
    base === null || !repositoryUrl.startsWith('http')
      ? 'No green run before it is known.'
      : `[All changes since the last green run](${repositoryUrl}/compare/${base}...${first.sha}).`;
  return paragraphs(
    `### What changed before\n\n${link}`,
    table(['Commit', 'Author', 'Subject', 'Files the log names'], rows),
  );
}

const runLink = (text: string, url: string): string =>
  /^https?:\/\/[^\s()<>]+$/.test(url) ? `[${text}](${url})` : text;
