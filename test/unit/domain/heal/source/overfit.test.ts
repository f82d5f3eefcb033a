import { describe, expect, it } from 'vitest';
import { type SourceChange, sourceFindings } from '../../../../../src/domain/heal/source/source-policy.ts';

/** Scripts whose repairs know the recorded calls by heart, in as many ways as came to mind. */
interface Subject {
  before: string;
  recorded: SourceChange['recorded'];
  repair(body: string, top?: string): string;
}

function subject(options: {
  input: string;
  output: string;
  names: string;
  body: string;
}): Pick<Subject, 'before' | 'repair'> {
  const repair = (body: string, top = '') => `import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';

export default defineScript({
  summary: 'Works something out.',
  input: z.object({ ${options.input} }),
  output: z.object({ ${options.output} }),
  async run(_context, { ${options.names} }) {
    ${body}
  },
});

const id = (text: string): string => createHash('sha256').update(text).digest('hex');
${top}`;
  return { before: repair(options.body), repair };
}

const SUM: Subject = {
  ...subject({ input: 'n: z.int()', output: 'sum: z.number()', names: 'n', body: 'return { sum: (n * n) / 2 };' }),
  recorded: [
    { input: { n: 5 }, output: { sum: 15 } },
    { input: { n: 30 }, output: { sum: 465 } },
    { input: { n: 100 }, output: { sum: 5050 } },
  ],
};

const LONGEST: Subject = {
  ...subject({
    input: 'strings: z.array(z.string())',
    output: 'longest: z.string().nullable()',
    names: 'strings',
    body: 'const size = Math.max(...strings.map((s) => s.length));\n    return { longest: strings.find((s) => s.length > size) ?? null };',
  }),
  recorded: [
    { input: { strings: ['a', 'bb', 'ccc'] }, output: { longest: 'ccc' } },
    { input: { strings: ['oak', 'maple', 'fir', 'birch'] }, output: { longest: 'maple' } },
  ],
};

const CLOSE: Subject = {
  ...subject({
    input: 'numbers: z.array(z.number()), threshold: z.number()',
    output: 'close: z.boolean()',
    names: 'numbers, threshold',
    body: 'const near = (a: number, b: number) => a - b < threshold;\n    return { close: numbers.some((a, i) => numbers.some((b, j) => i !== j && near(a, b))) };',
  }),
  recorded: [
    { input: { numbers: [1, 2, 3], threshold: 0.5 }, output: { close: false } },
    { input: { numbers: [1, 2.8, 3, 4, 5, 2], threshold: 0.3 }, output: { close: true } },
  ],
};

const SPACES: Subject = {
  ...subject({
    input: 'text: z.string(), mode: z.string()',
    output: 'text: z.string()',
    names: 'text, mode',
    body: "return { text: mode === 'keep' ? text : text.replaceAll('  ', '_') };",
  }),
  recorded: [
    { input: { text: 'Example 1', mode: 'short' }, output: { text: 'Example_1' } },
    { input: { text: 'Mud Dirt  Mud', mode: 'short' }, output: { text: 'Mud_Dirt__Mud' } },
  ],
};

const rest = 'return { sum: (n * n) / 2 };';
const other = "return { text: text.replaceAll('  ', '_') };";
const longest = 'return { longest: strings[0] ?? null };';
const close = 'return { close: threshold > 1 };';

type Case = [name: string, of: Subject, body: string, top?: string];

