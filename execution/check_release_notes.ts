import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { askForge } from './lib/forge-reading.ts';
import { RELEASE_MARKER } from './lib/release/release-page.ts';

/** Looks at GitHub's list of releases: the draft is there, is no release yet, and names the newest change. */
export default defineScript({
  summary: 'Checks that the draft of the next release is on GitHub and names the newest change.',
  input: z.strictObject({
    tag: z.string().describe('The version it is for'),
    state: z.string().describe('What became of the draft'),
    newest: z.string().describe('How the newest change stands in the notes'),
  }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { tag, state, newest }) {
    const reading = await askForge(context, () => context.forge.releases.list({ limit: 200 }));
    if ('unavailable' in reading) return context.skip(reading.unavailable);
    if ('refused' in reading) return { ok: false, reason: reading.refused };
    const releases = reading.value;
    const mark = `<!-- steward:${RELEASE_MARKER} -->`;
    const isTheirs = state === 'theirs' || state === 'published';
    const found = isTheirs
      ? releases.find((each) => each.tag === tag || (each.is_draft && each.body.includes(mark)))
      : releases.find((each) => each.is_draft && each.body.includes(mark));
    if (!found) return { ok: false, reason: `there is no draft for ${tag}` };
    if (isTheirs) return { ok: true, reason: `${found.tag} is in a person's hands, and stays as it is` };
    if (found.tag !== tag) return { ok: false, reason: `the draft is for ${found.tag}, not ${tag}` };
    if (!found.body.includes(newest)) return { ok: false, reason: `the draft of ${tag} does not name ${newest}` };
    return { ok: true, reason: `the draft of ${tag} names ${newest}` };
  },
});
