import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { readPosted, readQueue } from './lib/social/post-queue.ts';

/** A post that went out already was queued, too. */
export default defineScript({
  summary: 'Checks that a social post waits in the queue and can be posted, or went out.',
  input: z.strictObject({ id: z.string().min(1).max(80).describe('Name of the post, without .md') }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { id }) {
    const queue = await readQueue(context);
    const problem = queue.problems.find(({ file }) => file.endsWith(`/${id}.md`));
    if (problem) return { ok: false, reason: `${problem.file}: ${problem.found}; expected: ${problem.expected}` };
    if (queue.posts.some((post) => post.id === id)) return { ok: true, reason: `${id} waits in the queue` };
    const posted = await readPosted(context);
    const isOut = posted.posts.some((post) => post.id === id);
    return { ok: isOut, reason: isOut ? `${id} went out` : `${id} is neither in the queue nor among what went out` };
  },
});
