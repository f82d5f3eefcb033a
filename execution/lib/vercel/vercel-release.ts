import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScriptContext } from '../../../src/script.ts';
import { boundedMap } from '../bounded-map.ts';
import type { SiteFile } from './site-folder.ts';
import { askVercel, type VercelAccess, type VercelAnswer } from './vercel-api.ts';
import { type Deployment, findByMeta, getDeployment, readDeployment } from './vercel-deployment.ts';

/** What is deployed, where to, and the words by which it is found again. */
export interface Release {
  project: string;
  folder: string;
  files: readonly SiteFile[];
  isProduction: boolean;
  meta: { steward: string; stewardContent: string };
}

export type Created =
  | { deployment: Deployment; uploaded: number; isFound: boolean }
  | Exclude<VercelAnswer, { kind: 'answer' }>;

const UPLOADS_AT_ONCE = 4;
/** A list may not show yet what was made a moment ago. */
const SETTLE_MS = 1000;

/**
 * Makes the deployment. Vercel says which files it does not have, and only these are sent. Where its last answer is lost
 * the deployment may be there: it is looked for, and never made a second time.
 */
export async function createDeployment(
  context: ScriptContext,
  access: VercelAccess,
  release: Release,
): Promise<Created> {
  let uploaded = 0;
  let answer = await post(context, access, release);
  if (answer.kind === 'missing') {
    const sent = await upload(context, access, release, answer.digests);
    if (typeof sent !== 'number') return sent;
    uploaded = sent;
    answer = await post(context, access, release);
  }
  if (answer.kind === 'busy') return adopt(context, access, release, { lost: answer, uploaded });
  const deployment = readDeployment(answer);
  if (!('kind' in deployment)) return { deployment, uploaded, isFound: false };
  return deployment.kind === 'busy' ? adopt(context, access, release, { lost: deployment, uploaded }) : deployment;
}

const post = (context: ScriptContext, access: VercelAccess, release: Release): Promise<VercelAnswer> =>
  askVercel(context, access, {
    path: '/v13/deployments',
    // Else the first deployment of a project asks a person to confirm what it takes the site for.
    query: { skipAutoDetectionConfirmation: '1' },
    json: {
      name: release.project,
      files: release.files.map(({ path, sha1, size }) => ({ file: path, sha: sha1, size })),
      meta: release.meta,
      ...(release.isProduction ? { target: 'production' } : {}),
    },
  });

async function upload(
  context: ScriptContext,
  access: VercelAccess,
  { folder, files }: Release,
  digests: readonly string[],
): Promise<number | Exclude<VercelAnswer, { kind: 'answer' }>> {
  const wanted = [...new Map(files.map((file) => [file.sha1, file])).values()].filter(({ sha1 }) =>
    digests.includes(sha1),
  );
  if (wanted.length === 0)
    return { kind: 'refused', status: 400, reason: 'Vercel asks for files that are not in the folder' };
  let failed: Exclude<VercelAnswer, { kind: 'answer' }> | undefined;
  await boundedMap(wanted, UPLOADS_AT_ONCE, async ({ path, sha1 }) => {
    if (failed) return;
    const bytes = await readFile(join(context.workspace, folder, path));
    const answer = await askVercel(context, access, { path: '/v2/files', file: { bytes, sha1 } });
    if (answer.kind !== 'answer') failed ??= answer;
  });
  return failed ?? wanted.length;
}

async function adopt(
  context: ScriptContext,
  access: VercelAccess,
  { project, meta }: Release,
  { lost, uploaded }: { lost: { kind: 'busy'; reason: string }; uploaded: number },
): Promise<Created> {
  await sleep(SETTLE_MS);
  const found = await findByMeta(context, access, { project, name: 'steward', value: meta.steward });
  if (!('id' in found)) return lost;
  const deployment = await getDeployment(context, access, found.id);
  return 'kind' in deployment ? deployment : { deployment, uploaded, isFound: true };
}
