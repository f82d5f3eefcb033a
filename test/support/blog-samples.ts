/** Posts as a model would write them: one that the audit likes, and one that it does not. */

const SENTENCE = 'Link checking finds the pages that moved, so that a reader never meets a page that is gone.';
const FILLER =
  'A small script reads each page and follows what it names. It reports the line to mend. Nobody has to look by hand.';

const section = (heading: string, sentences: number) => [
  `## ${heading}`,
  '',
  ...Array.from({ length: sentences }, (_, at) => [at % 4 === 0 ? SENTENCE : FILLER, '']).flat(),
];

export const GOOD_ANSWER = {
  title: 'Link checking for documentation: a guide',
  description:
    'How link checking keeps documentation whole: what to check, how often, and what to do with what it finds.',
  body: [
    'Link checking is the cheapest test that documentation can have. This guide shows how.',
    '',
    ...section('Why link checking pays', 12),
    ...section('What to check', 12),
    ...section('What to do with the result', 12),
    'Read [the HTTP specification](https://www.rfc-editor.org/rfc/rfc9110) for what each status means.',
  ].join('\n'),
  tags: ['Documentation', 'links', 'links'],
};

export const POOR_ANSWER = {
  title: 'A text',
  description: 'This is a text about nothing that anybody looks for.',
  body: `# A text\n\n${Array.from({ length: 30 }, () => 'Nothing here is about the matter at all.').join(' ')}\n\n#### Deep\n\nEnd.`,
  tags: [],
};
