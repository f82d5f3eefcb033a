import { z } from 'zod';
import { Count, none, read, Text, Title, write } from './forge-operation.ts';
import { Marker, Release, Traffic } from './forge-words.ts';

/** What git takes as the name of a tag, less what nobody means. */
const Tag = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9](?:[\w+-]|[./](?=[\w+-]))*$/, 'a tag such as v1.2.0');

/** The part of the table about what was released, and who came to see it. */
export const RELEASE_OPERATIONS = {
  /** Newest first. GitHub shows drafts to a token with `contents: write` only. */
  'releases.list': read('contents', z.strictObject({ limit: Count.default(100) }), z.array(Release)),
  /**
   * One draft per marker, for a person to publish: made, or changed while nobody but the agent wrote it. `theirs`: a
   * person edited it, or keeps a draft of that tag; `published`: the tag is out. Both are left as they are.
   */
  'releases.draft': write(
    'contents',
    z.strictObject({ marker: Marker, tag: Tag, name: Title, body: Text }),
    z.object({
      id: z.int(),
      url: z.string(),
      state: z.enum(['made', 'changed', 'same', 'theirs', 'published']),
    }),
  ),
  /** The last 14 days, as GitHub keeps them. No GITHUB_TOKEN may read it: it wants a token of a person or an App. */
  'traffic.get': read('administration', none, Traffic),
};
