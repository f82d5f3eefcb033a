import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Packages of the agent's own dependencies that a script could only mean to get around `context.fetch`. */
const NETWORK_PACKAGES = /^undici(\/|$)/;

const agentRoot = new URL('../../', import.meta.url);

/**
 * Lets the scripts of another checkout (`--repo DIR`) run with this agent: `../src/script.ts` is always the API of the
 * agent that runs, and packages that the checkout has not installed come from the agent's own.
 */
export function resolveLikeTheAgent(workspace: string): void {
  const publicApi = new URL('src/script.ts', agentRoot).href;
  const scriptApi = pathToFileURL(join(workspace, 'src/script.ts')).href;
  registerHooks({
    resolve(specifier, context, next) {
      if (NETWORK_PACKAGES.test(specifier))
        throw new Error(`${specifier}: scripts have no network of their own; use context.fetch`);
      const isRelative = /^\.{0,2}\//.test(specifier);
      if (isRelative && context.parentURL && new URL(specifier, context.parentURL).href === scriptApi)
        return next(publicApi, context);
      if (isRelative || /^[a-z]+:/.test(specifier)) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch (error) {
        try {
          return next(specifier, { ...context, parentURL: publicApi });
        } catch {
          // The first error names the script that asked.
          throw error;
        }
      }
    },
  });
}
