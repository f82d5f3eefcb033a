import { describe, expect, it } from 'vitest';
import { proposalOf } from '../../../src/domain/forge-words.ts';
import type { Lesson } from '../../../src/domain/memory/lesson.ts';
import { EMPTY_MEMORY, type Memory } from '../../../src/domain/memory/memory.ts';
import type { MemoryContext } from '../../../src/flows/memory/memory-context.ts';
import { proposeLessons } from '../../../src/flows/memory/propose-lesson.ts';
import type { CommitPlan, Workbench } from '../../../src/repo-port.ts';
import { directiveText } from '../../support/domain-samples.ts';
import { MemoryDocuments } from '../../support/fake-documents.ts';
import { forgeStage, type StageOptions, withoutForge } from '../../support/forge-context.ts';
import { sweepLesson } from '../../support/lesson-samples.ts';

const lesson = (parts: Partial<Lesson> = {}) => sweepLesson({ helpful: 1, ...parts });
const memory = (...lessons: Lesson[]): Memory => ({ ...EMPTY_MEMORY, lessons });
const NIGHT = { day: '2026-03-04', commits: new Map<string, string>() };
const TIP = 'e'.repeat(40);
const DIRECTIVES = Object.fromEntries(
  ['sweep', 'post', 'mail', 'tidy'].map((name) => [`directives/${name}.md`, directiveText({ name })]),
);

interface Stage extends ReturnType<typeof forgeStage> {
  context: ReturnType<typeof forgeStage>['context'] & MemoryContext;
  branches: { base: string; branch: string; plan: CommitPlan }[];
  /** What can be read, by commit or branch. */
  trees: Map<string, MemoryDocuments>;
}

const unexpected = async (): Promise<never> => {
  throw new Error('nobody expected that here');
};

function stage(options: StageOptions & { taken?: boolean; local?: string[] } = {}): Stage {
  const own = forgeStage({ facts: { upstreamTip: TIP }, ...options });
  const branches: Stage['branches'] = [];
  const trees = new Map([TIP, own.context.facts.head].map((commit) => [commit, new MemoryDocuments(DIRECTIVES)]));
  const workbench: Workbench = {
    bring: unexpected,
    scratch: unexpected,
    addedBy: unexpected,
    undo: unexpected,
    async branchOn(base, branch, plan) {
      if (options.taken) return { taken: true };
      branches.push({ base, branch, plan });
      return { commit: 'a'.repeat(40), tree: 'b'.repeat(40) };
    },
  };
  const repo = {
    ...own.context.repo,
    at: (commit: string) => trees.get(commit) ?? new MemoryDocuments(),
    openBranches: async (prefix: string) => (options.local ?? []).filter((branch) => branch.startsWith(prefix)),
  };
  return { ...own, context: { ...own.context, repo, workbench }, branches, trees };
}

const withLine = (name: string, line: string, section = 'Boundaries'): string =>
  `${directiveText({ name })}\n## ${section}\n- ${line}\n`;

