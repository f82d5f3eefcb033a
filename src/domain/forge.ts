import { z } from 'zod';
import { ACTION_OPERATIONS } from './forge-actions.ts';
import { Count, Labels, Name, none, type OperationShape, own, read, Text, Title, write } from './forge-operation.ts';
import { RELEASE_OPERATIONS } from './forge-releases.ts';
import { Comment, Issue, ItemNumber, LabelEvent, Marker, Pull, Time } from './forge-words.ts';

export { STEWARD_LABELS, type StewardLabel } from './steward-labels.ts';

/**
 * What the agent, and through it a script, may ask of the forge: a closed table. Params are checked before anything is
 * sent; results are plain data in the words below, whatever the forge calls them.
 */

const Written = z.object({
  number: ItemNumber.nullable(),
  url: z.string().nullable(),
  created: z.boolean(),
  changed: z.boolean(),
});

const Permission = z.enum(['admin', 'write', 'read', 'none']);

export const FORGE_OPERATIONS = {
  'repo.get': read(
    'metadata',
    none,
    z.object({
      name: z.string(),
      default_branch: z.string(),
      is_private: z.boolean(),
      is_fork: z.boolean(),
      has_issues: z.boolean(),
      open_issues: z.int(),
      stars: z.int(),
      owner: z.string(),
      url: z.string(),
    }),
  ),
  'issues.list': read(
    'issues',
    z.strictObject({
      state: z.enum(['open', 'closed', 'all']).default('open'),
      labels: Labels.default([]),
      /** Changed since. */
      since: Time.optional(),
      limit: Count.default(100),
    }),
    z.array(Issue),
  ),
  'issues.get': read('issues', z.strictObject({ number: ItemNumber }), Issue),
  'issues.comments': read(
    'issues',
    z.strictObject({ number: ItemNumber, limit: Count.default(100) }),
    z.array(Comment),
  ),
  /** One rolling issue per marker: made, changed, closed or reopened as its facts are; nothing is sent when nothing changed. */
  'issues.upsert': write(
    'issues',
    z.strictObject({
      marker: Marker,
      title: Title,
      body: Text,
      labels: Labels.default([]),
      state: z.enum(['open', 'closed']).default('open'),
    }),
    Written,
  ),
  /** One comment per marker. */
  'issues.comment': write('issues', z.strictObject({ number: ItemNumber, marker: Marker, body: Text }), Written),
  'issues.label': write(
    'issues',
    z.strictObject({ number: ItemNumber, add: Labels.default([]), remove: Labels.default([]) }),
    z.object({ labels: z.array(z.string()) }),
  ),
  /** Each time a label was set or taken, oldest first: who did it, and whether it was a person, it does not judge. */
  'issues.label_history': read('issues', z.strictObject({ number: ItemNumber }), z.array(LabelEvent)),
  'issues.close': write(
    'issues',
    z.strictObject({ number: ItemNumber, reason: z.enum(['completed', 'not_planned']).default('completed') }),
    z.object({ changed: z.boolean() }),
  ),
  'pulls.list': read(
    'pull-requests',
    z.strictObject({
      state: z.enum(['open', 'closed', 'all']).default('open'),
      /** A branch of this repository. */
      head: Name.optional(),
      limit: Count.default(100),
    }),
    z.array(Pull),
  ),
  ...ACTION_OPERATIONS,
  ...RELEASE_OPERATIONS,
  /** One pull request per marker or branch, open or closed. With `update` an open one gets the new title and text. */
  'pulls.open': own(
    write(
      'pull-requests',
      z.strictObject({
        marker: Marker,
        title: Title,
        body: Text,
        head: Name,
        base: Name,
        labels: Labels.default([]),
        update: z.boolean().default(false),
      }),
      z.object({ number: ItemNumber, url: z.string(), created: z.boolean(), state: z.enum(['open', 'closed']) }),
    ),
  ),
  /** Who set the label last, while it is set. */
  'issues.labelled': own(
    read(
      'issues',
      z.strictObject({ number: ItemNumber, label: Name }),
      z.object({ by: z.string(), at: Time }).nullable(),
    ),
  ),
  /** When it was last reopened, if ever. */
  'issues.reopened': own(read('issues', z.strictObject({ number: ItemNumber }), z.object({ at: Time }).nullable())),
  'users.permission': own(read('metadata', z.strictObject({ login: Name }), z.object({ permission: Permission }))),
  'labels.ensure': own(
    write(
      'issues',
      z.strictObject({ labels: z.array(z.strictObject({ name: Name, color: z.string(), description: z.string() })) }),
      z.object({ created: z.array(z.string()) }),
    ),
  ),
  'labels.list': read('issues', none, z.array(z.string())),
  'settings.get': own(
    read(
      'administration',
      none,
      z.object({
        is_enabled: z.boolean().nullable(),
        may_open_pulls: z.boolean().nullable(),
        default_permission: z.string().nullable(),
      }),
    ),
  ),
  'settings.set': own(
    write(
      'administration',
      z.strictObject({ may_open_pulls: z.literal(true).optional(), has_issues: z.literal(true).optional() }),
      z.object({ changed: z.literal(true) }),
    ),
  ),
  /** The rules a push to the branch must pass. */
  'branches.rules': own(
    read(
      'metadata',
      z.strictObject({ branch: Name }),
      z.object({ rules: z.array(z.string()), is_protected: z.boolean() }),
    ),
  ),
  /** The forge's own clock. */
  'clock.get': own(read('metadata', none, z.object({ now: Time }))),
} satisfies Record<string, OperationShape>;

export type ForgeOperation = keyof typeof FORGE_OPERATIONS;
export type ForgeParams<O extends ForgeOperation> = z.input<(typeof FORGE_OPERATIONS)[O]['params']>;
export type ForgeArguments<O extends ForgeOperation> = z.output<(typeof FORGE_OPERATIONS)[O]['params']>;
export type ForgeResult<O extends ForgeOperation> = z.output<(typeof FORGE_OPERATIONS)[O]['result']>;

export const isForgeOperation = (name: string): name is ForgeOperation => Object.hasOwn(FORGE_OPERATIONS, name);

/** The operations a directive may list. */
export type GrantableOperation = {
  [O in ForgeOperation]: (typeof FORGE_OPERATIONS)[O]['isGrantable'] extends true ? O : never;
}[ForgeOperation];
export const isGrantable = (name: string): name is GrantableOperation =>
  isForgeOperation(name) && FORGE_OPERATIONS[name].isGrantable;
export const GRANTABLE_OPERATIONS = Object.keys(FORGE_OPERATIONS).filter(isGrantable);

/** Why the forge did not do it. `denied`: the token may not; `limited`: too many requests; `unreachable`: no answer. */
export interface ForgeFailure {
  kind: 'denied' | 'missing' | 'limited' | 'unreachable' | 'invalid' | 'conflict';
  /** The forge's own words, and what to do where that is known. */
  message: string;
}

/** A script's call, and what it is told: `unavailable` where there is no forge, or none that answers. */
export const ForgeRequest = z.object({ operation: z.string(), params: z.record(z.string(), z.json()) });
export type ForgeRequest = z.infer<typeof ForgeRequest>;
export const ForgeReply = z.union([z.object({ value: z.json() }), z.object({ unavailable: z.string() })]);
export type ForgeReply = z.infer<typeof ForgeReply>;

export type ForgeAnswer<O extends ForgeOperation> = { value: ForgeResult<O> } | { failed: ForgeFailure };
