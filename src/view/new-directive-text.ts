import type { NewDirective } from '../flows/new-directive.ts';

/** What was made, and what to do with it. */
export function newDirectiveText({ name, every, files }: NewDirective): string {
  const width = Math.max(...files.map(({ path }) => path.length));
  const steps = [
    [`npx vitest run --config .github/vitest.config.ts --project execution test/execution/${name}.test.ts`],
    ['npm run steward -- check', 'every mistake of directives and scripts'],
    [`npm run steward -- cycle --directive ${name}`, 'run it now; the page and the ledger are committed'],
  ];
  return [
    `Made the directive ${name}, which runs every ${every}:`,
    ...files.map(({ path, what }) => `  ${path.padEnd(width)}  ${what}`),
    '',
    'It works as it stands: it keeps a page about the TODO comments in your code. Try it:',
    ...steps.flatMap(([command, why]) => [`  ${command}`, ...(why ? [`      ${why}`] : [])]),
    '',
    `Then make it yours: say in directives/${name}.md what you want, and in execution/${name}.ts how. The comments`,
    'there tell what each part is for. When the tests pass, commit the files.',
  ].join('\n');
}
