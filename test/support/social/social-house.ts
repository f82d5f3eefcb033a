import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBluesky } from '../../../execution/lib/social/bluesky.ts';
import { openMastodon } from '../../../execution/lib/social/mastodon.ts';
import type { Network } from '../../../execution/lib/social/queue-file.ts';
import { findDue, type Sending, type Sent, sendDue } from '../../../execution/lib/social/send-due.ts';
import type { ScriptRun } from '../../../src/ports.ts';
import type { Found, ScriptContext } from '../../../src/script.ts';
import { type GitFixture, gitFixture, type Tree } from '../git-fixture.ts';
import { findEffect, runScript, type ScriptTest, TEST_NOW } from '../run-script.ts';
import { type FakeBluesky, startBluesky } from './fake-bluesky.ts';
import { type FakeMastodon, startMastodon } from './fake-mastodon.ts';

export const SOCIAL_SECRETS = {
  BLUESKY_APP_PASSWORD: 'abcd-efgh-ijkl-mnop',
  MASTODON_TOKEN: 'token-of-the-account-0123',
};

/** A repository with a queue of posts, and both networks. */
export interface SocialHouse {
  repo: GitFixture;
  bluesky: FakeBluesky;
  mastodon: FakeMastodon;
  toBluesky(input?: Record<string, unknown>, more?: Partial<ScriptTest>): Promise<ScriptRun>;
  toMastodon(input?: Record<string, unknown>, more?: Partial<ScriptTest>): Promise<ScriptRun>;
  /** What the scripts do, in this process: a child would load the networks' libraries anew each time. */
  send(network: Network, options?: SendOptions): Promise<Sent>;
  find(network: Network): Promise<Found<Sent>>;
  /** As a child, but only looking. */
  findOn(network: 'bluesky' | 'mastodon', more?: Partial<ScriptTest>): Promise<ScriptRun>;
  /** Names in a folder below social/, without their endings. */
  names(folder: 'queue' | 'posted'): Promise<string[]>;
  read(path: string): Promise<string>;
}

export interface SendOptions extends Partial<Pick<Sending, 'max' | 'per_day' | 'house' | 'keep'>> {
  now?: Date;
  secret?: string;
}

/** @param queue the text of each file by id */
export async function socialHouse(queue: Readonly<Record<string, string>>, tree: Tree = {}): Promise<SocialHouse> {
  const files = Object.entries(queue).map(([id, text]) => [`social/queue/${id}.md`, text] as const);
  const repo = await gitFixture({ 'README.md': '# House\n', ...tree, ...Object.fromEntries(files) });
  const [bluesky, mastodon] = [await startBluesky(), await startMastodon()];
  const inputs = {
    bluesky: { handle: bluesky.handle, service: bluesky.url },
    mastodon: { url: mastodon.url },
  };
  const test = (network: 'bluesky' | 'mastodon', input = {}, more: Partial<ScriptTest> = {}): ScriptTest => ({
    script: `post_to_${network}`,
    workspace: repo.path,
    writes: ['social/**'],
    spawn: ['git'],
    secrets: SOCIAL_SECRETS,
    input: { ...inputs[network], ...input },
    ...more,
  });
  const sending = (network: Network, { secret, now = TEST_NOW, ...options }: SendOptions = {}) => {
    const context = contextOf(repo, now);
    const open: Sending['open'] =
      network === 'bluesky'
        ? () => openBluesky(context, { ...inputs.bluesky, password: secret ?? bluesky.password, language: 'en' })
        : (taken) =>
            openMastodon(context, {
              ...inputs.mastodon,
              token: secret ?? mastodon.token,
              visibility: 'public',
              language: 'en',
              taken,
            });
    const service = inputs[network] === inputs.bluesky ? bluesky.url : mastodon.url;
    return {
      context,
      sending: { max: 2, per_day: 4, keep: 400, house: [network], service, network, open, ...options },
    };
  };
  return {
    repo,
    bluesky,
    mastodon,
    send: (network, options) => {
      const { context, sending: given } = sending(network, options);
      return sendDue(context, given);
    },
    find: (network) => {
      const { context, sending: given } = sending(network);
      return findDue(context, given);
    },
    toBluesky: (input, more) => runScript(test('bluesky', input, more)),
    toMastodon: (input, more) => runScript(test('mastodon', input, more)),
    findOn: (network, more) => findEffect(test(network, {}, more)),
    names: async (folder) => {
      const found = await readdir(join(repo.path, 'social', folder)).catch(() => []);
      return found.map((name) => name.replace(/\.md$/, '')).sort();
    },
    read: (path) => readFile(join(repo.path, path), 'utf8'),
  };
}

/** As much of a context as lib functions ask for that only touch files and the global fetch. */
export const contextOf = (repo: Pick<GitFixture, 'path' | 'git'>, now: Date = TEST_NOW): ScriptContext => {
  const git = (args: readonly string[]) => repo.git(...args);
  return { workspace: repo.path, clock: { now: () => now }, log: () => {}, git } as unknown as ScriptContext;
};

/** A file of the queue. */
export const queued = (text: string, front = ''): string => `---\n${front}---\n${text}\n`;

/** Texts of the posts that the account has. */
export const textsOn = ({ bluesky }: Pick<SocialHouse, 'bluesky'>): string[] =>
  [...bluesky.records.values()].map(({ text }) => String(text));
