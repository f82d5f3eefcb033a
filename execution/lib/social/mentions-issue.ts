import { counted, paragraphs, table } from '../markdown-text.ts';
import { outsideLink, quoted, webAddress } from '../outside-text.ts';
import type { RollingIssue } from '../rolling-issue.ts';
import type { Mention } from './social-account.ts';

const ROWS = 30;

/** For a house without a model: who waits for an answer, in one rolling issue that closes when nobody does. */
export function mentionsIssue(open: readonly Mention[]): RollingIssue {
  const rows = open.slice(0, ROWS).map(({ network, author, at, text, url }) => {
    const address = webAddress(url);
    const said = quoted(text, 160);
    return [at.slice(0, 10), network, quoted(author, 80), address === undefined ? said : outsideLink(said, address)];
  });
  return {
    marker: 'social:mentions',
    title: 'Mentions that wait for an answer',
    labels: ['steward'],
    state: open.length === 0 ? 'closed' : 'open',
    body: paragraphs(
      open.length === 0
        ? 'Nobody waits for an answer.'
        : `**${counted(open.length, 'mention')}** on social networks without an answer. Nothing is drafted without a model.`,
      table(['Day', 'Network', 'Who', 'What'], rows),
      open.length > ROWS ? `and ${open.length - ROWS} more` : '',
    ),
  };
}
