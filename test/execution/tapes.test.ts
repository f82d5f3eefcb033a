import { cp, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Tape } from '../../src/domain/tape.ts';
import { gitFixture, temporaryFolder } from '../support/git-fixture.ts';
import { failureOnTape } from '../support/replay-tape.ts';

const root = new URL('../../', import.meta.url).pathname;
const folder = join(root, 'test/execution/tapes');
const tapes = (await readdir(folder)).filter((name) => name.endsWith('.json'));

const script = (body: string) => `import { z } from 'zod';
import { defineScript } from '../src/script.ts';
export default defineScript({
  summary: 'Reads a price.',
  input: z.object({ url: z.string() }),
  output: z.object({ cents: z.int() }),
  async run(context, { url }) {
    const { price } = await (await context.fetch(url)).json();
    ${body}
  },
});
`;
const BROKEN = script('return { cents: price.toFixed(0) };');
const MENDED = script('return { cents: Math.round(Number(price)) };');
const RECORDED = {
  v: 1 as const,
  script: 'execution/read_price.ts',
  mode: 'run' as const,
  input: { url: 'https://shop.example/price' },
  key: 'k',
  clock: '2026-03-04T14:30:00.000Z',
  commit: 'c'.repeat(40),
  exchanges: [
    {
      kind: 'fetch' as const,
      request: { method: 'GET', url: 'https://shop.example/price', headers: {}, body: null },
      response: { status: 200, headers: {}, body: '{"price":"120"}', encoding: 'utf8' as const },
    },
  ],
  replayable: true,
};

describe('a recorded call', () => {
  it('fails again on the code that it was recorded with, and not on mended code', async () => {
    const { path } = await gitFixture({ 'execution/read_price.ts': BROKEN });
    const before = await failureOnTape(path, RECORDED);
    expect(before).toMatch(/^[0-9a-f]{12}$/);
    expect(await failureOnTape(path, RECORDED)).toBe(before);
    const mended = await gitFixture({ 'execution/read_price.ts': MENDED });
    expect(await failureOnTape(mended.path, RECORDED)).toBeUndefined();
  });

  /**
   * Calls that failed once and were mended, one file each in tapes/: a repair brings its own along, and no other test. The
   * files that such a call reads are those of today, so that one whose pages are gone may end otherwise, but never again
   * as it failed then.
   */
  it.each(tapes)('no longer fails as it did: %s', async (name) => {
    const tape = Tape.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    const workspace = await temporaryFolder('steward-tape-');
    await cp(root, workspace, { recursive: true, filter: (path) => !/^(node_modules|\.git)$/.test(basename(path)) });
    expect(await failureOnTape(workspace, tape)).not.toBe(tape.failure?.signature);
  });
});
