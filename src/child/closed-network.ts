import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/**
 * Node 24's permission model does not cover the network, so the child closes it itself before the script is loaded:
 * every socket, server and name look-up of the process goes through one of these functions. It keeps tested scripts
 * honest (what is not on the tape can not be replayed); code a model wrote runs in a network-less sandbox besides.
 */
export function closeNetwork(): void {
  forbid(net.Socket.prototype, ['connect']);
  forbid(net.Server.prototype, ['listen']);
  forbid(dgram.Socket.prototype, ['bind', 'connect', 'send']);
  forbid(dns, functionNames(dns));
  forbid(dns.promises, functionNames(dns.promises));
  forbid(dns.Resolver.prototype, functionNames(dns.Resolver.prototype));
  forbid(dns.promises.Resolver.prototype, functionNames(dns.promises.Resolver.prototype));
  syncBuiltinESMExports();
}

function forbid(target: object, names: readonly string[]): void {
  for (const name of names) {
    const value = () => {
      throw new Error(`${name}: scripts have no network of their own; use context.fetch`);
    };
    Object.defineProperty(target, name, { value, writable: false, configurable: false });
  }
}

const functionNames = (target: object): string[] =>
  Object.getOwnPropertyNames(target).filter(
    (name) => /^(lookup|resolve|reverse)/.test(name) && typeof (target as Record<string, unknown>)[name] === 'function',
  );
