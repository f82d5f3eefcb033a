import type { ScriptContext } from '../../src/script.ts';

/** An issue as the forge takes it. */
export type RollingIssue = Parameters<ScriptContext['forge']['issues']['upsert']>[0];

/** What became of a rolling issue; `untold` where there is no GitHub, or it does not answer, or people want no issue. */
export type Told =
  | { number: number | null; url: string | null; told: 'opened' | 'changed' | 'nothing new' }
  | { untold: string };

/**
 * One issue per distinct fact, found again by its marker: opened, changed, closed and reopened as the fact is. Nothing is
 * sent when nothing changed. The page a script writes is the result; the issue is its messenger, so silence is no failure.
 */
export async function tellIssue(context: ScriptContext, issue: RollingIssue): Promise<Told> {
  const reply = await upsert(context, issue);
  if ('unavailable' in reply) {
    context.log(`no issue for ${issue.marker}: ${reply.unavailable}`);
    return { untold: reply.unavailable };
  }
  const { number, url, created, changed } = reply.value;
  return { number, url, told: created ? 'opened' : changed ? 'changed' : 'nothing new' };
}

/** Where issues are switched off, or the token may not write them, the page still stands: GitHub's refusal ends no run. */
async function upsert(
  context: ScriptContext,
  issue: RollingIssue,
): ReturnType<ScriptContext['forge']['issues']['upsert']> {
  try {
    return await context.forge.issues.upsert(issue);
  } catch (error) {
    const refusal = error instanceof Error ? /^forge: issues\.upsert: (.*)$/s.exec(error.message)?.[1] : undefined;
    if (refusal === undefined) throw error;
    return { unavailable: refusal };
  }
}
