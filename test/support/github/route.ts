import { type Need, requireOneOf, type Token } from './auth.ts';
import type { JsonObject } from './json-schema.ts';
import { type Reply, refusal } from './reply.ts';
import type { Store } from './store.ts';

/** One operation: which it is, who may, and what it does. */
export interface Route {
  /** Method and path of the OpenAPI description, `GET /repos/{owner}/{repo}/issues`. */
  operation: string;
  /** The token needs one of these. */
  needs: readonly Need[];
  /** Parameters and properties that GitHub knows and the fake does not: to use one is a violation. */
  unsupported?: readonly string[];
  /** Media types beside JSON, for example `raw`. */
  media?: readonly string[];
  handle(call: Call): Reply | Promise<Reply>;
}

export interface Call {
  store: Store;
  token: Token & { value: string };
  /** Placeholders of the path. */
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  /** An empty object when there was no body. */
  body: JsonObject;
  /** The media type that was asked for, `json` unless the route knows it. */
  media: string;
}

export interface MatchedRoute {
  route: Route;
  method: string;
  /** The path with its placeholders. */
  path: string;
  params: Record<string, string>;
}

/** Refs and files have slashes in their names; everything else ends at one, unless it is encoded. */
const SLASHED = /\{(ref|path)\}$/;

export function createRouter(routes: readonly Route[]): (method: string, path: string) => MatchedRoute | undefined {
  const table = routes.map((route) => {
    const [method = '', path = ''] = route.operation.split(' ');
    const isSlashed = SLASHED.test(path) && !path.includes('/commits/');
    const pattern = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      isSlashed && path.endsWith(`{${name}}`) ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
    );
    return { route, method, path, pattern: new RegExp(`^${pattern}$`) };
  });
  return (wanted, actual) => {
    for (const { route, method, path, pattern } of table) {
      const groups = method === wanted ? pattern.exec(actual) : null;
      if (!groups) continue;
      const params = Object.entries(groups.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]);
      return { route, method, path, params: Object.fromEntries(params) };
    }
    return undefined;
  };
}

/** Refuses who may not, and what is of another repository. */
export function admit({ route, params }: MatchedRoute, { store, token }: { store: Store; token: Token }): void {
  const { owner, name, isArchived } = store.state.repository;
  const isSame = (given: string | undefined, own: string) => given?.toLowerCase() === own.toLowerCase();
  const isHere = params.owner === undefined || (isSame(params.owner, owner) && isSame(params.repo, name));
  if (!isHere) throw refusal(404, 'Not Found');
  requireOneOf(token, route.needs);
  const isWrite = !route.operation.startsWith('GET ');
  if (isWrite && isArchived) throw refusal(403, 'Repository was archived so is read-only.');
}
