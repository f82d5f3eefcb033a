import { context } from '@actions/github';
import { z } from 'zod';

/** What the event that started this run asks for: the form of `Run workflow`, or the payload of a repository_dispatch. */
const Asked = z.object({
  directive: z.string().default(''),
  /** A JSON object: as text from the form, as it is from a payload. */
  params: z.union([z.string(), z.record(z.string(), z.json())]).default(''),
  dry_run: z.union([z.boolean(), z.stringbool()]).default(false),
});
export type Asked = z.infer<typeof Asked>;

/** Read by the toolkit from GITHUB_EVENT_PATH. Throws a ZodError's words for a payload of another form. */
export function readEvent(): (Asked & { origin?: 'dispatch' }) | undefined {
  const { eventName, payload } = context;
  if (eventName === 'workflow_dispatch') return Asked.parse(withoutNulls(payload.inputs));
  if (eventName === 'repository_dispatch')
    return { ...Asked.parse(withoutNulls(payload.client_payload)), origin: 'dispatch' };
  return undefined;
}

/** GitHub sends null for what was left out. */
const withoutNulls = (given: unknown): object =>
  Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== null && value !== ''));
