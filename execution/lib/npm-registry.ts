import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ScriptContext } from '../../src/script.ts';
import { readIfThere } from './report-file.ts';
import { compareVersions, parseVersion } from './semantic-version.ts';

export const PUBLIC_REGISTRY = 'https://registry.npmjs.org';
/** The short form of a package's metadata: without READMEs, a tenth of the size. */
const ABBREVIATED = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8';
const LONGEST_PAUSE_MS = 5000;

const Metadata = z.object({
  'dist-tags': z.record(z.string(), z.string()).catch({}),
  versions: z.record(
    z.string(),
    z.object({ deprecated: z.union([z.string(), z.boolean()]).optional().catch(undefined) }),
  ),
});

const Manifest = z.object({ version: z.string() });

/**
 * What the registry says of a package. `unlisted` stays so until someone acts, `busy` may pass by itself, and `garbled`
 * is what a proxy's login page looks like. `deprecated` maps versions to their authors' words.
 */
export type RegistryAnswer =
  | { kind: 'found'; newest: string; deprecated: Readonly<Record<string, string>> }
  | { kind: 'unlisted' | 'garbled'; reason: string }
  | { kind: 'busy'; reason: string; pauseMs: number };

/** Without a slash at the end, and without a name and password, which would stand in logs. */
const bare = (address: string): string => address.replace(/^(https?:\/\/)[^/]*@/i, '$1').replace(/\/+$/, '');

/** Which registry a package comes from, as the project's .npmrc says. Credentials in it are not used. */
export async function readRegistries(workspace: string, given?: string): Promise<(name: string) => string> {
  const text = given === undefined ? ((await readIfThere(join(workspace, '.npmrc'))) ?? '') : '';
  const lines = [...text.matchAll(/^[ \t]*((?:@[^\s:=]+:)?registry)[ \t]*=[ \t]*(\S+)[ \t]*$/gm)];
  const settings = new Map(lines.map(([, key = '', url = '']) => [key, url.replace(/^"(.*)"$/, '$1')]));
  const general = given ?? settings.get('registry') ?? PUBLIC_REGISTRY;
  return (name) => bare(settings.get(`${name.split('/')[0]}:registry`) ?? general);
}

/** Asks for one package; asks a second time when the first answer may pass by itself. */
export async function askRegistry(
  context: ScriptContext,
  asked: { name: string; registry: string },
  timeoutMs: number,
): Promise<RegistryAnswer> {
  const first = await askOnce(context, asked, timeoutMs);
  if (first.kind !== 'busy') return first;
  await sleep(first.pauseMs);
  return askOnce(context, asked, timeoutMs);
}

async function askOnce(
  context: ScriptContext,
  { name, registry }: { name: string; registry: string },
  timeoutMs: number,
): Promise<RegistryAnswer> {
  const url = `${registry}/${encodeURIComponent(name).replace('%40', '@')}`;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await context.fetch(url, { headers: { accept: ABBREVIATED }, signal });
    if (response.ok) return readMetadata(await response.text());
    return refusal(response.status, Number(response.headers.get('retry-after') ?? 1) * 1000);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason.startsWith('the answer is over')) return askLatest(context, url, timeoutMs);
    return { kind: 'busy', reason, pauseMs: 500 };
  }
}

/** Packages with a version for every night are megabytes; what their authors call the latest is small. */
async function askLatest(context: ScriptContext, url: string, timeoutMs: number): Promise<RegistryAnswer> {
  try {
    const response = await context.fetch(`${url}/latest`, { signal: AbortSignal.timeout(timeoutMs) });
    const latest = Manifest.safeParse(parseJson(await response.text()));
    const version = latest.success ? parseVersion(latest.data.version) : undefined;
    if (!response.ok || !latest.success || !version || version.isPrerelease)
      return { kind: 'unlisted', reason: 'too many versions to read' };
    return { kind: 'found', newest: latest.data.version, deprecated: {} };
  } catch (error) {
    return { kind: 'busy', reason: error instanceof Error ? error.message : String(error), pauseMs: 500 };
  }
}

function refusal(status: number, pauseMs: number): RegistryAnswer {
  if (status === 408 || status === 429 || status >= 500) {
    const pause = Number.isFinite(pauseMs) ? Math.min(Math.max(pauseMs, 0), LONGEST_PAUSE_MS) : 1000;
    return { kind: 'busy', reason: `it answers ${status}`, pauseMs: pause };
  }
  if (status === 404) return { kind: 'unlisted', reason: 'not in this registry' };
  return { kind: 'unlisted', reason: `the registry answers ${status}` };
}

function readMetadata(text: string): RegistryAnswer {
  const metadata = Metadata.safeParse(parseJson(text));
  if (!metadata.success) return { kind: 'garbled', reason: 'the registry’s answer makes no sense' };
  const { versions, 'dist-tags': tags } = metadata.data;
  const newest = newestStable(Object.keys(versions), tags.latest);
  if (newest === undefined) return { kind: 'unlisted', reason: 'has no stable version' };
  const deprecated = Object.entries(versions).flatMap(([version, { deprecated }]) => {
    const message = deprecated === true ? 'deprecated' : deprecated || '';
    return message === '' ? [] : [[version, message]];
  });
  return { kind: 'found', newest, deprecated: Object.fromEntries(deprecated) };
}

/** What its authors call the latest, where that is stable; else the highest stable version. */
function newestStable(versions: readonly string[], latest = ''): string | undefined {
  const stable = versions.flatMap((text) => {
    const version = parseVersion(text);
    return version && !version.isPrerelease ? [{ text, version }] : [];
  });
  return (stable.find(({ text }) => text === latest) ?? stable.sort((a, b) => compareVersions(b.version, a.version))[0])
    ?.text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
