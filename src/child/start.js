/**
 * Where a script child begins: `node --permission ... start.js RUN_DIR [STRIPPED]`. Plain JavaScript, because Node's
 * TypeScript stripper takes 55 ms to start: where the agent has stripped a source before, the child takes its text from
 * STRIPPED, by the hash of the source, and needs no stripper at all.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';

const strippedFolder = process.argv[3];

/** The stripped text of a TypeScript file, as Node itself would run it; undefined when it is not there. */
function strippedText(url) {
  try {
    const hash = createHash('sha256')
      .update(readFileSync(new URL(url)))
      .digest('hex');
    return readFileSync(join(strippedFolder, `${hash}.js`), 'utf8');
  } catch {
    return undefined;
  }
}

if (strippedFolder !== undefined) {
  registerHooks({
    load(url, context, next) {
      const source = url.startsWith('file:') && url.endsWith('.ts') ? strippedText(url) : undefined;
      return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
    },
  });
}

const { leaveOutTranslations } = await import('../lean-zod.ts');
leaveOutTranslations();
await import('../script-child.ts');
