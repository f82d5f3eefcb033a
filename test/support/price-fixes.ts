import type { Tree } from './git-fixture.ts';
import { BROKEN_LINE, BROKEN_SCRIPT, MENDED_LINE, MENDED_SCRIPT, priceTree } from './price-house.ts';

/** New code for the script of price-house, as a model could write it, well or badly. */

/** With this in place of the broken line. */
export const withLine = (code: string): string => replaced(BROKEN_SCRIPT, BROKEN_LINE, code);

/** Mended, and with this done before it returns. */
export const mendedAnd = (code: string): string => replaced(MENDED_SCRIPT, RETURN, `    ${code}\n${RETURN}`);

/** Mended, with this declared in front of the script; `line` is used in place of the mended one. */
export const beside = (declaration: string, line = MENDED_LINE): string =>
  replaced(withLine(line), DEFINITION, `${declaration}\n\n${DEFINITION}`);

/** Mended, but for these pieces of its text. */
export const mendedBut = (...pieces: readonly [old: string, now: string][]): string =>
  pieces.reduce((text, [old, now]) => replaced(text, old, now), MENDED_SCRIPT);

/** Mended, with another name imported from node:fs/promises, and with this done before it returns. */
export const importing = (name: string, code: string): string =>
  replaced(mendedAnd(code), 'import { writeFile }', `import { ${name}, writeFile }`);

/** Mended, with one more import, and with this done before it returns. */
export const withImport = (statement: string, code = ''): string =>
  replaced(mendedAnd(code), 'import { z }', `${statement}\nimport { z }`);

const RETURN = '    return { cents };';
const DEFINITION = 'export default defineScript';

/** Lines of the script. */
export const FETCH_LINE = '    const response = await context.fetch(url);';
export const OK_LINE = `    if (!response.ok) throw new Error(\`the shop says \${response.status}\`);\n`;
export const WRITE_LINE = `    await writeFile(join(context.workspace, 'site/price.txt'), \`\${name}: \${cents}\\n\`);`;

function replaced(text: string, old: string, now: string): string {
  if (!text.includes(old)) throw new Error(`the script has no ${old}`);
  return text.replace(old, () => now);
}

/** The answers of the shop: the script copes with the first two, and stumbles over the last. */
export const ANSWERS: readonly unknown[] = [
  { name: 'tea', price: 1.2 },
  { name: 'coffee', price: 2.5 },
  { name: 'tea', price: '3.45' },
];

/** The house with little time for its script, so that one that never ends is soon found out. */
export const hastyTree = (url: string): Tree => {
  const tree = priceTree(url);
  const path = 'directives/keep_price.md';
  return { ...tree, [path]: String(tree[path]).replace('effects: repo', 'effects: repo\ntimeout: 5s') };
};
