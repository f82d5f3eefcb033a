import { z } from 'zod';

/** What the forge holds, in words of our own: whatever GitHub calls it, flows and scripts see this. */

export const Time = z.string().describe('a UTC time such as 2026-03-04T14:30:00Z');
export const ItemNumber = z.int().min(1);

export const Issue = z.object({
  number: ItemNumber,
  title: z.string(),
  body: z.string(),
  state: z.enum(['open', 'closed']),
  labels: z.array(z.string()),
  author: z.string(),
  /** OWNER, MEMBER, COLLABORATOR, CONTRIBUTOR, NONE ...: what the author is to this repository. */
  association: z.string(),
  created: Time,
  updated: Time,
  comments: z.int(),
  url: z.string(),
});
export type Issue = z.infer<typeof Issue>;

export const Comment = z.object({
  id: z.int(),
  author: z.string(),
  /** As of an issue. */
  association: z.string(),
  body: z.string(),
  created: Time,
  url: z.string(),
});
export type Comment = z.infer<typeof Comment>;

export const Pull = z.object({
  number: ItemNumber,
  title: z.string(),
  body: z.string(),
  state: z.enum(['open', 'closed']),
  merged: Time.nullable(),
  /** The branch; of a fork where `isFork`. */
  head: z.string(),
  sha: z.string(),
  base: z.string(),
  isFork: z.boolean(),
  labels: z.array(z.string()),
  author: z.string(),
  created: Time,
  updated: Time,
  url: z.string(),
});
export type Pull = z.infer<typeof Pull>;

export const WorkflowRun = z.object({
  id: z.int(),
  /** The workflow's file, such as `ci.yml`. */
  workflow: z.string(),
  event: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  branch: z.string(),
  sha: z.string(),
  actor: z.string(),
  created: Time,
  started: Time,
  updated: Time,
  url: z.string(),
});
export type WorkflowRun = z.infer<typeof WorkflowRun>;

export const Workflow = z.object({ file: z.string(), name: z.string(), state: z.string() });
export type Workflow = z.infer<typeof Workflow>;

export const Job = z.object({
  id: z.int(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  /** Names of the steps that failed, in order. */
  failed_steps: z.array(z.string()),
  url: z.string(),
});
export type Job = z.infer<typeof Job>;

export const LabelEvent = z.object({ label: z.string(), by: z.string(), at: Time, is_set: z.boolean() });
export type LabelEvent = z.infer<typeof LabelEvent>;

export const Release = z.object({
  id: z.int(),
  tag: z.string(),
  name: z.string(),
  body: z.string(),
  is_draft: z.boolean(),
  is_prerelease: z.boolean(),
  author: z.string(),
  created: Time,
  published: Time.nullable(),
  url: z.string(),
});
export type Release = z.infer<typeof Release>;

/** Views or clones: of the whole time, and of each day that had some. */
const Visits = z.object({
  count: z.int(),
  uniques: z.int(),
  days: z.array(z.object({ day: z.string().describe('2026-03-04, in UTC'), count: z.int(), uniques: z.int() })),
});
export const Traffic = z.object({
  views: Visits,
  clones: Visits,
  referrers: z.array(z.object({ referrer: z.string(), count: z.int(), uniques: z.int() })),
  paths: z.array(z.object({ path: z.string(), title: z.string(), count: z.int(), uniques: z.int() })),
});
export type Traffic = z.infer<typeof Traffic>;

/** What stands in the text of an issue, a comment or a pull request so that it is found again: never shown, never changed. */
export const MARKER_PATTERN = /^[a-z0-9][\w:./@-]{0,150}$/;
export const Marker = z.string().regex(MARKER_PATTERN, 'a marker such as links:broken');
export const markerComment = (marker: string): string => `<!-- steward:${marker} -->`;
export const hasMarker = (text: string, marker: string): boolean => text.includes(markerComment(marker));
/** The text as it is written: its marker at the end, and nothing in it that was quoted and could pass for another. */
export const withMarker = (text: string, marker: string): string =>
  `${text.trimEnd().replaceAll('<!-- steward:', '<!-- steward :')}\n\n${markerComment(marker)}\n`;

/** Whose word counts. GitHub's forms put the task label on anybody's issue, so a label alone says nothing. */
const TRUSTED = ['OWNER', 'MEMBER', 'COLLABORATOR'];
export const isTrusted = (association: string): boolean => TRUSTED.includes(association);

/** Anybody may comment, and write a marker there: it counts where an app (no person's name has brackets) or a trusted person wrote it. */
export const isMarkedComment = ({ author, association, body }: Comment, marker: string): boolean =>
  hasMarker(body, marker) && (author.endsWith('[bot]') || isTrusted(association));

/** The marker of a proposal, and the branch that a text with it is about. */
export const proposalMarker = (branch: string): string => `proposal:${branch}`;
export const proposalOf = (text: string): string | undefined => /<!-- steward:proposal:(\S+) -->/.exec(text)?.[1];