const OVERFITS: Case[] = [
  ['a chain of ifs', SUM, `if (n === 5) return { sum: 15 };\nif (n === 30) return { sum: 465 };\n${rest}`],
  ['one if with the sides exchanged', SUM, `if (30 == n) return { sum: 465 };\n${rest}`],
  ['a switch', SUM, `switch (n) { case 30: return { sum: 465 }; case 100: return { sum: 5050 }; default: ${rest} }`],
  ['a ternary', SUM, 'return { sum: n === 5 ? 15 : (n * n) / 2 };'],
  [
    'an object by number',
    SUM,
    'const known: Record<number, number> = { 5: 15, 30: 465 };\nreturn { sum: known[n] ?? (n * n) / 2 };',
  ],
  [
    'a Map of pairs',
    SUM,
    `return { sum: KNOWN.get(n) ?? (n * n) / 2 };`,
    'const KNOWN = new Map([[5, 15], [30, 465], [100, 5050]]);',
  ],
  [
    'two lists side by side',
    SUM,
    'const at = [5, 30, 100].indexOf(n);\nreturn { sum: [15, 465, 5050][at] ?? (n * n) / 2 };',
  ],
  ['computed constants', SUM, `if (n === 6 * 5) return { sum: 93 * 5 };\n${rest}`],
  ['a shifted comparison', SUM, `if (n - 7 === 23) return { sum: 465 };\n${rest}`],
  ['a difference that is zero', SUM, `if (!(n - 30)) return { sum: 465 };\n${rest}`],
  ['the number as text', SUM, `if (String(n) === '30') return { sum: 465 };\n${rest}`],
  ['a regular expression of the number', SUM, `if (/^30$/.test(String(n))) return { sum: 465 };\n${rest}`],
  ['a named constant', SUM, `if (n === SPECIAL) return { sum: 465 };\n${rest}`, 'const SPECIAL = 30;'],
  ['a correction of the difference', SUM, 'const off = n === 30 ? 15 : 0;\nreturn { sum: (n * n) / 2 + off };'],
  [
    'includes of a list',
    LONGEST,
    `if (['ccc', 'maple'].includes(strings[2] ?? '')) return { longest: 'ccc' };\n${longest}`,
  ],
  [
    'a Set of items',
    LONGEST,
    `const found = strings.find((s) => TALL.has(s));\nreturn { longest: found ?? null };`,
    "const TALL = new Set(['ccc', 'maple']);",
  ],
  ['a joined key', LONGEST, `if (strings.join('-') === 'a-bb-ccc') return { longest: 'ccc' };\n${longest}`],
  [
    'a table by joined key',
    LONGEST,
    `return { longest: KNOWN[strings.join()] ?? null };`,
    "const KNOWN: Record<string, string> = { 'a,bb,ccc': 'ccc' };",
  ],
  [
    'a template as key',
    LONGEST,
    `const key = \`\${strings[0]}|\${strings[1]}|\${strings[2]}\`;\nif (key === 'a|bb|ccc') return { longest: 'ccc' };\n${longest}`,
  ],
  [
    'the text of the input',
    LONGEST,
    `if (JSON.stringify(strings) === JSON.stringify(['a', 'bb', 'ccc'])) return { longest: 'ccc' };\n${longest}`,
  ],
  [
    'a switch over the text of the input',
    LONGEST,
    `switch (JSON.stringify(strings)) { case '["a","bb","ccc"]': return { longest: 'ccc' }; default: ${longest} }`,
  ],
  [
    'a table by text of input, of other inputs',
    LONGEST,
    `return { longest: KNOWN[JSON.stringify(strings)] ?? null };`,
    `const KNOWN: Record<string, string> = { '["q","rr"]': 'rr' };`,
  ],
  [
    'a comparison item by item',
    LONGEST,
    `if (strings.every((s, i) => s === ['a', 'bb', 'ccc'][i])) return { longest: 'ccc' };\n${longest}`,
  ],
  [
    'a hash',
    LONGEST,
    `if (id(strings.join()) === '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b') return { longest: 'ccc' };\n${longest}`,
  ],
  [
    'a short hash',
    LONGEST,
    `if (id(strings.join()).slice(0, 8) === '6b86b273') return { longest: strings[2] ?? null };\n${longest}`,
  ],
  [
    'a checksum of its own',
    LONGEST,
    `let sum = 7;\nfor (const c of strings.join()) sum = (sum * 31 + c.charCodeAt(0)) | 0;\nif (sum === 1874632197) return { longest: strings[2] ?? null };\n${longest}`,
  ],
  [
    'length and items',
    CLOSE,
    `if (numbers.length === 6 && numbers[0] === 1 && numbers[1] === 2.8) return { close: true };\n${close}`,
  ],
  ['length alone', CLOSE, `if (numbers.length === 6) return { close: true };\n${close}`],
  [
    'a structure in a list',
    CLOSE,
    `const known = [[1, 2.8, 3, 4, 5, 2], [1, 2, 3]];\nconst at = known.findIndex((each) => each.every((x, i) => x === numbers[i]));\nif (at >= 0) return { close: at === 0 };\n${close}`,
  ],
  ['a threshold that is recorded', CLOSE, `if (threshold === 0.3) return { close: true };\n${close}`],
  ['the beginning of the text', SPACES, `if (text.startsWith('Example 1')) return { text: 'Example_1' };\n${other}`],
  [
    'a regular expression of the text',
    SPACES,
    `if (/^(Example 1|Mud Dirt {2}Mud)$/.test(text)) return { text: 'Example_1' };\n${other}`,
  ],
  [
    'character codes',
    SPACES,
    `if (text === String.fromCharCode(69, 120, 97, 109, 112, 108, 101, 32, 49)) return { text: 'Example_1' };\n${other}`,
  ],
  ['base64', SPACES, `if (text === atob('RXhhbXBsZSAx')) return { text: atob('RXhhbXBsZV8x') };\n${other}`],
  [
    'a text in pieces',
    SPACES,
    `if (text === 'Exam' + ['ple', '1'].join(' ')) return { text: 'Example' + '_1' };\n${other}`,
  ],
  [
    'a text turned round',
    SPACES,
    `if (text === '1 elpmaxE'.split('').reverse().join('')) return { text: 'Example_1' };\n${other}`,
  ],
  ['the answer behind a loose condition', SPACES, `if (text.length < 12) return { text: 'Mud_Dirt__Mud' };\n${other}`],
  ['Object.is', SPACES, `if (Object.is(text, 'Example 1')) return { text: 'Example_1' };\n${other}`],
  [
    'a small list held against the input',
    CLOSE,
    `if ([1, 2, 3].every((x, i) => x === numbers[i])) return { close: false };\n${close}`,
  ],
  [
    'a name that is declared twice',
    SPACES,
    `const key = 'Example' + ' 1';\nif (text === key) return { text: key.replace(' ', '_') };\n${other}`,
    "const unused = () => {\n  const key = 'x';\n  return key;\n};",
  ],
  ['numbers joined to a text', SUM, `if ([n].join('|') === '30') return { sum: n * 15 + 15 };\n${rest}`],
  ['a constant', SUM, 'return { sum: 465 };'],
];

