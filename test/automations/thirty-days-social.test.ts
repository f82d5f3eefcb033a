import { expect, it } from 'vitest';
import type { Network } from '../../execution/lib/social/queue-file.ts';
import { queued, type SocialHouse, socialHouse, textsOn } from '../support/social/social-house.ts';
import { dayAt, seeds } from '../support/thirty-days.ts';
import { type Chances, createChances } from '../support/thirty-days-chances.ts';

const START = '2026-03-02';
const NETWORKS: Network[] = ['bluesky', 'mastodon'];
/** On every third day a post is queued. */
const POST_DAYS = [1, 4, 7, 10, 13, 16, 19, 22, 25];
const textOf = (day: number): string => `News of day ${day}.`;

function shake({ bluesky, mastodon }: SocialHouse, chances: Chances): void {
  const answers = {
    cut: 'cut',
    busy: { status: 503 },
    limit: { status: 429, headers: { 'retry-after': '0' } },
  } as const;
  for (const [network, server] of Object.entries({ bluesky, mastodon }))
    for (const method of ['GET', 'POST'] as const)
      for (const [name, answer] of Object.entries(answers)) {
        const share = (method === 'GET' ? 0.05 : 0.15) / 3;
        const test = (path: string) => chances.happens(`${network} ${name} ${method} ${path}`, share);
        server.fail({ path: Object.assign(/^/, { test }), method, answer, times: Number.POSITIVE_INFINITY });
      }
}

/** Every post of a network, with the day on which the run that first showed it took place. */
async function month(house: SocialHouse, chances: Chances) {
  const seen = new Map<string, number>();
  const count = { runs: 0, killed: 0 };
  const send = async (network: Network, now: Date) => {
    chances.nextRun();
    count.runs += 1;
    await house.send(network, { now, house: NETWORKS });
  };
  for (let day = 1; day <= 30; day++) {
    const now = dayAt(START, day, 6);
    house.mastodon.now = now.toISOString();
    house.mastodon.forgetKeys();
    if (POST_DAYS.includes(day))
      await house.repo.commit({
        files: { [`social/queue/news-${day}.md`]: queued(textOf(day)) },
        at: dayAt(START, day).toISOString(),
      });
    for (const network of NETWORKS) {
      await send(network, now);
      if (chances.happens(`${network}: the runner dies`, 0.1)) {
        count.killed += 1;
        await house.repo.git('reset', '--quiet', '--hard');
        await house.repo.git('clean', '--quiet', '-fd', 'social');
        await send(network, now);
      }
      if (chances.roll(`${network} twice`) < 0.15) await send(network, now);
    }
    if ((await house.repo.git('status', '--porcelain', 'social')) !== '')
      await house.repo.commit({ author: 'steward[bot]', message: 'Keep the books', at: now.toISOString() });
    for (const [network, texts] of Object.entries(textsByNetwork(house)))
      for (const text of texts) if (!seen.has(`${network}: ${text}`)) seen.set(`${network}: ${text}`, day);
  }
  return { ...count, seen };
}

const textsByNetwork = (house: SocialHouse): Record<Network, string[]> => ({
  bluesky: textsOn(house),
  mastodon: house.mastodon.statuses.map(({ text }) => text),
});

it.each(seeds)(
  'thirty days with faults, seed %i: each post goes out once, and soon',
  { timeout: 300_000 },
  async (seed) => {
    const chances = createChances(seed);
    const house = await socialHouse({});
    shake(house, chances);
    const { runs, killed, seen } = await month(house, chances);
    const texts = textsByNetwork(house);
    // biome-ignore lint/suspicious/noConsole: one line for whoever runs the tests
    console.log(
      `social_posts (seed ${seed}): 30 days, ${runs} runs (${killed} killed), ${chances.faults} faults, ${texts.bluesky.length} + ${texts.mastodon.length} posts, ${POST_DAYS.length} facts on ${NETWORKS.length} networks`,
    );
    for (const network of NETWORKS) {
      expect(texts[network].toSorted()).toEqual(POST_DAYS.map(textOf).toSorted());
      for (const day of POST_DAYS) expect(seen.get(`${network}: ${textOf(day)}`)).toBeLessThanOrEqual(day + 3);
    }
    expect(chances.faults).toBeGreaterThan(0);
  },
);
