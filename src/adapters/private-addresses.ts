import { BlockList, isIP } from 'node:net';

/**
 * What IANA keeps for private and local use, and what wraps an IPv4 address into an IPv6 one. The ranges for documentation are
 * nobody's network: some sandboxes have their mirrors there.
 */
const PRIVATE_RANGES = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

export interface AddressGuard {
  /** Why an address of the host may not be reached; undefined when it may. */
  refusal(address: string, host: string): string | undefined;
}

/** @param allow addresses (`127.0.0.1`), ranges (`10.0.0.0/8`) and names (`wiki.corp.example`) that may be private */
export function openAddressGuard(allow: readonly string[]): AddressGuard {
  const isRange = (entry: string) => isIP(entry.split('/')[0] ?? '') !== 0;
  const names = new Set(allow.filter((entry) => !isRange(entry)).map((name) => name.toLowerCase()));
  const allowed = toBlockList(allow.filter(isRange));
  const refused = toBlockList(PRIVATE_RANGES);
  return {
    refusal(address, host) {
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      // `fe80::1%eth0` names a link, too.
      const plain = address.replace(/%.*$/, '');
      if (names.has(host.toLowerCase()) || allowed.check(plain, family) || !refused.check(plain, family))
        return undefined;
      const what =
        address === host ? `${host} is a private address` : `${host} leads to the private address ${address}`;
      return `${what}; a script may not fetch it unless .github/steward.yml says \`network: { allow: ["${host}"] }\``;
    },
  };
}

function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  }
  return list;
}
