import { z } from 'zod';
import { defineScript, type Release, type ScriptContext } from '../src/script.ts';
import { isShallowClone } from './lib/commit-history.ts';
import { askForge, type Reading } from './lib/forge-reading.ts';
import { bumpOf, newestVersionTag, type VersionTag, versionAfter } from './lib/release/next-version.ts';
import { readChanges } from './lib/release/release-changes.ts';
import {
  plainSummary,
  RELEASE_MARKER,
  type ReleaseFacts,
  referenceOf,
  releasePage,
  summaryIfSame,
} from './lib/release/release-page.ts';
import { readIfThere } from './lib/report-file.ts';

/** The first version of a project that names none. */
const FIRST_VERSION = '0.1.0';

/** Drafts, and never publishes: that is a person's to do, and what a person touched stays as it is. */
export default defineScript({
  summary:
    'Keeps the draft of the next release: its version by semver, its notes from merged pull requests and commits.',
  input: z.strictObject({
    summary: z.boolean().default(true).describe('Whether a model may write the first sentence'),
  }),
  output: z.object({
    tag: z.string(),
    state: z.enum(['made', 'changed', 'same', 'theirs', 'published']),
    url: z.string(),
    changes: z.int(),
    newest: z.string().describe('How the newest change stands in the notes'),
  }),
  async run(context, input) {
    const known = await askGithub(context);
    if ('skip' in known) return context.skip(known.skip);
    const { about, releases, pulls } = known;
    const last = await lastVersion(context, releases);
    if ('skip' in last) return context.skip(last.skip);
    const { entries, all } = await readChanges(context, last.tag?.name, pulls);
    const bump = bumpOf(all);
    const [newest] = entries;
    if (!bump || !newest) return context.skip(`nothing to release since ${last.tag?.name ?? 'the beginning'}`);
    const tag = last.tag ? `${last.tag.prefix}${versionAfter(last.tag.version, bump)}` : await firstTag(context);
    const facts = { tag, since: last.tag?.name, entries, repositoryUrl: about.url };
    const body = await bodyOf(context, facts, { releases, mayAsk: input.summary });
    const draft = { marker: RELEASE_MARKER, tag, name: tag, body };
    const reading = await askForge(context, () => context.forge.releases.draft(draft));
    if (!('value' in reading)) return context.skip(`no draft: ${reasonOf(reading)}`);
    const { state, url } = reading.value;
    return { tag, state, url, changes: entries.length, newest: referenceOf(newest) };
  },
});

async function askGithub(context: ScriptContext) {
  const about = await askForge(context, () => context.forge.repo.get({}));
  if (!('value' in about)) return { skip: reasonOf(about) };
  const releases = await askForge(context, () => context.forge.releases.list({ limit: 200 }));
  if (!('value' in releases)) return { skip: reasonOf(releases) };
  const pulls = await askForge(context, () => context.forge.pulls.list({ state: 'closed', limit: 300 }));
  if (!('value' in pulls)) return { skip: reasonOf(pulls) };
  const merged = pulls.value.filter((pull) => pull.merged !== null && pull.base === about.value.default_branch);
  return { about: about.value, releases: releases.value, pulls: merged };
}

const reasonOf = (reading: Exclude<Reading<unknown>, { value: unknown }>): string =>
  'refused' in reading ? reading.refused : reading.unavailable;

/** The newest version that the branch has; a clone without history or tags can not say, and must not guess. */
async function lastVersion(
  context: ScriptContext,
  releases: readonly Release[],
): Promise<{ tag: VersionTag | undefined } | { skip: string }> {
  if (await isShallowClone(context))
    return { skip: 'the clone is shallow: changes since the last tag can not be read' };
  const names = await context.git(['for-each-ref', '--merged=HEAD', '--format=%(refname:lstrip=2)', 'refs/tags']);
  const tag = newestVersionTag(names.split('\n'));
  const every = await context.git(['for-each-ref', '--format=%(refname:lstrip=2)', 'refs/tags']);
  const published = newestVersionTag(releases.filter((release) => !release.is_draft).map((release) => release.tag));
  if (published && !every.split('\n').includes(published.name))
    return { skip: `the tag ${published.name} is released on GitHub and missing in this clone` };
  return { tag };
}

async function bodyOf(
  context: ScriptContext,
  facts: ReleaseFacts,
  { releases, mayAsk }: { releases: readonly Release[]; mayAsk: boolean },
): Promise<string> {
  const draft = releases.find(({ is_draft, body }) => is_draft && body.includes(`<!-- steward:${RELEASE_MARKER} -->`));
  const first = draft?.body.split(/\r?\n/, 1)[0] ?? '';
  // Words of a model differ each time: while the facts are the same, so is the sentence.
  if (draft && draft.tag === facts.tag && summaryIfSame(draft.body, facts))
    return `${first}${releasePage(facts, 'X').slice(1)}`;
  return releasePage(facts, mayAsk ? await summarise(context, facts) : plainSummary(facts));
}

async function summarise(context: ScriptContext, facts: ReleaseFacts): Promise<string> {
  const changes = facts.entries.slice(0, 60).map(({ type, subject }) => `${type}: ${subject.slice(0, 200)}`);
  const made = await context.generate({
    task: 'social_posts',
    prompt: `Say in one plain sentence of at most 200 characters what the release ${facts.tag} brings its users, from the list of
changes alone. No Markdown, no praise, no call to do anything.`,
    material: { changes: changes.join('\n') },
    schema: z.object({ sentence: z.string().min(10).max(280) }),
  });
  if ('generated' in made && !/\n/.test(made.generated.sentence.trim())) return made.generated.sentence;
  return plainSummary(facts);
}

/** What package.json says, where it says something. */
async function firstTag(context: ScriptContext): Promise<string> {
  const text = (await readIfThere(`${context.workspace}/package.json`)) ?? '';
  const version = /"version"\s*:\s*"(\d{1,9}\.\d{1,9}\.\d{1,9})"/.exec(text)?.[1];
  return `v${version === undefined || version === '0.0.0' ? FIRST_VERSION : version}`;
}
