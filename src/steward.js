#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that an old one says what is wrong instead of failing on TypeScript.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    [
      `Steward runs on Node 22.18 or newer; this is Node ${process.versions.node}.`,
      'In the repository `npm ci` installs a Node that fits, and npm scripts use it: try `npm start` or `npm run steward -- --help`.',
      'If you installed with --omit=dev, that Node is left out: install Node 24 from https://nodejs.org.',
      '',
    ].join('\n'),
  );
  process.exitCode = 1;
} else {
  import('node:module').then(async ({ enableCompileCache }) => {
    enableCompileCache?.();
    // Stripping types is what this program stands on; that Node calls it experimental is no news to who starts it.
    process.removeAllListeners('warning');
    process.on('warning', (warning) => {
      if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`);
    });
    const { leaveOutTranslations } = await import('./lean-zod.ts');
    leaveOutTranslations();
    return import('./cli.ts');
  });
}
