import { expect, test } from 'vitest';
import { findGitPlace } from '../../src/adapters/git-place.ts';
import { GitRepo } from '../../src/adapters/git-repo.ts';
import { GitWorkbench } from '../../src/adapters/git-workbench.ts';
import type { Lesson } from '../../src/domain/memory/lesson.ts';
import { EMPTY_MEMORY } from '../../src/domain/memory/memory.ts';
import type { MemoryContext } from '../../src/flows/memory/memory-context.ts';
import { proposeLessons } from '../../src/flows/memory/propose-lesson.ts';
import { directiveText } from '../support/domain-samples.ts';
import { forgeStage } from '../support/forge-context.ts';
import { type GitFixture, gitFixture } from '../support/git-fixture.ts';
import { sweepLesson } from '../support/lesson-samples.ts';

const ENVIRONMENT = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
const FILE = 'directives/sweep.md';
const BRANCH = 'steward/_lesson/sweep';
const NIGHT = { day: '2026-03-04', commits: new Map<string, string>() };

const lesson = (parts: Partial<Lesson> = {}) => sweepLesson({ helpful: 1, origin: 'code', ...parts });
const memory = (...lessons: Lesson[]) => ({ ...EMPTY_MEMORY, lessons });

/** A real clone, with a forge in memory or none. */
async function contextOf(clone: GitFixture, { hasForge }: { hasForge: boolean }) {
  const { git, place } = await findGitPlace(clone.path, ENVIRONMENT);
  const stage = forgeStage();
  const { forge, ...rest } = stage.context;
  const repo = new GitRepo(git, place);
  const context: MemoryContext = {
    ...rest,
    ...(hasForge && forge ? { forge } : {}),
    repo,
    workbench: new GitWorkbench(git, place, ENVIRONMENT),
    facts: await repo.facts(),
  };
  return { context, forge: stage.forge };
}

test('a lesson is one commit on top of what is on the remote, whatever is not pushed yet', async () => {
  const origin = await gitFixture({ [FILE]: directiveText(), 'a.md': 'a' });
  const clone = await origin.clone({ depth: 1 });
  const unpushed = await clone.commit({ message: 'Mine', files: { 'b.md': 'b' } });
  const { context, forge } = await contextOf(clone, { hasForge: true });
  expect((await proposeLessons(context, memory(lesson()), NIGHT)).proposed).toMatchObject([
    { id: 'L3', branch: BRANCH },
  ]);
  await origin.git('fetch', '--quiet', 'origin');
  expect(await origin.git('diff', `main...origin/${BRANCH}`, '--unified=0')).toMatch(
    /\n@@.*@@.*\n\+\n\+## Boundaries\n\+- The shop is closed at night\.$/,
  );
  expect(
    await origin.git(
      'log',
      '--format=%s|%(trailers:key=Steward-Lesson,valueonly,separator=%x2C)',
      `main..origin/${BRANCH}`,
    ),
  ).toBe(`lesson: note L3 in ${FILE}|L3`);
  // Nothing of the clone has moved.
  expect(await clone.git('rev-parse', 'HEAD')).toBe(unpushed);
  expect(await clone.git('status', '--porcelain')).toBe('');
  expect(forge.pulls).toHaveLength(1);
  // Merged, and its branch left there: the next lesson takes its place, behind the line that was merged.
  await origin.git('merge', '--quiet', '--no-ff', '-m', 'Merge', `origin/${BRANCH}`);
  await origin.git('push', '--quiet', 'origin', 'main');
  Object.assign(forge.pulls[0] ?? {}, { state: 'closed', merged: '2026-03-05T00:00:00Z' });
  const later = await origin.clone({ depth: 1 });
  const next = await contextOf(later, { hasForge: true });
  const other = lesson({ id: 'L4', claim: 'The shop moves on Mondays.' });
  expect((await proposeLessons({ ...next.context, forge }, memory(other), NIGHT)).proposed).toMatchObject([
    { id: 'L4' },
  ]);
  await origin.git('fetch', '--quiet', 'origin');
  expect(await origin.git('show', `origin/${BRANCH}:${FILE}`)).toMatch(
    /## Boundaries\n- The shop is closed at night\.\n- The shop moves on Mondays\.$/,
  );
});

test('without a forge it is a branch to merge, made once; what people add to it stays', async () => {
  const repo = await gitFixture({ [FILE]: directiveText() });
  const { context } = await contextOf(repo, { hasForge: false });
  const { proposed } = await proposeLessons(context, memory(lesson()), NIGHT);
  expect(proposed).toEqual([{ id: 'L3', directive: 'sweep', branch: BRANCH }]);
  const made = await repo.git('rev-parse', BRANCH);
  expect(await proposeLessons(context, memory(lesson()), NIGHT)).toEqual({ proposed, notes: [] });
  expect(await repo.git('rev-parse', BRANCH)).toBe(made);
  // A person rewords it on the branch: it still waits for them.
  await repo.git('switch', '--quiet', BRANCH);
  const reworded = await repo.commit({
    files: { [FILE]: directiveText().concat('\n## Boundaries\n- Not at night\n') },
  });
  await repo.git('switch', '--quiet', 'main');
  expect(await proposeLessons(context, memory(lesson()), NIGHT)).toEqual({ proposed: [], notes: [] });
  expect(await repo.git('rev-parse', BRANCH)).toBe(reworded);
  await repo.git('merge', '--quiet', BRANCH);
  expect(await repo.git('show', `HEAD:${FILE}`)).toContain('- Not at night');
});
