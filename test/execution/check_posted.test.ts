import { expect, it } from 'vitest';
import { outputOf, runScript } from '../support/run-script.ts';
import { queued, socialHouse } from '../support/social/social-house.ts';

it('asks the networks without a login whether the posts are there', async () => {
  const house = await socialHouse({ news: queued('News') });
  const bluesky = await house.send('bluesky', { house: ['bluesky', 'mastodon'] });
  const sent = { bluesky, mastodon: await house.send('mastodon') };
  const check = (network: 'bluesky' | 'mastodon', more: object = {}) => {
    const { posted, service } = sent[network];
    return runScript({
      script: 'check_posted',
      workspace: house.repo.path,
      input: { network, posted, service, ...more },
    });
  };
  for (const network of ['bluesky', 'mastodon'] as const) {
    const asked = house[network].requests.length;
    expect(outputOf(await check(network))).toEqual({ ok: true, reason: `1 on ${network}, seen without a login` });
    expect(house[network].requests.slice(asked).map(({ headers }) => headers.authorization)).toEqual([undefined]);
    house[network].fail({ path: /./, answer: { status: 503 }, times: 2 });
    expect((await check(network)).outcome).toMatchObject({ status: 'skipped' });
  }
  house.bluesky.records.clear();
  house.mastodon.statuses.length = 0;
  expect(outputOf(await check('bluesky'))).toMatchObject({
    ok: false,
    reason: expect.stringContaining('is not there'),
  });
  expect(outputOf(await check('mastodon'))).toMatchObject({
    ok: false,
    reason: expect.stringContaining('is not there'),
  });
  const elsewhere = await check('mastodon', { posted: ['https://elsewhere.example/@house/1'] });
  expect(outputOf(elsewhere)).toMatchObject({ ok: false });
});

it('says so when nothing was due, and when the account is not let in', async () => {
  const house = await socialHouse({});
  const check = async (more: object) => {
    const input = { network: 'bluesky', posted: [], service: house.bluesky.url, ...more };
    return outputOf(await runScript({ script: 'check_posted', workspace: house.repo.path, input }));
  };
  expect(await check({})).toEqual({ ok: true, reason: 'nothing was due' });
  expect(await check({ trouble: 'bluesky: 503' })).toEqual({ ok: true, reason: 'nothing was posted: bluesky: 503' });
  expect(await check({ trouble: 'bluesky: 401', is_denied: true })).toMatchObject({ ok: false });
});
