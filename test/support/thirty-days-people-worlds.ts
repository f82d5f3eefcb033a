import { startMastodon } from './social/fake-mastodon.ts';
import { SOCIAL_SECRETS } from './social/social-house.ts';
import type { World } from './thirty-days.ts';
import type { Chances } from './thirty-days-chances.ts';

const START = '2026-03-02';

const stateText = (isFailing: boolean) =>
  JSON.stringify({ directives: { post: { blocked: null, breaker: isFailing ? { signature: 'x' } : null } } });

const PROPOSALS = [
  ['one', 14, 21],
  ['two', 16, 19],
] as const;

/**
 * What waits for a person: a draft of a release on days 5 to 9, a proposal on days 14 to 20, a second one on days 16 to 18,
 * a directive that keeps failing on days 24 to 28. Four things in three episodes: the second proposal changes an open issue.
 */
export async function briefWorld(): Promise<World> {
  const numbers = new Map<string, number>();
  return {
    script: 'morning_brief',
    forge: ['repo.get', 'issues.list', 'issues.upsert', 'pulls.list', 'runs.list', 'releases.list'],
    writes: ['knowledge/reports/brief.md'],
    start: START,
    call: { spawn: ['git'] },
    tree: { 'ledger/state.json': stateText(false) },
    async dawn(day, { github, repo }, at) {
      const { act, state: known } = github;
      if (day === 5) known.releases.push(draft(at));
      if (day === 10) await act.editRelease(1, { isDraft: false });
      for (const [name, from, to] of PROPOSALS) {
        if (day === from) {
          await act.branch('octo', `steward/${name}`, { [`${name}.txt`]: 'x' });
          numbers.set(
            name,
            await act.openPull('octo', { title: `Proposal ${name}`, head: `steward/${name}`, base: 'main' }),
          );
        }
        if (day === to) act.closePull('octo', numbers.get(name) ?? 0);
      }
      if (day === 24 || day === 29)
        await repo.commit({
          files: { 'ledger/state.json': stateText(day === 24) },
          author: 'steward[bot]',
          at: at.toISOString(),
        });
    },
    facts: [
      { name: 'a draft waits', about: /^brief:waiting/, from: 5, to: 10, says: /v1\.0\.0/ },
      { name: 'a proposal waits', about: /^brief:waiting/, from: 14, to: 21, says: /Proposal one/ },
      { name: 'a directive keeps failing', about: /^brief:waiting/, from: 24, to: 29, says: /post/ },
    ],
    quietDays: [3, 4, 8, 9, 13],
    mostCommits: 18,
  };
}

const draft = (at: Date) => ({
  id: 1,
  tag: 'v1.0.0',
  name: 'v1.0.0',
  body: 'Notes\n\n<!-- steward:release:next -->\n',
  isDraft: true,
  login: 'github-actions[bot]',
  createdAt: at.toISOString().replace('.000', ''),
  publishedAt: null,
});

const bugs = new Map([
  [2, 'Crash when the door opens'],
  [4, 'Exception in the kitchen sink'],
  [6, 'Segfault below the staircase'],
  [8, 'Panic about the chimney'],
  [10, 'Regression of the garden fence'],
  [12, 'Crash when the door opens'],
  [20, 'Exception in the kitchen sink'],
]);

const calm = new Map([
  [14, 'How to paint the walls'],
  [16, 'Feature request: a window'],
  [18, 'Typo in the readme'],
]);

/**
 * People write ten issues on ten days: bugs without a version on days 2, 4, 6, 8 and 10, where 8 loses the answer to the
 * label and 10 can not be commented at first; the same bug again on days 12 and 20; three on which there is nothing to say.
 * Seven comments.
 */
