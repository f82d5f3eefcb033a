import { expect, it } from 'vitest';
import { newDirectiveText } from '../../../src/view/new-directive-text.ts';

it('says what was made, how to try it, and what to change', () => {
  const files = [
    { path: 'directives/x.md', what: 'when it runs' },
    { path: 'execution/check_x.ts', what: 'how it is checked' },
  ];
  const text = newDirectiveText({ name: 'x', every: '2h', files });
  expect(text).toContain('Made the directive x, which runs every 2h:\n  directives/x.md       when it runs\n');
  expect(text).toContain('  npm run steward -- cycle --directive x\n');
  expect(text).toContain('--project execution test/execution/x.test.ts');
  expect(text).toContain('say in directives/x.md what you want, and in execution/x.ts how');
});
