import { join } from 'node:path';
import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { readIfThere } from './lib/report-file.ts';
import { POSTED_FOLDER, QUEUE_FOLDER, queuePost } from './lib/social/post-queue.ts';
import { wordsFor } from './lib/social/post-words.ts';

/** The post waits in social/queue/, where people see it before it goes out. */
export default defineScript({
  summary: 'Queues a social post about a page: written by a model, or from its title and description.',
  input: z.strictObject({
    slug: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,74}$/, 'a slug')
      .describe('Name of the page; there is one post for it'),
    title: z.string().trim().min(1).max(300).describe('Its title'),
    description: z.string().trim().max(600).default('').describe('What it is about'),
    url: z.url({ protocol: /^https?$/ }).describe('Its address'),
    source: z.string().max(300).optional().describe('Its file in the repository'),
    not_before: z.iso.date().optional().describe('The first day on which it may go out'),
  }),
  output: z.object({ id: z.string(), queued: z.boolean(), text: z.string(), by: z.string() }),
  async run(context, { slug, title, description, url, source, not_before }) {
    const id = `blog-${slug}`;
    if (await isThere(context, id)) return { id, queued: false, text: '', by: 'an earlier run' };
    const { text, by } = await wordsFor(context, { kind: 'page', title, description }, '');
    const queued = await queuePost(context, { id, text, url, source, notBefore: not_before });
    return { id, queued, text, by };
  },
});

/** Looked up before a model is paid. */
async function isThere({ workspace }: ScriptContext, id: string): Promise<boolean> {
  const files = [QUEUE_FOLDER, POSTED_FOLDER].map((folder) => join(workspace, folder, `${id}.md`));
  return (await Promise.all(files.map(readIfThere))).some((text) => text !== undefined);
}
