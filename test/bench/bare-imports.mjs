// Imports the packages it is given and ends: what a process costs before it does anything.
//     node bare-imports.mjs plain|cached PACKAGE...
import { enableCompileCache } from 'node:module';

const [mode, ...packages] = process.argv.slice(2);
if (mode === 'cached') enableCompileCache();
for (const name of packages) await import(name);
