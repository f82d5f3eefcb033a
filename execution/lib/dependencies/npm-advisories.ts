import { z } from 'zod';
import type { ScriptContext } from '../../../src/script.ts';
import { PUBLIC_REGISTRY } from '../npm-registry.ts';
import { askWeb } from '../web-request.ts';
import type { InstalledPackage } from './npm-installed.ts';

/** From the worst on. */
export const SEVERITIES = ['critical', 'high', 'moderate', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

const Advisory = z.object({
  title: z.string().catch(''),
  severity: z.enum(SEVERITIES).catch('moderate'),
  url: z.string().catch(''),
  vulnerable_versions: z.string().catch('*'),
});
export type Advisory = z.infer<typeof Advisory>;
const NO_SUCH_ADDRESS = [400, 404, 405, 410, 501];
/** What is known of a thousand packages of ten years ago. */
const LARGEST_ANSWER = 8 * 1024 * 1024;

const Answer = z.record(z.string(), z.array(Advisory));

/**
 * `unlisted`: no list that can be read; `isForGood` where the registry has no such address, rather than a login, a proxy
 * or a bad day. `busy` may pass by itself.
 */
export type Advisories =
  | { kind: 'found'; byName: ReadonlyMap<string, readonly Advisory[]> }
  | { kind: 'unlisted'; reason: string; isForGood: boolean }
  | { kind: 'busy'; reason: string };

/**
 * Asks each registry what is known against the packages it is asked for, as `npm audit` does. A package that came from
 * elsewhere is not named to it: its name may be nobody's business.
 */
export async function askAdvisories(
  context: ScriptContext,
  installed: readonly InstalledPackage[],
  options: { registryOf: (name: string) => string; timeoutMs: number },
): Promise<Advisories> {
  const byRegistry = Map.groupBy(
    installed.filter(({ name, resolved }) => isOf(options.registryOf(name), resolved)),
    ({ name }) => options.registryOf(name),
  );
  const byName = new Map<string, Advisory[]>();
  for (const [registry, packages] of [...byRegistry].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const answer = await askOne(context, { registry, packages, timeoutMs: options.timeoutMs });
    if (answer.kind !== 'found') return answer;
    for (const [name, advisories] of answer.byName) byName.set(name, [...advisories]);
  }
  return { kind: 'found', byName };
}

/** Lock files name the public registry where a mirror was used, and what is there everybody may know. */
function isOf(registry: string, resolved: string | undefined): boolean {
  if (resolved === undefined || !URL.canParse(resolved) || !URL.canParse(registry)) return resolved === undefined;
  return [new URL(registry).host, new URL(PUBLIC_REGISTRY).host].includes(new URL(resolved).host);
}

async function askOne(
  context: ScriptContext,
  asked: { registry: string; packages: readonly InstalledPackage[]; timeoutMs: number },
): Promise<Advisories> {
  const versions = Map.groupBy(asked.packages, ({ name }) => name);
  const body = Object.fromEntries([...versions].map(([name, all]) => [name, all.map(({ version }) => version)]));
  const answer = await askWeb(context, {
    url: `${asked.registry}/-/npm/v1/security/advisories/bulk`,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
    timeoutMs: asked.timeoutMs,
    isRepeatable: true,
    maxBytes: LARGEST_ANSWER,
    types: ['application/json'],
  });
  if (answer.kind === 'busy' && answer.status !== 501)
    return { kind: 'busy', reason: `the registry ${asked.registry} does not say what is vulnerable: ${answer.reason}` };
  if (answer.kind !== 'answer')
    return { kind: 'unlisted', reason: answer.reason, isForGood: NO_SUCH_ADDRESS.includes(answer.status) };
  const read = Answer.safeParse(parseJson(answer.text));
  if (!read.success) return { kind: 'unlisted', reason: 'its answer makes no sense', isForGood: false };
  return { kind: 'found', byName: new Map(Object.entries(read.data).filter(([name]) => versions.has(name))) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
