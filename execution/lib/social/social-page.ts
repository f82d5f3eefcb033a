import { code, counted, paragraphs, plain, table } from '../markdown-text.ts';
import { obstacle } from './due-posts.ts';
import { POSTED_FOLDER, QUEUE_FOLDER } from './post-queue.ts';
import type { Network, QueuedPost, QueueProblem } from './queue-file.ts';

const ROWS = 50;

/** Everything that keeps files of the queue from going out, whatever the day. */
export function stuckFiles(
  {
    posts,
    problems,
    done,
  }: { posts: readonly QueuedPost[]; problems: readonly QueueProblem[]; done: ReadonlySet<string> },
  house: readonly Network[],
): QueueProblem[] {
  // Its name tells a post from others: one of a name that went out counts as sent.
  const sent = posts.filter(({ id }) => done.has(id));
  const again = sent.map(({ id }) => ({
    file: `${QUEUE_FOLDER}/${id}.md`,
    found: `a post of that name in ${POSTED_FOLDER}/`,
    expected: 'another name for a new post',
  }));
  const waiting = posts.filter(({ id }) => !done.has(id));
  const stuck = waiting.flatMap((post) =>
    house
      .filter((network) => post.networks.includes(network) && post.posted[network] === undefined)
      .flatMap((network): QueueProblem[] => {
        const found = obstacle(post, network);
        const expected =
          post.refused?.[network] === undefined
            ? 'a shorter text, or other networks'
            : 'the line under refused deleted, once it is mended';
        return found === undefined ? [] : [{ file: `${QUEUE_FOLDER}/${post.id}.md`, found, expected }];
      }),
  );
  return [...problems, ...again, ...stuck].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

/** The page about them. */
export function socialPage(stuck: readonly QueueProblem[]): string {
  const rows = stuck.slice(0, ROWS).map(({ file, found, expected }) => [code(file), code(found), plain(expected)]);
  const rest = stuck.length > ROWS ? `and ${stuck.length - ROWS} more` : '';
  return paragraphs(
    '# Social posts',
    stuck.length === 0
      ? 'Nothing in the queue is stuck.'
      : `**${counted(stuck.length, 'file')}** in the queue can not go out.`,
    table(['File', 'Found', 'Expected'], rows),
    rest,
  );
}
