import type { Directive } from '../domain/directive.ts';
import { FORGE_OPERATIONS, type ForgeRequest } from '../domain/forge.ts';
import { hasMarker } from '../domain/forge-words.ts';
import type { Forge } from '../ports.ts';

/** How much people want to hear of a directive, and the step that would tell them. */
export interface Telling {
  tell: Directive['tell'];
  /** New issues of all scripts together, in seven days. */
  issuesPerWeek: number;
  /** The step's idempotency key. */
  key: string;
  at: Date;
}

const WEEK_MS = 7 * 86_400_000;
const UPSERT = FORGE_OPERATIONS['issues.upsert'];

/** Why people are not told of it: undefined where they are, and for what tells nobody anything. */
export async function silence(
  forge: Forge,
  { operation, params }: ForgeRequest,
  { tell, issuesPerWeek, at }: Telling,
): Promise<string | undefined> {
  if (operation !== 'issues.upsert' && operation !== 'issues.comment') return undefined;
  if (tell === 'never') return 'the directive says `tell: never`: no issue is written';
  const upsert = operation === 'issues.upsert' ? UPSERT.params.safeParse(params).data : undefined;
  if (!upsert || upsert.state === 'closed') return undefined;
  const since = new Date(at.getTime() - WEEK_MS).toISOString();
  const listed = await forge.call('issues.list', { state: 'all', labels: ['steward'], since, limit: 200 });
  const fresh = ('value' in listed ? listed.value : []).filter(({ created }) => created >= since);
  // One that is there is no new one, whatever becomes of its text.
  if (fresh.length < issuesPerWeek || fresh.some(({ body }) => hasMarker(body, upsert.marker))) return undefined;
  return (await isKept(forge, upsert.marker))
    ? undefined
    : `${fresh.length} issues were opened in seven days, and \`quiet: { issues_per_week: ${issuesPerWeek} }\` allows no more`;
}

/** An older issue may be the one that would be edited. */
async function isKept(forge: Forge, marker: string): Promise<boolean> {
  const listed = await forge.call('issues.list', { state: 'all', labels: ['steward'], limit: 500 });
  return 'value' in listed && listed.value.some(({ body }) => hasMarker(body, marker));
}

/**
 * With `tell: always` each run says a word under an issue that is open and has no news, once for each step. What fails
 * here is no failure of the script: it has asked for the issue alone.
 */
export async function remind(
  forge: Forge,
  params: ForgeRequest['params'],
  written: unknown,
  { tell, key, at }: Telling,
): Promise<void> {
  const upsert = UPSERT.params.safeParse(params).data;
  const { number, changed } = UPSERT.result.safeParse(written).data ?? {};
  if (tell !== 'always' || !upsert || upsert.state === 'closed' || !number || changed) return;
  const time = at.toISOString().slice(0, 16).replace('T', ' ');
  const marker = `${upsert.marker.slice(0, 130)}/${key.slice(0, 16)}`;
  await forge.call('issues.comment', { number, marker, body: `Looked at again on ${time} UTC: still so.` });
}
