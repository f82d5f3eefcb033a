import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { forbid } from './forbid.ts';

const REMEDY = 'scripts have no network of their own; use context.fetch';

/**
 * Node 24's permission model does not cover the network, so the child closes it itself before the script is loaded:
 * every socket, server and name look-up of the process goes through one of these functions. It keeps tested scripts
 * honest (what is not on the tape can not be replayed); code a model wrote runs in a network-less sandbox besides.
 */
export function closeNetwork(): void {
  forbid(net.Socket.prototype, ['connect'], REMEDY);
  forbid(net.Server.prototype, ['listen', '_listen2'], REMEDY);
  closeHandles();
  forbid(net, ['_createServerHandle'], REMEDY);
  forbid(dgram, ['_createSocketHandle'], REMEDY);
  forbid(dgram.Socket.prototype, ['bind', 'connect', 'send'], REMEDY);
  forbid(dns, lookupNames(dns), REMEDY);
  forbid(dns.promises, lookupNames(dns.promises), REMEDY);
  forbid(dns.Resolver.prototype, lookupNames(dns.Resolver.prototype), REMEDY);
  forbid(dns.promises.Resolver.prototype, lookupNames(dns.promises.Resolver.prototype), REMEDY);
  syncBuiltinESMExports();
}

/**
 * The native objects behind sockets can be had from any open one (`process.stdout._handle.constructor`) and bind or
 * listen by themselves; a pipe that binds makes a file wherever it likes.
 */
function closeHandles(): void {
  forbid(prototypeOf(Reflect.get(process.stderr, '_handle')), ['bind', 'listen', 'connect', 'fchmod'], REMEDY);
  const datagrams = Reflect.get(dgram, '_createSocketHandle')?.(undefined, 0, 'udp4');
  const ways = ['bind', 'connect', 'send', 'open'].flatMap((name) => [name, `${name}6`]);
  forbid(prototypeOf(datagrams), [...ways, 'recvStart'], REMEDY);
  datagrams?.close();
}

const prototypeOf = (handle: unknown): object | null =>
  typeof handle === 'object' && handle !== null ? Object.getPrototypeOf(handle) : null;

const lookupNames = (target: object): string[] =>
  Object.getOwnPropertyNames(target).filter(
    (name) => /^(lookup|resolve|reverse)/.test(name) && typeof Reflect.get(target, name) === 'function',
  );
