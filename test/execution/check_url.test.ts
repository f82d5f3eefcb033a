import { describe, expect, it } from 'vitest';
import { answeringServer, closedAddress } from '../support/answering-server.ts';
import { badAddress, badWeb } from '../support/bad-web.ts';
import { temporaryFolder } from '../support/git-fixture.ts';
import { outputOf, runScript } from '../support/run-script.ts';

async function check(input: object) {
  return runScript({ script: 'check_url', workspace: await temporaryFolder(), input: { pause_s: 0, ...input } });
}

describe('check_url', () => {
  it('accepts a page that shows its title, behind a redirect, and asks no further', async () => {
    const server = await answeringServer(({ path }) =>
      path === '/old' ? { status: 301, headers: { location: '/new' } } : { body: '<h1>Tom &amp; Jerry’s</h1>' },
    );
    const output = outputOf(await check({ url: `${server.url}/old`, text: "Tom & Jerry's" }));
    expect(output).toEqual({
      ok: true,
      status: 200,
      reason: `${server.url}/old (which leads to ${server.url}/new) answers 200 and shows the text`,
    });
    expect(server.requests).toHaveLength(2);
  });

  it('waits for a page that is published a moment later', async () => {
    let asked = 0;
    const server = await answeringServer(() => ({ status: ++asked < 3 ? 404 : 200, body: 'there' }));
    expect(outputOf(await check({ url: server.url }))).toMatchObject({ ok: true });
    expect(asked).toBe(3);
  });

  it('refutes what is there and wrong', async () => {
    const bad = await badWeb();
    for (const [path, reason] of [
      ['/404', 'answers 404'],
      ['/500', 'answers 500'],
      ['/html', 'does not show "The title"'],
      ['/metadata', 'private address'],
    ] as const) {
      const output = outputOf(await check({ url: badAddress(bad, path), text: 'The title', tries: 1 }));
      expect(output).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
    }
  });

  it('leaves open what nobody answers', async () => {
    const bad = await badWeb();
    for (const url of [badAddress(bad, '/429'), badAddress(bad, '/reset'), await closedAddress()]) {
      const { outcome } = await check({ url, tries: 1 });
      expect(outcome).toMatchObject({ status: 'skipped', reason: expect.stringContaining('nothing is known of') });
    }
  });
});
