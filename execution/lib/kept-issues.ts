import type { ScriptContext } from '../../src/script.ts';
import { askForge } from './forge-reading.ts';
import { tellIssue } from './rolling-issue.ts';

/** How many of the agent's own issues are looked through, newest first: as many as `issues.upsert` does. */
const SEARCHED = 500;

export interface KeptIssue {
  number: number;
  state: 'open' | 'closed';
  title: string;
  body: string;
}

/** The agent's issues by marker, those whose marker begins so; what GitHub said where it does not answer. */
export async function readKeptIssues(
  context: ScriptContext,
  prefix: string,
): Promise<{ byMarker: Map<string, KeptIssue> } | { unavailable: string }> {
  const reply = await askForge(context, () =>
    context.forge.issues.list({ state: 'all', labels: ['steward'], limit: SEARCHED }),
  );
  if ('unavailable' in reply) return reply;
  // Such as where issues are switched off.
  if ('refused' in reply) return { unavailable: reply.refused };
  const byMarker = new Map<string, KeptIssue>();
  for (const issue of reply.value) {
    const marker = /<!-- steward:(\S+) -->\s*$/.exec(issue.body)?.[1];
    if (!marker?.startsWith(prefix)) continue;
    // The newest open one is the one that is kept.
    if (issue.state === 'open' && byMarker.get(marker)?.state !== 'open') byMarker.set(marker, issue);
    else if (!byMarker.has(marker)) byMarker.set(marker, issue);
  }
  return { byMarker };
}

/**
 * Closes open issues whose marker begins so and which the state does not know: its file got lost, or somebody took it
 * back, and nobody else would close them.
 */
export async function closeForgotten(
  context: ScriptContext,
  prefix: string,
  isForgotten: (marker: string) => boolean,
): Promise<void> {
  const issues = await readKeptIssues(context, prefix);
  if ('unavailable' in issues) return;
  const forgotten = [...issues.byMarker].filter(([marker, { state }]) => state === 'open' && isForgotten(marker));
  for (const [marker, { title }] of forgotten.slice(0, CLOSED_PER_RUN))
    await tellIssue(context, { marker, title, body: FORGOTTEN, state: 'closed' });
}

const CLOSED_PER_RUN = 10;
const FORGOTTEN = 'It is over. The record of when it began was lost, so how long it lasted is not known.';
