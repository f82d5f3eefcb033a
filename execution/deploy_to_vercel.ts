import { z } from 'zod';
import { defineScript, type ScriptContext, type Skip } from '../src/script.ts';
import { contentId, readSiteFolder } from './lib/vercel/site-folder.ts';
import type { VercelAccess } from './lib/vercel/vercel-api.ts';
import {
  awaitDeployment,
  currentMeta,
  type Deployment,
  findByMeta,
  getDeployment,
} from './lib/vercel/vercel-deployment.ts';
import { VERCEL } from './lib/vercel/vercel-place.ts';
import { createDeployment } from './lib/vercel/vercel-release.ts';

const input = z.strictObject({
  project: z
    .string()
    .regex(/^(?!.*---)[a-z0-9._-]{1,100}$/, 'the name of a Vercel project')
    .describe('Name of the project; Vercel makes it when it is new'),
  folder: z
    .string()
    .regex(/^[\w-]+(\/[\w-]+)*$/, 'a folder such as site')
    .default('site')
    .describe('What is deployed'),
  prod: z.boolean().default(false).describe('Deploy to production; else as a preview'),
  ...VERCEL,
  polls: z.int().min(1).max(200).default(60).describe('How often the state is asked for'),
  poll_ms: z.int().min(0).max(60_000).default(4000).describe('Pause before each time'),
});
type Input = z.infer<typeof input>;

const output = z.object({
  id: z.string(),
  state: z.string(),
  url: z.string(),
  reason: z.string(),
  files: z.int(),
  uploaded: z.int(),
  adopted: z.boolean(),
});
type Output = z.infer<typeof output>;

/**
 * What stays wrong until somebody acts (a token that is not accepted, a failed build) is an output with a reason, which
 * the success criterion refutes: it counts as a failure, and there is no script to repair. What may pass by itself, and
 * the limit of the plan, is skipped.
 */
export default defineScript({
  summary: 'Deploys a folder to Vercel, and waits until it is ready. What is there already is not deployed again.',
  input,
  output,
  async run(context, input) {
    const access = accessFor(context, input);
    if (!access) return context.skip('there is no VERCEL_TOKEN: make one at vercel.com/account/tokens');
    const site = await readSiteFolder(context, input.folder);
    if ('problem' in site) return refused(site.problem);
    const { files } = site;
    const content = contentId(files);
    const mine = await findMine(context, access, input);
    if ('id' in mine) return adopt(context, access, { input, id: mine.id, files: files.length });
    if ('kind' in mine) return mine.kind === 'refused' ? refused(mine.reason) : context.skip(reasonOf(mine));
    const now = input.prod ? await currentMeta(context, access, input.project) : undefined;
    if (now?.meta.stewardContent === content)
      return context.skip(`nothing changed: ${now.id} shows these ${files.length} files`);
    const created = await createDeployment(context, access, {
      project: input.project,
      folder: input.folder,
      files,
      isProduction: input.prod,
      meta: { steward: context.key, stewardContent: content },
    });
    if (!('kind' in created)) {
      const { deployment, uploaded, isFound } = created;
      return finish(context, access, { input, deployment, uploaded, files: files.length, adopted: isFound });
    }
    return created.kind === 'refused' ? refused(created.reason) : context.skip(reasonOf(created));
  },
  async find(context, input) {
    const access = accessFor(context, input);
    if (!access) return { unknown: 'there is no VERCEL_TOKEN to look with' };
    const mine = await findMine(context, access, input);
    if ('absent' in mine) return { absent: true };
    if (!('id' in mine)) return { unknown: reasonOf(mine) };
    const found = await adopt(context, access, { input, id: mine.id, files: 0 });
    return 'skipped' in found ? { unknown: found.skipped } : { found };
  },
});

const findMine = (context: ScriptContext, access: VercelAccess, { project }: Input) =>
  findByMeta(context, access, { project, name: 'steward', value: context.key });

const reasonOf = (answer: { kind: string; reason?: string }): string => answer.reason ?? `Vercel says: ${answer.kind}`;

/** An earlier call with this key made it. */
async function adopt(
  context: ScriptContext,
  access: VercelAccess,
  { input, id, files }: { input: Input; id: string; files: number },
): Promise<Output | Skip> {
  const deployment = await getDeployment(context, access, id);
  if ('kind' in deployment) return context.skip(`${id} is there, and can not be read: ${reasonOf(deployment)}`);
  return finish(context, access, { input, deployment, uploaded: 0, files, adopted: true });
}

function accessFor({ secrets }: ScriptContext, { api, team }: Input): VercelAccess | undefined {
  const token = secrets.VERCEL_TOKEN?.trim();
  return token ? { api: api.replace(/\/+$/, ''), token, ...(team === undefined ? {} : { team }) } : undefined;
}

const refused = (reason: string): Output => ({
  id: '',
  state: 'REFUSED',
  url: '',
  reason,
  files: 0,
  uploaded: 0,
  adopted: false,
});

async function finish(
  context: ScriptContext,
  access: VercelAccess,
  {
    input,
    deployment,
    ...counts
  }: { input: Input; deployment: Deployment; uploaded: number; files: number; adopted: boolean },
): Promise<Output> {
  const last = await awaitDeployment(context, access, {
    deployment,
    tries: input.polls,
    pauseMs: input.poll_ms,
    isProduction: input.prod,
  });
  const host = (input.prod ? last.aliases[0] : undefined) ?? last.host;
  return { id: last.id, state: last.state, url: host === '' ? '' : `https://${host}`, reason: last.error, ...counts };
}
