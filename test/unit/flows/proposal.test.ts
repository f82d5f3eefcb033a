import { describe, expect, it } from 'vitest';
import type { Directive } from '../../../src/domain/directive.ts';
import { EMPTY_STATE } from '../../../src/domain/ledger-state.ts';
import type { Account } from '../../../src/flows/account.ts';
import type { Job } from '../../../src/flows/entry.ts';
import { observe } from '../../../src/flows/entry.ts';
import { propose } from '../../../src/flows/proposal.ts';
import { directive } from '../../support/domain-samples.ts';
import { forgeStage, withoutForge } from '../../support/forge-context.ts';

const post = directive({ name: 'post', front: 'every: 1d\ndeliver: pull-request\nwrites: ["site/**"]' });
const ACCOUNT: Account = {
  calls: [],
  leases: [],
  availability: () => ({ unavailable: 'no model' }),
  stalePrices: () => [],
  ask: async () => ({ unavailable: 'no model', calls: [] }),
};

const job = (parts: { directive?: Directive; occurrence?: string; reason?: string } = {}): Job => ({
  flow: 'cycle',
  work: {
    run: '20260304t143000-0000aaaa',
    directive: parts.directive ?? post,
    occurrence: parts.occurrence ?? 'post@2026-03-04T00:00Z',
    params: {},
    done: [],
    lookFirst: 'no',
  },
  trigger: 'schedule',
  reason: parts.reason ?? 'the only option',
  decidedBy: 'single',
  degraded: null,
  options: [],
  account: ACCOUNT,
  promptSha256: null,
  observed: observe(EMPTY_STATE, new Date(0), []),
  directives: [],
  started: new Date(0),
  recovered: [],
});
const FILES = ['site/a.md'];

