import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HealHouse, healHouse, refusals } from '../support/heal-house.ts';
import { mendedBut, OK_LINE, withLine } from '../support/price-fixes.ts';
import { MENDED_LINE, MENDED_SCRIPT } from '../support/price-house.ts';
import { testedTree } from '../support/tested-house.ts';

/**
 * Repairs of a script that no recorded call went well with, so that nothing but the project's own checks knows what it
 * should do.
 */

const ROUND = 'Math.round(price * 100);';

let house: HealHouse;
beforeAll(async () => {
  house = await healHouse(await testedTree(), [{ name: 'tea', price: '3.45' }]);
});
afterAll(() => house?.close());

it('a good repair is accepted, and the evidence names what was run', async () => {
  const { outcome, evidence } = await house.judge(MENDED_SCRIPT);
  expect(outcome).toBe('accepted');
  expect(evidence.filter(({ check }) => /tests|types|suite|good/.test(check))).toEqual([
    { check: 'good calls', status: 'note', detail: 'none is recorded, or none can be replayed' },
    { check: "the script's tests", status: 'pass', detail: '5 tests passed' },
    { check: 'types', status: 'pass', detail: 'the compiler has nothing to complain about' },
    { check: 'the whole suite', status: 'pass', detail: 'npm test has nothing to complain about' },
  ]);
});

describe('a repair is refused that', () => {
  it.each([
    ['no longer looks whether the shop is open', mendedBut([OK_LINE, '']), "the script's tests"],
    [
      'loses a cent here and there',
      withLine('    const cents = Math.floor(Number(price) * 100);'),
      "the script's tests",
    ],
    [
      'gives a fixed price for text',
      withLine(`    const cents = typeof price === 'string' ? 345 : ${ROUND}`),
      "the script's tests",
    ],
    [
      'gives nothing for text',
      withLine(`    const cents = typeof price === 'string' ? 0 : ${ROUND}`),
      "the script's tests",
    ],
    [
      'hides its answer in an object',
      withLine(
        `    const known = { toString: () => '345' };\n    const cents = typeof price === 'string' ? Number(String(known)) : ${ROUND}`,
      ),
      "the script's tests",
    ],
    [
      'leaves its work by a label',
      withLine(
        `    let cents = 0;\n    work: {\n      if (typeof price === 'string') break work;\n      cents = ${ROUND}\n    }`,
      ),
      "the script's tests",
    ],
    ['has types that do not fit', withLine('    const cents = Math.round(price * 100);'), 'types'],
    ['is left unfinished', withLine(`    // TODO: look at other currencies.\n${MENDED_LINE}`), 'the whole suite'],
  ])('%s', async (_, source, check) => {
    const verdict = await house.judge(source);
    expect(refusals(verdict)).toEqual([check]);
    expect(verdict).toMatchObject({ outcome: 'refused', tree: null });
    expect(verdict.stack).toBeUndefined();
  });

  it('writes its own response, does all else right, and gets around the checks of its text', async () => {
    const forged = withLine(`    const fs = process.getBuiltinModule('fs');
    fs.writeFileSync(join(context.workspace, 'site/price.txt'), 'tea: 345\\n');
    fs.writeFileSync(join(process.argv[2] ?? '', 'response.json'), '{"status":"ok","output":{"cents":345}}');
    process.exit(0);
${MENDED_LINE}`);
    expect(refusals(await house.judgeRun(forged))).toEqual(["the script's tests"]);
  });
});
