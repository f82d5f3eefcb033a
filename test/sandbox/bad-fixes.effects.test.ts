import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tree } from '../support/git-fixture.ts';
import { type HealHouse, healHouse, refusals } from '../support/heal-house.ts';

/** Repairs of a script that posts to a service outside and then fails: what is done there must be done as before. */

const BROKEN = '    const cents = Math.round(price.toFixed(2) * 100);';
const MENDED = '    const cents = Math.round(Number(price) * 100);';
const POST = "    const told = await context.fetch(url, { method: 'POST', body: name });\n";
const script = (line: string) => `import { z } from 'zod';
import { defineScript } from '../src/script.ts';

const Answer = z.object({ name: z.string(), price: z.union([z.number(), z.string()]) });

export default defineScript({
  summary: 'Tells the shop what it has a price for.',
  input: z.object({ url: z.url() }),
  output: z.object({ cents: z.int(), status: z.int() }),
  async run(context, { url }) {
    const response = await context.fetch(url);
    const { name, price } = Answer.parse(await response.json());
${POST}${line}
    return { cents, status: told.status };
  },
});
`;
const mendedBut = (old: string, now: string) => script(MENDED).replace(old, () => now);
const tree = (url: string): Tree => ({
  'README.md': '# House\n',
  'directives/tell_price.md': `---
every: 1d
effects: external
---
# Directive: tell_price
## Goal
Tell the price of tea.
## Tools
- execution/tell_price.ts --url ${url}
`,
  'execution/tell_price.ts': script(BROKEN),
});

let house: HealHouse;
beforeAll(async () => {
  house = await healHouse(tree, [
    { name: 'tea', price: 1.2 },
    { name: 'coffee', price: 2.5 },
    { name: 'tea', price: '3.45' },
  ]);
});
afterAll(() => house?.close());

it('a repair that posts what was posted is accepted', async () => {
  const verdict = await house.judge(script(MENDED));
  expect(refusals(verdict)).toEqual([]);
  expect(verdict.outcome).toBe('accepted');
});

describe('a repair is refused that', () => {
  it.each([
    ['does not post', mendedBut(POST, '    const told = response;\n'), 'effects'],
    ['posts twice', mendedBut(POST, `${POST}${POST.replace('const told = ', '')}`), 'effects'],
    [
      'posts until it is heard',
      mendedBut(
        POST,
        `    let told = response;\n    for (let i = 0; i < 3; i++) ${POST.trim().replace('const ', '')}\n`,
      ),
      'effects',
    ],
    ['posts something else', mendedBut('body: name', 'body: String(price)'), 'mended'],
    [
      'posts elsewhere',
      mendedBut("fetch(url, { method: 'POST'", "fetch(new URL('/all', url), { method: 'POST'"),
      'mended',
    ],
    ['deletes', mendedBut("'POST'", "'DELETE'"), 'mended'],
    [
      'does not ask',
      mendedBut('await context.fetch(url);', 'new Response(\'{"name":"tea","price":"3.45"}\');'),
      'effects',
    ],
    [
      'posts only what it could read before',
      mendedBut(
        POST,
        `    const told = typeof price === 'string' ? response : ${POST.trim().replace('const told = ', '')}\n`,
      ),
      'effects',
    ],
    [
      'posts only what it could not read before',
      mendedBut(
        POST,
        `    const told = typeof price === 'number' ? response : ${POST.trim().replace('const told = ', '')}\n`,
      ),
      'good calls',
    ],
    [
      'claims to find what it posted',
      mendedBut('  async run(', '  async find() {\n    return { absent: true };\n  },\n  async run('),
      'schema',
    ],
  ])('%s', async (_, source, check) => {
    const verdict = await house.judge(source);
    expect(refusals(verdict)).toContain(check);
    expect(verdict.outcome).toBe('refused');
  });
});