describe('a lesson that was confirmed often enough', () => {
  it('is one line of its directive on a branch, and a pull request', async () => {
    const { context, branches, forge, deeds } = stage();
    expect(await proposeLessons(context, memory(lesson()), NIGHT)).toEqual({
      proposed: [
        {
          id: 'L3',
          directive: 'sweep',
          branch: 'steward/_lesson/sweep',
          url: 'https://github.com/octo/house/pull/1',
        },
      ],
      notes: [],
    });
    expect(branches).toMatchObject([
      {
        base: TIP,
        branch: 'steward/_lesson/sweep',
        plan: { files: [{ path: 'directives/sweep.md', content: withLine('sweep', 'The shop is closed at night.') }] },
      },
    ]);
    expect(deeds.pushedBranches).toEqual(['steward/_lesson/sweep']);
    expect(forge.pulls).toMatchObject([
      { title: 'sweep: a boundary from lesson L3', head: 'steward/_lesson/sweep', base: 'main', labels: ['steward'] },
    ]);
    expect(forge.pulls[0]?.body).toContain('<!-- steward:lesson:sweep:L3 -->');
  });

  it('goes under the known failure modes where it is about a failure', async () => {
    const { context, branches } = stage();
    const own = lesson({ when: { directive: 'sweep', signature: '0123456789ab' } });
    await proposeLessons(context, memory(own), NIGHT);
    expect(branches[0]?.plan.files[0]?.content).toBe(
      withLine('sweep', 'The shop is closed at night.', 'Known Failure Modes'),
    );
  });

  it('asks nobody for anything where there is none', async () => {
    const { context, forge } = stage();
    expect(await proposeLessons(context, memory(lesson({ helpful: 0 })), NIGHT)).toEqual({ proposed: [], notes: [] });
    expect(forge.calls).toEqual([]);
  });

  it('is one for a directive at a time, and three in a night', async () => {
    const { context, forge } = stage();
    const many = ['sweep', 'sweep', 'post', 'mail', 'tidy'].map((name, index) =>
      lesson({ id: `L${index + 1}`, when: { directive: name } }),
    );
    const { proposed } = await proposeLessons(context, memory(...many), NIGHT);
    expect(proposed.map(({ id, directive }) => [id, directive])).toEqual([
      ['L1', 'sweep'],
      ['L3', 'post'],
      ['L4', 'mail'],
    ]);
    // The next night, the first ones recorded and none of them reviewed: the lesson of another directive alone.
    const left = many.filter(({ id }) => !proposed.some((each) => each.id === id));
    expect((await proposeLessons(context, memory(...left), NIGHT)).proposed.map(({ id }) => id)).toEqual(['L5']);
    expect((await proposeLessons(context, memory(...left.slice(0, 1)), NIGHT)).proposed).toEqual([]);
    // When it is merged, the next lesson of the directive follows on the same branch.
    Object.assign(forge.pulls[0] ?? {}, { state: 'closed', merged: '2026-03-05T00:00:00Z' });
    const next = await proposeLessons(context, memory(...left.slice(0, 1)), NIGHT);
    expect(next.proposed).toMatchObject([{ id: 'L2', branch: 'steward/_lesson/sweep' }]);
    expect(forge.pulls.map(({ head, state }) => [head, state])).toEqual([
      ['steward/_lesson/sweep', 'closed'],
      ['steward/_lesson/post', 'open'],
      ['steward/_lesson/mail', 'open'],
      ['steward/_lesson/tidy', 'open'],
      ['steward/_lesson/sweep', 'open'],
    ]);
  });

  it('is not doubled when the night died before it was recorded', async () => {
    const { context, forge, branches } = stage();
    const first = await proposeLessons(context, memory(lesson()), NIGHT);
    // Another lesson of the directive is confirmed better meanwhile: what waits is the first one all the same.
    const second = await proposeLessons(context, memory(lesson(), lesson({ id: 'L9', helpful: 7 })), NIGHT);
    expect(second).toEqual(first);
    expect(forge.pulls).toHaveLength(1);
    expect(branches).toHaveLength(1);
  });

  it.each([
    [null, 'declined'],
    ['2026-03-05T00:00:00Z', 'merged'],
  ])('is settled when people closed it before it was recorded (merged: %s)', async (merged, word) => {
    const { context, forge, branches } = stage();
    await proposeLessons(context, memory(lesson()), NIGHT);
    Object.assign(forge.pulls[0] ?? {}, { state: 'closed', merged });
    expect(await proposeLessons(context, memory(lesson()), NIGHT)).toMatchObject({
      proposed: [{ id: 'L3', url: 'https://github.com/octo/house/pull/1' }],
      notes: [`L3: #1 was ${word}`],
    });
    expect(branches).toHaveLength(1);
  });

  it('is settled, too, where the directive says so already', async () => {
    const { context, trees, forge, branches } = stage();
    trees.set(TIP, new MemoryDocuments({ 'directives/sweep.md': withLine('sweep', 'The shop is closed at night.') }));
    expect(await proposeLessons(context, memory(lesson()), NIGHT)).toEqual({
      proposed: [{ id: 'L3', directive: 'sweep', branch: 'steward/_lesson/sweep' }],
      notes: ['directives/sweep.md says L3 already'],
    });
    expect([...branches, ...forge.pulls]).toEqual([]);
  });

  it('is left alone where its directive is gone, and noted where the line does not fit in', async () => {
    const { context, trees, branches } = stage();
    trees.set(TIP, new MemoryDocuments({ 'directives/post.md': '# Something else' }));
    const other = lesson({ id: 'L4', when: { directive: 'post' } });
    expect(await proposeLessons(context, memory(lesson(), other), NIGHT)).toEqual({
      proposed: [],
      notes: ['L4 can not be proposed: directives/post.md: the line would change more than the list'],
    });
    expect(branches).toEqual([]);
  });
});

