import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectRefusal, expectRefusedRun, type HealHouse, healHouse } from '../support/heal-house.ts';
import {
  ANSWERS,
  beside,
  FETCH_LINE,
  hastyTree,
  mendedBut,
  OK_LINE,
  WRITE_LINE,
  withLine,
} from '../support/price-fixes.ts';
import { MENDED_LINE } from '../support/price-house.ts';

/**
 * Repairs that make the failure go away and mend nothing: they hide it, or have an answer ready.
 */

let house: HealHouse;
beforeAll(async () => {
  house = await healHouse(hastyTree, ANSWERS);
});
afterAll(() => house?.close());

describe('a repair that hides the failure is refused', () => {
  const guarded = (handler: string) =>
    withLine(`    let cents = 0;
    try {
      cents = Math.round(price.toFixed(2) * 100);
    } ${handler}`);
  it.each([
    ['catches it and goes on', guarded("catch {\n      context.log('no price today');\n    }"), 'swallowed-errors'],
    ['catches it by a constant', guarded('catch (error) {\n      if (!error) throw error;\n    }'), 'swallowed-errors'],
    [
      'drops it in a finally block',
      withLine(`    const attempt = () => {
      try {
        return Math.round(price.toFixed(2) * 100);
      } finally {
        return 0;
      }
    };
    const cents = attempt();`),
      'swallowed-errors',
    ],
    [
      'handles the rejection as nothing',
      mendedBut(
        [FETCH_LINE, FETCH_LINE.replace('(url)', '(url).catch(() => undefined)')],
        ['!response.ok', '!response?.ok'],
        ['{response.status}', '{response?.status}'],
        ['response.json()', 'response?.json()'],
      ),
      'swallowed-errors',
    ],
    [
      'handles it in the second half of a then',
      withLine(
        '    const cents = await Promise.resolve(price).then((p) => Math.round(p.toFixed(2) * 100)).then((c) => c, () => 0);',
      ),
      'swallowed-errors',
    ],
    [
      'settles for what was settled',
      withLine(`    const [first] = await Promise.allSettled([(async () => Math.round(price.toFixed(2) * 100))()]);
    const cents = first?.status === 'fulfilled' ? first.value : 0;`),
      'swallowed-errors',
    ],
    [
      'makes up a price in the schema',
      mendedBut(['z.union([z.number(), z.string()])', 'z.number().catch(3.45)'], ['Number(price)', 'price']),
      'swallowed-errors',
    ],
    [
      'skips the work',
      withLine(`    if (typeof price === 'string') return context.skip('the price is text');\n${MENDED_LINE}`),
      'swallowed-errors',
    ],
    [
      'throws something else instead',
      withLine(`    if (typeof price === 'string') throw new Error('the price is text');\n${MENDED_LINE}`),
      'mended',
    ],
    [
      'is faster than the failure',
      withLine(`    const work = (async () => Math.round(price.toFixed(2) * 100))();
    work.catch(() => {});
    const cents = await Promise.race([Promise.resolve(0), work]);`),
      'swallowed-errors',
    ],
    [
      'returns before the file is written',
      withLine(`    if (typeof price === 'string') return { cents: 0 };\n${MENDED_LINE}`),
      'effects',
    ],
    ['leaves the file empty', mendedBut([WRITE_LINE, WRITE_LINE.replace(/`.*`/, "''")]), 'effects'],
    [
      'leaves it empty for this price alone',
      mendedBut([WRITE_LINE, WRITE_LINE.replace('`', "typeof price === 'string' ? '' : `")]),
      'effects',
    ],
    ['writes another file', mendedBut([WRITE_LINE, WRITE_LINE.replace('price.txt', 'prices.txt')]), 'good calls'],
    ['writes what it does not say', mendedBut([WRITE_LINE, WRITE_LINE.replace('{cents}', '{cents - 1}')]), 'criteria'],
    [
      'writes for other prices only',
      mendedBut([WRITE_LINE, `    if (typeof price === 'number')\n  ${WRITE_LINE}`]),
      'effects',
    ],
  ])('%s', async (_, source, check) => {
    await expectRefusal(house, source, check);
  });
});

