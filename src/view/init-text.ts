import { formatCap } from '../domain/money.ts';
import type { Initiated } from '../flows/init.ts';

/** What init did, and what is left for the new owner to do. */
export function initText({ ledger, repository, archive, moved, budget, labels, pushed }: Initiated): string {
  const isChanged = ledger !== 'own' || Object.keys(budget).length > 0;
  const books = {
    begun: `The ledger of ${repository} has begun.`,
    archived: `${moved} inherited files are in ${archive}; the ledger of ${repository} has begun.`,
    own: `The ledger is ${repository}'s own already${isChanged ? '.' : '; nothing was changed.'}`,
  };
  const caps = Object.entries(budget).map(([name, dollars]) => `${name} ${formatCap(dollars)}`);
  return [
    books[ledger],
    ...(caps.length > 0 ? [`The budget is now: ${caps.join(', ')}.`] : []),
    ...(labels && labels.length > 0 ? [`Labels made on GitHub: ${labels.join(', ')}.`] : []),
    ...(ledger !== 'own' || caps.length > 0
      ? [pushed ? 'Committed and pushed.' : 'Committed here; push it when you like.']
      : []),
    'What GitHub still needs of you: `npm run steward -- doctor`.',
  ].join('\n');
}
