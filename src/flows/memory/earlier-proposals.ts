import { withBullet } from '../../domain/directive-bullet.ts';
import { hasMarker } from '../../domain/forge-words.ts';
import {
  bulletFor,
  type Confirmed,
  directiveFile,
  isLessonOf,
  LESSON_BRANCHES,
  lessonBranch,
  lessonMarker,
  sectionFor,
} from '../../domain/memory/directive-lesson.ts';
import type { MemoryContext } from './memory-context.ts';

/** What was proposed before, as people left it. */
export interface Earlier {
  /** The proposal for the directive that waits for a review; `lesson` where it is one of these, which nobody has recorded. */
  openFor(directive: string, lessons: readonly Confirmed[]): Promise<{ lesson?: Confirmed; url?: string } | undefined>;
  /** The proposal of this lesson that people have closed, merged or not. */
  closedFor(lesson: Confirmed): Promise<{ url: string; words: string } | undefined>;
}

/** Read from the forge; where there is none, a branch is all there is, and one that was deleted is forgotten. */
export async function earlierProposals(context: MemoryContext): Promise<Earlier | { failed: string }> {
  const { forge, repo } = context;
  if (!forge || !context.facts.upstream) {
    const branches = await repo.openBranches(LESSON_BRANCHES);
    return {
      openFor: (directive, lessons) => onBranch(context, branches, { directive, lessons }),
      closedFor: async () => undefined,
    };
  }
  const pulls = await forge.call('pulls.list', { state: 'open', limit: 500 });
  if ('failed' in pulls) return { failed: pulls.failed.message };
  // Where issues are switched off, none was ever asked for.
  const issues = await forge.call('issues.list', { state: 'all', labels: ['steward'], limit: 200 });
  const asked = 'value' in issues ? issues.value : [];
  const own = pulls.value.filter(({ head, isFork }) => !isFork && head.startsWith(LESSON_BRANCHES));
  return {
    async openFor(directive, lessons) {
      const pull = own.find(({ head }) => head === lessonBranch(directive));
      const open = pull ?? asked.find(({ state, body }) => state === 'open' && isLessonOf(body, directive));
      const lesson = lessons.find((each) => hasMarker(open?.body ?? '', lessonMarker(each)));
      return open && { url: open.url, ...(lesson ? { lesson } : {}) };
    },
    async closedFor(lesson) {
      const marker = lessonMarker(lesson);
      const found = await forge.call('pulls.list', {
        state: 'closed',
        head: lessonBranch(lesson.directive),
        limit: 100,
      });
      const pull = 'value' in found ? found.value.find(({ body }) => hasMarker(body, marker)) : undefined;
      if (pull) return { url: pull.url, words: `#${pull.number} was ${pull.merged === null ? 'declined' : 'merged'}` };
      const issue = asked.find(({ state, body }) => state === 'closed' && hasMarker(body, marker));
      return issue && { url: issue.url, words: `#${issue.number} was closed` };
    },
  };
}

async function onBranch(
  { repo, setting }: MemoryContext,
  branches: readonly string[],
  { directive, lessons }: { directive: string; lessons: readonly Confirmed[] },
): Promise<{ lesson?: Confirmed } | undefined> {
  const branch = lessonBranch(directive);
  if (!branches.includes(branch)) return undefined;
  const file = directiveFile(directive);
  const text = (await repo.at(`refs/heads/${branch}`).read(file)) ?? '';
  const lesson = lessons.find((each) => {
    const place = { file, vars: Object.keys(setting.config.vars), section: sectionFor(each.lesson) };
    const noted = withBullet(text, place, bulletFor(each.lesson));
    return 'changed' in noted && !noted.changed;
  });
  return lesson ? { lesson } : {};
}