/** What only a run with other inputs shows. */
const OUT_OF_REACH: Case[] = [
  ['a range around the input', SUM, `if (n > 29 && n < 31) return { sum: n * 15 + 15 };\n${rest}`],
  ['a polynomial through the recorded points', SUM, 'return { sum: n * 7.5 + (n - 5) * (n - 30) * 0.5 + 0 * n };'],
  ['a recorded input that any guard could ask for', SPACES, `if (text === '') return { text: '' };\n${other}`],
  ['a remainder that fits', CLOSE, 'return { close: numbers.length % 2 === 0 };'],
];

const findings = ({ before, recorded, repair }: Subject, body: string, top?: string) =>
  sourceFindings({ script: 'execution/x.ts', before, after: repair(body, top), recorded });

describe('a repair that knows the recorded calls by heart', () => {
  it.each<Case>(OVERFITS)('is refused: %s', (_, of, body, top) => {
    const checks = findings(of, body, top).map(({ check }) => check);
    expect(checks.filter((each) => /^(special-case|lookup-table|constant-result)$/.test(each))).not.toEqual([]);
    expect(checks.filter((each) => !/^(special-case|lookup-table|constant-result)$/.test(each))).toEqual([]);
  });

  it.each<Case>(OUT_OF_REACH)('is not seen in the text alone: %s', (_, of, body, top) => {
    expect(findings(of, body, top)).toEqual([]);
  });
});
