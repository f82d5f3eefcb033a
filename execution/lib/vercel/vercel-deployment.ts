import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ScriptContext } from '../../../src/script.ts';
import { askVercel, type VercelAccess, type VercelAnswer } from './vercel-api.ts';

/** A deployment as it is at some moment. */
export interface Deployment {
  id: string;
  /** Its own host name, which may want a login. */
  host: string;
  state: string;
  /** Host names of the project that lead to it. */
  aliases: string[];
  /** Whether they lead there already. */
  isAliased: boolean;
  /** Why it failed, in Vercel's words. */
  error: string;
}

type Unanswered = Exclude<VercelAnswer, { kind: 'answer' }>;

const Text = z.string().catch('');
const Found = z.object({
  id: z.string().regex(/^[\w-]{1,100}$/),
  url: Text,
  readyState: Text,
  alias: z.array(z.string()).catch([]),
  aliasAssigned: z.union([z.boolean(), z.number()]).nullish().catch(null),
  errorMessage: z.string().nullish().catch(null),
  aliasError: z.object({ message: Text }).nullish().catch(null),
});

/** Lists call the id `uid`, and the state `state` or `readyState`. */
const Listed = z.object({
  uid: z.string().regex(/^[\w-]{1,100}$/),
  meta: z.record(z.string(), z.unknown()).nullish().catch(null),
});
const Page = z.object({
  deployments: z.array(z.unknown()),
  pagination: z
    .object({ next: z.number().nullish().catch(null) })
    .nullish()
    .catch(null),
});

const MALFORMED: Unanswered = { kind: 'busy', reason: 'Vercel answers something that can not be read' };

/** Over and done with, well or badly. */
export const isOver = ({ state, isAliased }: Deployment, isProduction: boolean): boolean =>
  ['ERROR', 'CANCELED', 'DELETED'].includes(state) || (state === 'READY' && (isAliased || !isProduction));

export const readDeployment = (answer: VercelAnswer): Deployment | Unanswered => {
  if (answer.kind !== 'answer') return answer;
  const found = Found.safeParse(answer.json).data;
  if (!found) return MALFORMED;
  return {
    id: found.id,
    host: found.url.slice(0, 200),
    state: found.readyState.slice(0, 40),
    aliases: found.alias.slice(0, 5).map((alias) => alias.slice(0, 200)),
    isAliased: found.aliasAssigned !== false && found.aliasAssigned != null,
    error: (found.errorMessage ?? found.aliasError?.message ?? '').slice(0, 300),
  };
};

export const getDeployment = async (
  context: ScriptContext,
  access: VercelAccess,
  id: string,
): Promise<Deployment | Unanswered> =>
  readDeployment(await askVercel(context, access, { path: `/v13/deployments/${encodeURIComponent(id)}` }));

/**
 * Looks for the deployment with this word in its meta data. `absent` is only said where every deployment of the project
 * was seen: Vercel's filter for meta data is not in its reference, and a server that ignores it must not be believed.
 */
export async function findByMeta(
  context: ScriptContext,
  access: VercelAccess,
  wanted: { project: string; name: string; value: string; query?: Readonly<Record<string, string>> },
): Promise<{ id: string } | { absent: true } | Unanswered> {
  const { project, name, value, query = {} } = wanted;
  const answer = await askVercel(context, access, {
    path: '/v6/deployments',
    query: { app: project, [`meta-${name}`]: value, limit: '100', ...query },
  });
  // There is no such project, so it has no deployment either.
  if (answer.kind === 'refused' && answer.status === 404) return { absent: true };
  if (answer.kind !== 'answer') return answer;
  const page = Page.safeParse(answer.json).data;
  if (!page) return MALFORMED;
  const listed = page.deployments.map((each) => Listed.safeParse(each).data);
  const found = listed.find((each) => each?.meta?.[name] === value);
  if (found) return { id: found.uid };
  if (page.pagination?.next != null)
    return { kind: 'busy', reason: 'Vercel lists more deployments than can be looked at' };
  return listed.includes(undefined) ? MALFORMED : { absent: true };
}

/** What the project shows now: the meta data of its newest production deployment that is ready. Empty where there is none. */
export async function currentMeta(
  context: ScriptContext,
  access: VercelAccess,
  project: string,
): Promise<{ id: string; meta: Record<string, unknown> } | undefined> {
  const answer = await askVercel(context, access, {
    path: '/v6/deployments',
    query: { app: project, target: 'production', state: 'READY', limit: '1' },
  });
  const page = answer.kind === 'answer' ? Page.safeParse(answer.json).data : undefined;
  const newest = Listed.safeParse(page?.deployments[0]).data;
  return newest && { id: newest.uid, meta: newest.meta ?? {} };
}

/** Asks until the deployment is ready or has failed, as often as `tries` says; what it was last, otherwise. */
export async function awaitDeployment(
  context: ScriptContext,
  access: VercelAccess,
  from: { deployment: Deployment; tries: number; pauseMs: number; isProduction: boolean },
): Promise<Deployment> {
  let { deployment } = from;
  for (let attempt = 0; attempt < from.tries && !isOver(deployment, from.isProduction); attempt++) {
    await sleep(from.pauseMs);
    const asked = await getDeployment(context, access, deployment.id);
    if (!('kind' in asked)) deployment = asked;
  }
  return deployment;
}
