import { describe, expect, it } from 'vitest';
import { scriptFetch } from '../../src/adapters/guarded-fetch.ts';
import { openAddressGuard } from '../../src/adapters/private-addresses.ts';
import { parseConfig } from '../../src/domain/config.ts';
import { localServer } from '../support/local-server.ts';

/** Where scripts may not go, by the agent's own fetch and a real server that stands where they may not. */

const get = (url: string, allow: string[] = []) =>
  scriptFetch(allow)(
    { method: 'GET', url, headers: {}, body: null, redirect: 'follow' },
    AbortSignal.timeout(5000),
  ).then(
    ({ status, body }) => `${status} ${Buffer.from(body, 'base64').toString()}`,
    (error) => `${error.message}: ${error.cause?.message}`,
  );

async function visited() {
  const visits: string[] = [];
  const url = await localServer(({ url: path = '' }, response) => {
    visits.push(path);
    const to = /^\/to\/(.+)$/.exec(path)?.[1];
    if (to) response.writeHead(302, { location: decodeURIComponent(to) });
    response.end('inside');
  });
  return { url, port: new URL(url).port, visits };
}

describe('a script reaches', () => {
  it('no loopback address, however it is written', async () => {
    const { port, visits } = await visited();
    const hosts = ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '127.1', '[::ffff:127.0.0.1]', '[::1]', '0.0.0.0'];
    for (const host of hosts)
      expect(await get(`http://${host}:${port}/`), host).toMatch(/private address.*a script may not fetch it unless/);
    expect(visits).toEqual([]);
  });

  it('what the config allows: an address, a range or a name', async () => {
    const { url, port } = await visited();
    expect(await get(url, ['127.0.0.1'])).toBe('200 inside');
    expect(await get(url, ['127.0.0.0/8'])).toBe('200 inside');
    expect(await get(`http://localhost:${port}/`, ['LOCALHOST', '10.0.0.1'])).toBe('200 inside');
    expect(await get(url, ['127.0.0.2', '10.0.0.0/8', 'localhost'])).toContain(
      '127.0.0.1 is a private address; a script may not fetch it unless .github/steward.yml says `network: { allow: ["127.0.0.1"] }`',
    );
  });

  it('nothing private by way of a redirect', async () => {
    const { url, port, visits } = await visited();
    const ask = (to: string) => get(`http://localhost:${port}/to/${encodeURIComponent(to)}`, ['localhost']);
    expect(await ask('http://169.254.169.254/latest/meta-data/')).toContain('169.254.169.254 is a private address');
    expect(await ask(url)).toContain('127.0.0.1 is a private address');
    expect(visits).toHaveLength(2);
  });
});

describe('a private address', () => {
  const refusal = (address: string, ...allow: string[]) => openAddressGuard(allow).refusal(address, address);

  it('is one of every kind that IANA keeps back', () => {
    const kept = '10.1.2.3 100.64.0.1 169.254.1.1 172.31.9.9 192.168.0.1 198.19.0.1 224.0.0.1 255.255.255.255 :: ::1';
    const wrapped =
      '::127.0.0.1 ::ffff:0:7f00:1 ::ffff:10.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2001:0:1:: fd00::1 fe80::1 fe80::1%eth0 ff02::1';
    for (const address of `${kept} ${wrapped}`.split(' ')) expect(refusal(address), address).toContain('private');
  });

  it('is none of the others', () => {
    for (const address of '1.1.1.1 11.0.0.1 172.32.0.1 192.169.0.1 100.128.0.1 2606:4700::1111 2a00::1'.split(' '))
      expect(refusal(address), address).toBeUndefined();
    expect(refusal('fd00::5', 'fd00::/64')).toBeUndefined();
  });
});

it('what may be allowed is checked with the config', () => {
  const parse = (allow: string) => parseConfig(`network: { allow: ${allow} }`);
  expect(parse('["127.0.0.1", "::1", "10.0.0.0/8", "fd00::/8", "wiki.corp.example", "localhost"]').problems).toEqual(
    [],
  );
  for (const bad of ['127.0.0.1/64', '999.1.1.1', 'http://x', '*', 'a..b', '10.0.0'])
    expect(parse(`["${bad}"]`).problems[0]?.expected, bad).toContain('an address such as 127.0.0.1');
  expect(parse('127.0.0.1').problems[0]?.expected).toContain('a list such as');
});
