import { CommitParser } from 'conventional-commits-parser';

/** What a change is by the rules of conventionalcommits.org. */
export interface Change {
  /** `feat`, `fix` ... in small letters; `other` where the text follows no convention. */
  type: string;
  scope: string | null;
  subject: string;
  /** What breaks; the subject where the text only says that something does. */
  breaking: string | null;
  /** The commit it takes back. */
  reverts: string | null;
}

const HEADER = '^(\\w+)(?:\\(([^()\\n]{0,60})\\))?';
const parser = new CommitParser({
  headerPattern: new RegExp(`${HEADER}!?: (.*)$`),
  breakingHeaderPattern: new RegExp(`${HEADER}!: (.*)$`),
  headerCorrespondence: ['type', 'scope', 'subject'],
  noteKeywords: ['BREAKING CHANGE', 'BREAKING-CHANGE'],
});
/** A message can be a book; what counts is at its beginning and at the end of a sane one. */
const MESSAGE_LIMIT = 20_000;
const LINE_LIMIT = 1000;

const TYPES: Readonly<Record<string, string>> = { feature: 'feat', bugfix: 'fix', doc: 'docs', tests: 'test' };

export function parseChange(message: string): Change {
  const text = message
    .slice(0, MESSAGE_LIMIT)
    .split('\n')
    .map((line) => line.slice(0, LINE_LIMIT))
    .join('\n')
    .trim();
  if (text === '') return { type: 'other', scope: null, subject: '', breaking: null, reverts: null };
  const { type, scope, subject, header, notes, revert } = parser.parse(text);
  const kind = type?.toLowerCase();
  const isConventional = kind !== undefined && subject !== null && subject !== undefined;
  const said = isConventional ? subject : (header ?? '');
  const breaks = notes[0]?.text.replace(/\s+/g, ' ').trim();
  return {
    type: revert ? 'revert' : isConventional ? (TYPES[kind] ?? kind) : 'other',
    scope: (isConventional && scope) || null,
    subject: withoutNumber(said),
    breaking: notes.length === 0 ? null : breaks || said,
    reverts: revert?.hash ?? null,
  };
}

/** The number that GitHub puts behind a squashed pull request's title. */
export const pullNumberOf = (message: string): number | undefined => {
  const [first = ''] = message.split('\n', 1);
  const found = /\(#(\d{1,9})\)\s*$/.exec(first) ?? /^Merge pull request #(\d{1,9}) from /.exec(first);
  return found ? Number(found[1]) : undefined;
};

const withoutNumber = (subject: string): string => subject.replace(/\s*\(#\d{1,9}\)\s*$/, '').trim();