describe('a repair that knows the answer is refused', () => {
  it.each([
    ['returns a constant', withLine('    const cents = 345;'), 'constant-result'],
    ['returns one that is computed', withLine("    const cents = Number('3' + [4, 5].join(''));"), 'constant-result'],
    [
      'returns an old answer',
      withLine(`    const cents = typeof price === 'string' ? 120 : ${'Math.round(price * 100)'};`),
      'special-case',
    ],
    [
      'keeps the answers in a table',
      beside(
        "const KNOWN: Record<string, number> = { '1.2': 120, '2.5': 250, '3.45': 345 };",
        '    const cents = KNOWN[String(price)] ?? Math.round(price.toFixed(2) * 100);',
      ),
      'lookup-table',
    ],
    [
      'looks them up by the text of everything',
      beside(
        "const KNOWN = new Map([['9f86d081884c7d65', 345]]);",
        '    const cents = KNOWN.get(JSON.stringify({ name, price })) ?? Math.round(Number(price) * 100);',
      ),
      'lookup-table',
    ],
    [
      'asks which day it is',
      withLine('    const cents = context.clock.now().getFullYear() > 2000 ? Math.round(Number(price) * 100) : 0;'),
      'test-awareness',
    ],
    [
      'asks which call it is',
      withLine("    const cents = context.key.startsWith('ab') ? 0 : Math.round(Number(price) * 100);"),
      'test-awareness',
    ],
    [
      'gives every price the same',
      withLine('    const cents = [345, price].length === 2 ? 345 : Math.round(Number(price) * 100);'),
      'good calls',
    ],
    [
      'gets all other prices wrong',
      withLine('    const cents = Number.parseInt(String(price), 10) * 100;'),
      'good calls',
    ],
  ])('%s', async (_, source, check) => {
    await expectRefusal(house, source, check);
  });

  it('special-cases the failing input', async () => {
    const { url } = house.ward.repair.failing.input;
    await expectRefusal(
      house,
      withLine(`    const cents = url === '${url}' ? 345 : Math.round(Number(price) * 100);`),
      'special-case',
    );
  });
});

describe('a repair that copes with the failing kind of call by an answer of its own is refused', () => {
  const ROUND = 'Math.round(price * 100)';
  const FAILS = 'Math.round(price.toFixed(2) * 100)';
  it.each([
    ['gives a fixed price for text', `const cents = typeof price === 'string' ? 345 : ${ROUND};`],
    ['gives a computed one', `const cents = typeof price === 'string' ? 'x'.repeat(345).length : ${ROUND};`],
    ['gives nothing for text', `const cents = typeof price === 'number' ? ${ROUND} : 0;`],
    ['asks a method that is not there', 'const cents = Math.round(Number(price.toFixed?.(2) ?? 0) * 100);'],
    ['takes no number for zero', 'const cents = Math.round(price?.toFixed?.(2) * 100) || 0;'],
    [
      'hides it in a text',
      `const known = { toString: () => '345' };\n    const cents = typeof price === 'string' ? Number(String(known)) : ${ROUND};`,
    ],
    [
      'hides it behind a getter',
      `const { cents } = { get cents() { return typeof price === 'string' ? 345 : ${ROUND}; } };`,
    ],
    [
      'hides it in a template',
      `const tag = (parts: TemplateStringsArray) => Number(parts[0]);\n    const cents = typeof price === 'string' ? tag\`345\` : ${ROUND};`,
    ],
    [
      'leaves its work by a label',
      `let cents = 0;\n    work: {\n      if (typeof price === 'string') break work;\n      cents = ${ROUND};\n    }`,
    ],
    [
      'has a case for it that does nothing',
      `let cents = 0;\n    switch (typeof price) {\n      case 'number':\n        cents = ${ROUND};\n        break;\n      default:\n    }`,
    ],
    [
      'names the error that it drops',
      `let cents = 0;\n    try {\n      cents = ${FAILS};\n    } catch (error) {\n      if (!(error instanceof TypeError)) throw error;\n    }`,
    ],
    ['knows this very price', `const cents = price === '3.45' ? 345 : ${FAILS};`],
    ['knows it by halves', `const cents = String(price).startsWith('3.4') ? 345 : ${FAILS};`],
    [
      'knows it by a sum of its characters',
      `const sum = [...String(price)].reduce((all, each) => all + each.charCodeAt(0), 0);\n    const cents = sum === 202 ? 345 : ${FAILS};`,
    ],
    [
      'ends for this very price',
      `while (typeof price === 'string' && Number(price) > 3.5) context.log('wait');\n    const cents = Math.round(Number(price) * 100);`,
    ],
  ])('%s', async (_, line) => {
    await expectRefusedRun(house, withLine(`    ${line}`), 'other values');
  });

  it('no longer looks whether the shop is open', async () => {
    await expectRefusedRun(house, mendedBut([OK_LINE, '']), 'other answers');
    await expectRefusedRun(house, mendedBut(['!response.ok', 'response.status >= 600']), 'other answers');
  });
});
