import type { ForgeArguments, ForgeFailure, ForgeResult } from '../../src/domain/forge.ts';
import { hasMarker, type Job, type Release, type Traffic } from '../../src/domain/forge-words.ts';
import { isSealed, sealDraft } from '../../src/domain/release-seal.ts';

/** Jobs, their logs, releases and traffic of a forge in memory: the parts that scripts alone ask for. */
export class MemoryReleases {
  readonly releases: Release[] = [];
  /** By the id of their run. */
  readonly jobs: Record<number, Job[]> = {};
  /** By the id of their job. */
  readonly logs: Record<number, string> = {};
  readonly traffic: Traffic = {
    views: { count: 0, uniques: 0, days: [] },
    clones: { count: 0, uniques: 0, days: [] },
    referrers: [],
    paths: [],
  };
  readonly operations = {
    'runs.jobs': ({ run, limit }: ForgeArguments<'runs.jobs'>) => (this.jobs[run] ?? []).slice(0, limit),
    'runs.log': (wanted: ForgeArguments<'runs.log'>) => this.#log(wanted),
    'releases.list': ({ limit }: ForgeArguments<'releases.list'>) => this.releases.slice(0, limit),
    'releases.draft': (wanted: ForgeArguments<'releases.draft'>) => this.#draft(wanted),
    'traffic.get': () => this.traffic,
  };
  readonly #repository: string;
  readonly #author: { self: () => string; at: () => string };

  constructor(repository: string, author: { self: () => string; at: () => string }) {
    this.#repository = repository;
    this.#author = author;
  }

  #draft({ marker, tag, name, body }: ForgeArguments<'releases.draft'>): ForgeResult<'releases.draft'> {
    const text = sealDraft({ tag, name, body }, marker);
    const out = this.releases.find((release) => !release.is_draft && release.tag === tag);
    if (out) return { id: out.id, url: out.url, state: 'published' };
    const drafts = this.releases.filter(({ is_draft }) => is_draft);
    const found = drafts.find((draft) => hasMarker(draft.body, marker)) ?? drafts.find((draft) => draft.tag === tag);
    if (!found) return this.#make({ tag, name, body: text });
    const { id, url } = found;
    if (!isSealed(found)) return { id, url, state: 'theirs' };
    if (found.tag === tag && found.name === name && found.body === text) return { id, url, state: 'same' };
    Object.assign(found, { tag, name, body: text });
    return { id, url, state: 'changed' };
  }

  #log({ job, kilobytes }: ForgeArguments<'runs.log'>): ForgeResult<'runs.log'> {
    const text = this.logs[job];
    if (text === undefined) throw { kind: 'missing', message: 'Not Found' } satisfies ForgeFailure;
    if (text.length <= kilobytes * 1024) return { text, is_cut: false };
    return { text: text.slice(-kilobytes * 1024).replace(/^.*\n/, ''), is_cut: true };
  }

  #make({ tag, name, body }: Pick<Release, 'tag' | 'name' | 'body'>): ForgeResult<'releases.draft'> {
    const { self, at } = this.#author;
    const id = this.releases.length + 1;
    const url = `https://github.com/${this.#repository}/releases/tag/${tag}`;
    const when = { created: at(), published: null };
    this.releases.unshift({ id, tag, name, body, url, is_draft: true, is_prerelease: false, author: self(), ...when });
    return { id, url, state: 'made' };
  }
}
