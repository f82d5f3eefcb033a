import { type AnsweringServer, answeringServer, type ServerAnswer } from './answering-server.ts';
import type { Tree } from './git-fixture.ts';

/** What a registry tells of a package; `versions` beside the latest one, each with its word of deprecation. */
export function metadata(latest: string, versions: Record<string, string | boolean | undefined> = {}): ServerAnswer {
  const all = { [latest]: undefined, ...versions };
  return {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      'dist-tags': { latest },
      versions: Object.fromEntries(
        Object.entries(all).map(([version, deprecated]) => [version, deprecated === undefined ? {} : { deprecated }]),
      ),
    }),
  };
}

const NOT_FOUND: ServerAnswer = { status: 404, body: '{"error":"Not found"}' };

/** A registry that knows these packages, by path. */
export const registry = (packages: Record<string, ServerAnswer>): Promise<AnsweringServer> =>
  answeringServer(({ path }) => packages[decodeURIComponent(path.slice(1))] ?? NOT_FOUND);

/** The tree of a project that depends on ranges, with a lock file where something is installed. */
export const project = (
  dependencies: Record<string, string>,
  installed?: Record<string, string>,
  more: object = {},
): Tree => ({
  'package.json': JSON.stringify({ name: 'x', dependencies, ...more }),
  ...(installed
    ? {
        'package-lock.json': JSON.stringify({
          lockfileVersion: 3,
          packages: {
            '': { dependencies },
            ...Object.fromEntries(
              Object.entries(installed).map(([name, version]) => [`node_modules/${name}`, { version }]),
            ),
          },
        }),
      }
    : {}),
});
