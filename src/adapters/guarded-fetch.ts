import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { fetchWith, type ScriptFetch } from './http.ts';
import { openAddressGuard } from './private-addresses.ts';

type LookupCallback = (error: Error | null, found: string | LookupAddress[], family?: number) => void;

/**
 * The network as scripts get it: what an issue, a page or a redirect names must not become a door into the machine or
 * the network it stands in. The check is made where the connection is, so that a name which resolves otherwise the
 * second time, or a redirect, gains nothing.
 * @param allow `network.allow` of the config: addresses, ranges and names that may be private
 */
export function scriptFetch(allow: readonly string[]): ScriptFetch {
  // Loaded with the first request: most scripts make none.
  let opening: ReturnType<typeof openGuarded> | undefined;
  return async (params, signal) => {
    opening ??= openGuarded(allow);
    return fetchWith(await opening, params, signal);
  };
}

async function openGuarded(allow: readonly string[]): Promise<typeof fetch> {
  const undici = await import('undici');
  const guard = openAddressGuard(allow);
  const connect = undici.buildConnector({ lookup: guardedLookup(guard.refusal) });
  const dispatcher = new undici.Agent({
    connect(options, callback) {
      const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
      // An address is not looked up.
      const refusal = isIP(host) === 0 ? undefined : guard.refusal(host, host);
      if (refusal) callback(new Error(refusal), null);
      else connect(options, callback);
    },
  });
  // undici's own types of a request and Node's differ in name only.
  return ((url: string, init: RequestInit) =>
    undici.fetch(url, { ...init, dispatcher } as Parameters<typeof undici.fetch>[1])) as unknown as typeof fetch;
}

/** Gives the addresses that may be reached; an error that names the first that may not when none is left. */
function guardedLookup(refusal: (address: string, host: string) => string | undefined) {
  return (host: string, options: LookupOptions, callback: LookupCallback): void => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const reachable = found.filter(({ address }) => refusal(address, host) === undefined);
      const [first] = reachable;
      if (!first) return callback(new Error(refusal(found[0]?.address ?? '', host) ?? `${host} has no address`), []);
      if (options.all) callback(null, reachable);
      else callback(null, first.address, first.family);
    });
  };
}
