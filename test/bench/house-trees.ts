import type { Tree } from './bench-repo.ts';

/** Two scripts: a tool that changes one file on each run, and the criterion that looks at it. */
const SCRIPTS: Tree = {
  'execution/count.ts': `import { readdirSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';
export default defineScript({
  summary: 'Counts the directives.',
  input: z.object({ word: z.string().default('files') }),
  output: z.object({ count: z.int() }),
  async run(context, input) {
    const count = readdirSync(\`\${context.workspace}/directives\`).length;
    const text = \`\${context.clock.now().toISOString()} \${input.word} \${count}\\n\`;
    writeFileSync(\`\${context.workspace}/out/count.txt\`, text);
    return { count };
  },
});
`,
  'execution/check_count.ts': `import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { defineScript } from '../src/script.ts';
export default defineScript({
  summary: 'Checks the report.',
  input: z.object({ count: z.int() }),
  output: z.object({ ok: z.boolean(), reason: z.string() }),
  async run(context, input) {
    const text = readFileSync(\`\${context.workspace}/out/count.txt\`, 'utf8').trim();
    return { ok: text.endsWith(String(input.count)), reason: text };
  },
});
`,
};

const directive = (input: string): string => `---
effects: repo
writes: ["out/**"]
---
# Directive: count
## Goal
Keep a count of the directives.
## Inputs
- word: string (${input})
## Tools
- execution/count.ts --word {word}
## Success Criteria
- execution/check_count.ts --count {steps.1.count}
`;

/** Runs only when forced; its one input is open, so that a model is asked for it. */
export const ASKING_TREE: Tree = {
  'README.md': '# A house\n',
  'directives/count.md': directive('required'),
  ...SCRIPTS,
};

/** The same without an open input: no model is asked. */
export const QUIET_TREE: Tree = { ...ASKING_TREE, 'directives/count.md': directive('default: files') };

export const FORCED = ['cycle', '--directive', 'count', '--json'] as const;
