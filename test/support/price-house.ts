import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { LOCAL_NETWORK } from './agent-fixture.ts';
import type { Tree } from './git-fixture.ts';

/** A networked script that stumbles over an answer it did not expect: a price that is text. */
const script = (line: string): string => `import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';

/** What the shop says of one thing. */
const Answer = z.object({ name: z.string(), price: z.union([z.number(), z.string()]) });

export default defineScript({
  summary: 'Keeps the price of a thing.',
  input: z.object({ url: z.url() }),
  output: z.object({ cents: z.int() }),
  async run(context, { url }) {
    const response = await context.fetch(url);
    if (!response.ok) throw new Error(\`the shop says \${response.status}\`);
    const { name, price } = Answer.parse(await response.json());
${line}
    await writeFile(join(context.workspace, 'site/price.txt'), \`\${name}: \${cents}\\n\`);
    return { cents };
  },
});
`;

export const BROKEN_LINE = '    const cents = Math.round(price.toFixed(2) * 100);';
export const MENDED_LINE = '    const cents = Math.round(Number(price) * 100);';
export const BROKEN_SCRIPT = script(BROKEN_LINE);
export const MENDED_SCRIPT = script(MENDED_LINE);

export const priceTree = (url: string, text = BROKEN_SCRIPT): Tree => ({
  ...LOCAL_NETWORK,
  'README.md': '# House\n',
  'directives/keep_price.md': `---
every: 1d
effects: repo
writes: ["site/**"]
---
# Directive: keep_price
## Goal
Keep the price of tea.
## Tools
- execution/keep_price.ts --url ${url}
## Success Criteria
- execution/check_price.ts --cents {steps.1.cents}
## Known Failure Modes
- The shop is closed at night
`,
  'execution/keep_price.ts': text,
  'execution/check_price.ts': `import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';
export default defineScript({
  summary: 'Checks the price.',
  input: z.object({ cents: z.int() }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, { cents }) {
    const text = await readFile(join(context.workspace, 'site/price.txt'), 'utf8');
    return { ok: text.trim().endsWith(\` \${cents}\`), reason: text.trim() };
  },
});
`,
});

/** A shop whose answer a test may change. Gone when the test ends. */
export async function startShop(
  first: unknown = { name: 'tea', price: '1.20' },
): Promise<{ url: string; answer: unknown; status: number }> {
  const shop = { url: '', answer: first, status: 200 };
  const server = createServer((_, response) => {
    response.writeHead(shop.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(shop.answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  shop.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tea`;
  return shop;
}

/** A model's answer that mends the script. */
export const repairAnswer = (parts: Record<string, unknown> = {}): { json: unknown } => ({
  json: {
    cause: 'script',
    explanation: 'The shop may give a price as text, which has no toFixed. The price is now read as a number first.',
    failure_mode: 'The shop may give prices as text; they are read as numbers',
    source: MENDED_SCRIPT,
    ...parts,
  },
});
