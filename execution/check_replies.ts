import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { readPosted, readQueue } from './lib/social/post-queue.ts';

/** Runs when the pull request was merged: on what a person let through, edited as it may be. */
export default defineScript({
  summary: 'Checks that approved answers wait in social/queue/ or went out, and can be posted.',
  input: z.strictObject({ drafted: z.array(z.string()).default([]).describe('Ids of the drafts') }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { drafted }) {
    if (drafted.length === 0) return { ok: true, reason: 'nothing was drafted' };
    const [queue, posted] = [await readQueue(context), await readPosted(context)];
    const broken = queue.problems.find(({ file }) => drafted.some((id) => file.endsWith(`/${id}.md`)));
    if (broken) return { ok: false, reason: `${broken.file}: found ${broken.found}; expected ${broken.expected}` };
    const kept = [...queue.posts, ...posted.posts].filter(({ id }) => drafted.includes(id));
    const lost = kept.find(({ replyTo }) => replyTo === undefined);
    if (lost) return { ok: false, reason: `${lost.id} has no reply_to: it would be posted as no answer` };
    const deleted = drafted.length - kept.length;
    return { ok: true, reason: `${kept.length} approved${deleted > 0 ? `, ${deleted} deleted in the review` : ''}` };
  },
});