describe('where the agent may open no pull request', () => {
  const refused = { kind: 'denied', message: 'GitHub Actions is not permitted to create pull requests.' } as const;

  it('one issue asks for it, no directive waits for that, and it is not opened twice', async () => {
    const { context, forge } = stage();
    forge.failures['pulls.open'] = refused;
    const proposed = [
      { id: 'L3', directive: 'sweep', branch: 'steward/_lesson/sweep', url: 'https://github.com/octo/house/issues/1' },
    ];
    expect(await proposeLessons(context, memory(lesson()), NIGHT)).toEqual({ proposed, notes: [] });
    expect(forge.issues).toMatchObject([
      { title: 'For review: sweep: a boundary from lesson L3', labels: ['steward'] },
    ]);
    expect(forge.issues[0]?.body).toContain('/compare/main...steward/_lesson/sweep?expand=1');
    expect(proposalOf(forge.issues[0]?.body ?? '')).toBeUndefined();
    expect(await proposeLessons(context, memory(lesson()), NIGHT)).toEqual({ proposed, notes: [] });
    expect(await proposeLessons(context, memory(lesson({ id: 'L9' })), NIGHT)).toEqual({ proposed: [], notes: [] });
    forge.setState(1, 'closed');
    expect(await proposeLessons(context, memory(lesson()), NIGHT)).toEqual({ proposed, notes: ['L3: #1 was closed'] });
    expect(forge.issues).toHaveLength(1);
  });

  it('it is noted and tried again where no issue can be written either', async () => {
    const { context, forge } = stage();
    forge.failures['pulls.open'] = refused;
    forge.failures['issues.upsert'] = { kind: 'denied', message: 'Issues are disabled' };
    forge.failures['issues.list'] = { kind: 'missing', message: 'Issues are disabled' };
    expect(await proposeLessons(context, memory(lesson()), NIGHT)).toEqual({
      proposed: [],
      notes: ['steward/_lesson/sweep holds L3, and nobody could be asked to review it: Issues are disabled'],
    });
    delete forge.failures['pulls.open'];
    expect((await proposeLessons(context, memory(lesson()), NIGHT)).proposed).toHaveLength(1);
  });

  it('nothing is tried where the forge does not say what waits', async () => {
    const { context, forge, branches } = stage();
    forge.failures['pulls.list'] = { kind: 'unreachable', message: 'no answer' };
    expect(await proposeLessons(context, memory(lesson()), NIGHT)).toEqual({
      proposed: [],
      notes: ['no lesson was proposed for its directive: no answer'],
    });
    expect(branches).toEqual([]);
  });
});

describe('its branch', () => {
  it('stays as people left it, here and on the remote', async () => {
    const notes = ['people have commits on steward/_lesson/sweep, and it stays as they left it'];
    for (const own of [stage({ taken: true }), stage({ branchPush: { kind: 'rejected' } })]) {
      expect(await proposeLessons(own.context, memory(lesson()), NIGHT)).toEqual({ proposed: [], notes });
      expect(own.forge.pulls).toEqual([]);
    }
  });

  it('is not pushed when the remote refuses it: on a runner the night stops, elsewhere it stays here', async () => {
    const branchPush = { kind: 'refused', reason: 'protected' } as const;
    const runner = stage({ branchPush });
    await expect(proposeLessons(runner.context, memory(lesson()), NIGHT)).rejects.toMatchObject({
      code: 'PUSH_REFUSED',
    });
    const local = stage({ branchPush, setting: { isEphemeral: false } });
    expect((await proposeLessons(local.context, memory(lesson()), NIGHT)).proposed).toHaveLength(1);
    expect(local.warnings).toEqual(['the branch steward/_lesson/sweep stays here: protected']);
  });

  it('is all there is without a forge, on top of what is here', async () => {
    const own = stage();
    const context = { ...withoutForge(own), workbench: own.context.workbench, repo: own.context.repo };
    expect(await proposeLessons(context, memory(lesson()), NIGHT)).toEqual({
      proposed: [{ id: 'L3', directive: 'sweep', branch: 'steward/_lesson/sweep' }],
      notes: [],
    });
    expect(own.branches.map(({ base }) => base)).toEqual([own.context.facts.head]);
    expect([...own.deeds.pushedBranches, ...own.forge.calls]).toEqual([]);
  });

  it('waits for a review without a forge, too, and says which lesson it holds', async () => {
    const own = stage({ local: ['steward/_lesson/sweep'] });
    const line = withLine('sweep', 'The shop is closed at night.');
    own.trees.set('refs/heads/steward/_lesson/sweep', new MemoryDocuments({ 'directives/sweep.md': line }));
    const context = { ...withoutForge(own), workbench: own.context.workbench, repo: own.context.repo };
    const other = lesson({ id: 'L1', claim: 'Something else entirely.' });
    expect((await proposeLessons(context, memory(other, lesson()), NIGHT)).proposed).toMatchObject([{ id: 'L3' }]);
    expect(await proposeLessons(context, memory(other), NIGHT)).toEqual({ proposed: [], notes: [] });
    expect(own.branches).toEqual([]);
  });
});