describe('a proposal', () => {
  it('is a branch and a pull request, with what changed and why', async () => {
    const { context, deeds, forge } = forgeStage();
    expect(await propose(context, job(), { files: FILES })).toEqual({
      proposal: 'steward/post/2026-03-04T00-00Z',
      proposal_url: 'https://github.com/octo/house/pull/1',
    });
    expect(deeds.proposals).toMatchObject([
      { branch: 'steward/post/2026-03-04T00-00Z', plan: { files: [{ path: 'site/a.md' }] } },
    ]);
    expect(deeds.pushedBranches).toEqual(['steward/post/2026-03-04T00-00Z']);
    expect(forge.pulls).toMatchObject([
      { title: 'post: site/a.md', head: 'steward/post/2026-03-04T00-00Z', base: 'main', labels: ['steward'] },
    ]);
    expect(forge.pulls[0]?.body).toBe(`\`post\` made this change and delivers it for review.

- \`site/a.md\`

- why it ran: \`the only option\`
- occurrence: \`post@2026-03-04T00:00Z\`
- ledger entry: \`20260304t143000-0000aaaa\`, [run](https://github.com/octo/house/actions/runs/4711)

Merge it to accept, close it to decline; until then \`post\` does not run again.

<!-- steward:proposal:steward/post/2026-03-04T00-00Z -->
`);
  });

  it('is nothing where the directive commits, and where nothing was written', async () => {
    const { context, deeds, forge } = forgeStage();
    expect(await propose(context, job({ directive: directive() }), { files: FILES })).toBeUndefined();
    expect(await propose(context, job(), { files: [] })).toBeUndefined();
    expect(deeds.proposals).toEqual([]);
    expect(forge.calls).toEqual([]);
  });

  it('has a branch of its own for each occurrence', async () => {
    const { context, deeds } = forgeStage();
    const occurrences = ['task:17.2', 'task:172', 'dispatch:172', 'event:post.issue-172', 'post@2026-03-04T12:00Z'];
    for (const occurrence of occurrences) await propose(context, job({ occurrence }), { files: FILES });
    const branches = deeds.proposals.map(({ branch }) => branch);
    expect(new Set(branches).size).toBe(occurrences.length);
    // What git takes for a branch (git check-ref-format), and the inbox for a proposal.
    for (const branch of branches) expect(branch).toMatch(/^steward\/post\/(?!.*\.\.)[\w-][\w.-]*[\w-]$/);
  });

  it('lists fifty files and counts the rest', async () => {
    const { context, forge } = forgeStage();
    await propose(context, job(), { files: Array.from({ length: 53 }, (_, index) => `site/${index}.md`) });
    expect(forge.pulls[0]?.title).toBe('post: 53 files');
    expect(forge.pulls[0]?.body.match(/^- `site/gm)).toHaveLength(50);
    expect(forge.pulls[0]?.body).toContain('- and 3 more\n');
  });

  it('quotes reasons and names of files as code: nobody is mentioned, nothing is hidden', async () => {
    const { context, forge } = forgeStage();
    const reason = 'because\n@octo `said` <!-- #1 ![x](https://evil.example)\n- [x] done';
    await propose(context, job({ reason }), { files: ['site/`@octo`<b>.md', 'site/<!-- steward:x -->.md'] });
    const body = forge.pulls[0]?.body ?? '';
    const outside = body.replaceAll(/`[^`\n]+`/g, '').replace(/<!-- steward:proposal:\S+ -->\n$/, '');
    expect(outside).not.toMatch(/[@<>!#`]|evil/);
    expect(body.split('<!-- steward:')).toHaveLength(2);
  });
});

describe('a proposal that can not be opened', () => {
  const refused = {
    kind: 'denied',
    message: 'GitHub Actions is not permitted to create or approve pull requests.',
  } as const;

  it('becomes one issue with the link that opens it, and the setting that would allow it', async () => {
    const { context, forge } = forgeStage();
    forge.failures['pulls.open'] = refused;
    expect(await propose(context, job(), { files: FILES })).toEqual({
      proposal: 'steward/post/2026-03-04T00-00Z',
      proposal_url: 'https://github.com/octo/house/issues/1',
    });
    await propose(context, job(), { files: FILES });
    expect(forge.issues).toMatchObject([{ title: 'For review: post: site/a.md', labels: ['steward'] }]);
    expect(forge.issues[0]?.body).toContain(
      '**[Open the pull request](https://github.com/octo/house/compare/main...steward/post/2026-03-04T00-00Z?expand=1)**',
    );
    expect(forge.issues[0]?.body).toContain('tick "Allow GitHub Actions to create and approve pull requests"');
  });

  it('says in GitHub’s words why, where it is something else', async () => {
    const { context, forge, warnings } = forgeStage();
    forge.failures['pulls.open'] = { kind: 'invalid', message: 'No commits between main and x' };
    await propose(context, job(), { files: FILES });
    expect(forge.issues[0]?.body).toContain('GitHub said: No commits between main and x');
    expect(warnings).toEqual(['no pull request could be opened: No commits between main and x']);
  });

  it('is a branch at least, where no issue can be written either', async () => {
    const { context, forge } = forgeStage();
    forge.failures['pulls.open'] = refused;
    forge.failures['issues.upsert'] = { kind: 'denied', message: 'Issues are disabled for this repo' };
    expect(await propose(context, job(), { files: FILES })).toEqual({ proposal: 'steward/post/2026-03-04T00-00Z' });
  });
});

describe('where it goes', () => {
  const branch = 'steward/post/2026-03-04T00-00Z';

  it('stays a local branch without a forge, and without a remote', async () => {
    const stage = forgeStage();
    expect(await propose(withoutForge(stage), job(), { files: FILES })).toEqual({ proposal: branch });
    const { upstream: _, ...facts } = stage.context.facts;
    expect(await propose({ ...stage.context, facts }, job(), { files: FILES })).toEqual({ proposal: branch });
    expect(stage.deeds.pushedBranches).toEqual([]);
    expect(stage.forge.calls).toEqual([]);
  });

  it('is not pushed when the remote refuses it: on a runner the cycle stops, elsewhere it stays here', async () => {
    const branchPush = { kind: 'refused', reason: 'protected' } as const;
    const runner = forgeStage({ branchPush });
    await expect(propose(runner.context, job(), { files: FILES })).rejects.toMatchObject({ code: 'PUSH_REFUSED' });
    const local = forgeStage({ branchPush, setting: { isEphemeral: false } });
    expect(await propose(local.context, job(), { files: FILES })).toEqual({ proposal: branch });
    expect(local.warnings).toEqual([`the branch ${branch} stays here: protected`]);
    expect(local.forge.calls).toEqual([]);
  });

  it.each([true, false])(
    'is what people have made of it since, where they have: its pull request stands (on a runner: %s)',
    async (isEphemeral) => {
      const stage = forgeStage({ branchPush: { kind: 'rejected' }, setting: { isEphemeral } });
      expect(await propose(stage.context, job(), { files: FILES })).toEqual({
        proposal: branch,
        proposal_url: stage.forge.pulls[0]?.url,
      });
      expect(stage.forge.pulls).toMatchObject([{ head: branch }]);
      expect(stage.news).toEqual([`${branch} has commits of people and stays as they left it`]);
    },
  );

  it('is the upstream branch’s name that it is merged into, whatever the local one is called', async () => {
    const { context, forge } = forgeStage({
      facts: { branch: 'mine', upstream: { remote: 'origin', branch: 'trunk' } },
    });
    await propose(context, job(), { files: FILES });
    expect(forge.pulls[0]?.base).toBe('trunk');
  });
});
