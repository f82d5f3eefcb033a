import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answeringServer } from '../support/answering-server.ts';
import { rss } from '../support/feed-samples.ts';
import { outputOf } from '../support/run-script.ts';
import { scriptOnGitHub } from '../support/script-on-github.ts';

const PAGE = 'knowledge/reports/feeds.md';
const STATE = 'knowledge/state/feed_digest.json';
const CHECK = { script: 'check_feed_digest' };

async function digested() {
  const feed = { body: rss([{ title: 'First' }, { title: 'Second' }]), status: 200 };
  const server = await answeringServer(() => ({ ...feed, headers: { 'retry-after': '0' } }));
  const stage = await scriptOnGitHub({
    script: 'feed_digest',
    forge: ['issues.upsert', 'issues.list'],
    writes: [PAGE, STATE],
    tree: { 'knowledge/feeds.yml': `feeds: [${server.url}/]` },
  });
  outputOf(await stage.run());
  const check = async (input = {}) => outputOf(await stage.run(input, CHECK));
  return { stage, feed, check };
}

describe('check_feed_digest', () => {
  it('accepts a digest whose first item is in its feed, also while the feed does not answer', async () => {
    const { check, feed } = await digested();
    const reason = `${PAGE} lists 2 items, the first of which is in its feed`;
    expect(await check()).toEqual({ ok: true, reason });
    feed.status = 503;
    expect(await check()).toMatchObject({ ok: true });
  });

  it('refutes an item that its feed does not have, unless it is of an old digest', async () => {
    const { check, feed } = await digested();
    feed.body = rss([{ title: 'Other' }]);
    expect(await check()).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^the item “(First|Second)” is not in/),
    });
    expect(await check({ listed: 0 })).toMatchObject({ ok: true, reason: expect.stringContaining('nothing is new') });
  });

  it('refutes a digest that no issue has, unless GitHub could not be told', async () => {
    const { check, stage } = await digested();
    const [issue] = stage.github.state.issues;
    if (issue) issue.body = (issue.body ?? '').replace('12:00 UTC', '11:00 UTC');
    expect(await check()).toEqual({ ok: false, reason: 'no issue on GitHub has this digest' });
    expect(await check({ untold: 1 })).toMatchObject({ ok: true });
  });

  it('refutes a page that is missing or is not the digest, and a state that is none', async () => {
    const { check, stage } = await digested();
    const page = await readFile(join(stage.repo.path, PAGE), 'utf8');
    await stage.repo.write({ [PAGE]: page.replace('First', 'Fist') });
    expect(await check()).toEqual({ ok: false, reason: `${PAGE} is not the digest in ${STATE}` });
    await stage.repo.write({ [STATE]: '<<<<<<< HEAD' });
    expect(await check()).toEqual({ ok: false, reason: `${STATE} can not be read` });
    await stage.repo.write({ [PAGE]: null });
    expect(await check()).toEqual({ ok: false, reason: `${PAGE} does not exist` });
  });
});
