import { expect, onTestFinished, test } from 'vitest';
import { LOCAL_NETWORK } from '../support/agent-fixture.ts';
import { rss } from '../support/feed-samples.ts';
import { houseOnGitHub } from '../support/house-on-github.ts';
import { localServer } from '../support/local-server.ts';
import { productTree } from '../support/product-tree.ts';
import { startVendorServer } from '../support/vendor-server.ts';

const PAGE = 'knowledge/reports/feeds.md';
/** The agent's clock is the machine's: what is new must be. */
const ITEMS = ['First news', 'Second news'].map((title) => ({
  title,
  at: new Date(Date.now() - 3_600_000).toISOString(),
}));

async function houseWithFeed() {
  const url = await localServer((_, response) => void response.end(rss(ITEMS)));
  return houseOnGitHub({
    ...LOCAL_NETWORK,
    ...(await productTree(['feed_digest'])),
    'knowledge/feeds.yml': `feeds:\n  - { url: "${url}", name: The site }\n`,
  });
}

test('without a model the digest is the ranked list, as a page and as an issue', async () => {
  const house = await houseWithFeed();
  const { entry } = await house.cycle();
  expect(entry).toMatchObject({
    decision: 'feed_digest',
    result: 'success',
    verification: 'verified',
    steps: [{ output: { new_items: 2, listed: 2, by: 'code', untold: 0 } }],
  });
  const page = await house.agent.git('show', `HEAD:${PAGE}`);
  expect(page).toContain('[First news](<https://site.example/First%20news>) (The site, ');
  expect(page).not.toContain('was written by');
  expect(house.github.state.issues).toMatchObject([{ state: 'open', body: expect.stringContaining('[Second news]') }]);
});

test('with a model it begins with a summary, whose cost is in the ledger', async () => {
  const answer = { summary: 'Two things happened.', picks: [{ item: 1, why: 'It is first.' }] };
  const vendor = await startVendorServer({ gemini: [{ json: answer, usage: { in: 600, out: 40 } }] });
  onTestFinished(() => vendor.close());
  const house = await houseWithFeed();
  const { entry } = await house.cycle([], {
    GEMINI_API_KEY: 'sk-test-0123456789abcdef',
    GOOGLE_GEMINI_BASE_URL: vendor.url,
  });
  expect(entry).toMatchObject({
    result: 'success',
    verification: 'verified',
    steps: [{ output: { listed: 2, by: 'gemini-2.5-flash-lite' } }],
    metrics: { calls: [{ step: 1, outcome: 'ok' }] },
  });
  expect(entry.metrics.cost).toBeGreaterThan(0);
  expect(vendor.requests).toHaveLength(1);
  const page = await house.agent.git('show', `HEAD:${PAGE}`);
  expect(page).toContain('Two things happened.\n\n- **1.** It is first.\n\n1. [');
  expect(house.github.state.issues).toMatchObject([{ body: expect.stringContaining('Two things happened.') }]);
});
