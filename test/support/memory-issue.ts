import type { Comment, Issue, LabelEvent } from '../../src/domain/forge-words.ts';

/** An issue of the forge in memory, with what the list of issues does not show. */
export type Kept = Omit<Issue, 'comments'> & {
  comments: Comment[];
  events: LabelEvent[];
  reopened: string | null;
};

export const toIssue = ({ events: _, reopened: __, comments, ...issue }: Kept): Issue => ({
  ...issue,
  comments: comments.length,
});
