import { createHash } from 'node:crypto';
import type { BareRepository } from './bare-repository.ts';
import type { GitHubState, IssueState, PullState } from './state.ts';

/** What every part of the fake works on. */
export interface Store {
  state: GitHubState;
  bare: BareRepository;
  /** The time in GitHub's precision of a second: `2026-01-01T12:00:00Z`. */
  now(): string;
  /** Ids are unique over all kinds of things, and rise. */
  nextId(): number;
  /** `http://127.0.0.1:PORT`, what a browser would open. */
  url: string;
  /** Where the REST API begins. */
  apiUrl: string;
}

/** A pull request: an issue that is known to have the other half. */
export type Pull = IssueState & { pull: PullState };

export const isPull = (issue: IssueState): issue is Pull => issue.pull !== undefined;

export const fullName = ({ state }: Store) => `${state.repository.owner}/${state.repository.name}`;

/** Below the repository, for programs and for people; without a path the repository itself. */
export const apiPath = (store: Store, path = '') => `${store.apiUrl}/repos/${fullName(store)}${path}`;
export const webPath = (store: Store, path = '') => `${store.url}/${fullName(store)}${path}`;

/** Opaque to clients, but there must be one. */
export const nodeId = (kind: string, id: number | string) => Buffer.from(`${kind}:${id}`).toString('base64url');

/** A number that is the same for the same name in each run. */
export const stableNumber = (name: string) => createHash('sha256').update(name).digest().readUIntBE(0, 4);

export const inSeconds = (date: Date) => date.toISOString().replace(/\.\d+Z$/, 'Z');