export async function triageWorld(): Promise<World> {
  return {
    script: 'triage_issues',
    forge: ['labels.list', 'issues.list', 'issues.label_history', 'issues.comments', 'issues.label', 'issues.comment'],
    writes: ['knowledge/state/triage.json'],
    start: START,
    prepare({ github }) {
      github.state.users.ada = { role: 'read', association: 'NONE' };
      for (const [index, name] of ['bug', 'enhancement', 'documentation', 'question'].entries())
        github.state.labels.push({ id: 9000 + index, name, color: 'ededed', description: null });
    },
    dawn(day, { github }) {
      const title = bugs.get(day) ?? calm.get(day);
      if (title !== undefined)
        github.act.openIssue('ada', { title: `${title} (${day})`, body: `It is bad. ${title}.` });
      if (day === 8) github.fail({ method: 'POST', path: /\/labels$/, status: 504, isAfterEffect: true });
      if (day === 10) github.fail({ method: 'POST', path: /\/comments$/, status: 502 });
    },
    facts: [...bugs].map(([day, title]) => ({
      name: `the issue of day ${day}`,
      about: new RegExp(`\\(${day}\\)$`),
      from: day,
      says: new RegExp(title),
    })),
    quietDays: [24, 25, 26, 27, 28, 29, 30],
    mostCommits: 14,
  };
}

/**
 * Changes come on days 2, 5, 9 and 20; the owner publishes what is drafted on day 12. There is one draft at most at a time,
 * and a draft mails nobody.
 */
export async function releaseWorld(): Promise<World> {
  const tip = new Map([
    [2, 'feat: a window'],
    [5, 'fix: the door'],
    [9, 'feat: a roof'],
    [20, 'fix: the roof'],
  ]);
  return {
    script: 'release_notes',
    forge: ['repo.get', 'pulls.list', 'releases.list', 'releases.draft'],
    writes: [],
    start: START,
    call: { spawn: ['git'] },
    prepare: ({ repo }) => repo.git('tag', 'v1.0.0').then(() => undefined),
    async dawn(day, { github, repo }, at) {
      const message = tip.get(day);
      if (message) await repo.commit({ message, files: { [`${day}.txt`]: 'x' }, at: at.toISOString() });
      const made = github.state.releases[0];
      if (day !== 12 || !made) return;
      await github.act.editRelease(made.id, { isDraft: false });
      await repo.git('tag', made.tag);
    },
    dusk({ github }) {
      const drafts = github.state.releases.filter(({ isDraft }) => isDraft);
      return drafts.length > 1 ? [`${drafts.length} drafts at once`] : [];
    },
    facts: [],
    quietDays: Array.from({ length: 30 }, (_, index) => index + 1),
    mostCommits: 0,
  };
}

/**
 * A house without a model, so that an issue lists who waits: somebody on day 4, who is answered by hand on day 10, and
 * somebody on day 15, of whom a second one on day 17 makes a longer list; both are too old to be answered on days 22 and 24.
 */
export async function engagementWorld(chances: Chances): Promise<World> {
  const mastodon = await startMastodon();
  const ids = new Map<number, string>();
  for (const [name, answer] of Object.entries({ cut: 'cut', busy: { status: 503 } } as const)) {
    const test = (path: string) => chances.happens(`mastodon ${name} ${path}`, 0.025);
    mastodon.fail({ path: Object.assign(/^/, { test }), answer, times: Number.POSITIVE_INFINITY });
  }
  return {
    script: 'draft_replies',
    forge: ['pulls.list', 'issues.list', 'issues.upsert'],
    writes: ['social/queue/**'],
    start: START,
    input: { house: ['mastodon'], mastodon_url: mastodon.url },
    call: { spawn: ['git'], secrets: SOCIAL_SECRETS },
    dawn(day, _, at) {
      mastodon.now = at.toISOString();
      if (day === 4 || day === 15 || day === 17)
        ids.set(
          day,
          mastodon.mention({ from: `ada${day}`, text: `@house How does door ${day} open?`, at: at.toISOString() }),
        );
      if (day === 10) mastodon.post('@ada4 With a key.', at.toISOString(), ids.get(4));
    },
    facts: [
      { name: 'one waits', about: /^social:mentions/, from: 4, to: 10, says: /door 4/ },
      { name: 'two wait', about: /^social:mentions/, from: 15, to: 24, says: /door 15/ },
    ],
    quietDays: Array.from({ length: 30 }, (_, index) => index + 1),
    mostCommits: 0,
  };
}
