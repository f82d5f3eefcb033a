import { describe, expect, it } from 'vitest';
import { directive, directiveText, findings } from '../../support/domain-samples.ts';

describe('tools and criteria', () => {
  it.each([
    ['rm -rf /', 'a command such as'],
    ['execution/../src/cli.ts', 'a command such as'],
    ['execution/lib/x.ts', 'a command such as'],
    ['/execution/x.ts', 'a command such as'],
    ['node execution/x.ts', 'a command such as'],
    ['execution/x.ts; rm -rf /', 'a command such as'],
    ["execution/x.ts --text don't", 'a command such as'],
    ['execution/x.ts topic', 'flags such as'],
    ['execution/x.ts --a b && rm', 'flags such as'],
    ['execution/x.ts --{flag} b', 'flags such as'],
    ['execution/x.ts --topic { topic }', 'flags such as'],
  ])('refuses the tool `%s`', (tool, expected) => {
    const [finding, ...others] = findings(
      directiveText({ tools: `- ${tool}`, inputs: '- topic: string\n- flag: string' }),
    );
    expect(others).toEqual([]);
    expect(finding).toContain('directives/sweep.md:8: found ');
    expect(finding).toContain(`expected ${expected}`);
  });

  it('joins the continuation lines of a bullet and drops code marks', () => {
    const tools = '- `execution/a.ts --topic {topic}`\n- execution/b.ts\n  --prod\n  --tag "one two"';
    expect(directive({ inputs: '- topic: string', tools }).tools).toEqual([
      { script: 'execution/a.ts', args: ['--topic', '{topic}'], line: 7 },
      { script: 'execution/b.ts', args: ['--prod', '--tag', 'one two'], line: 8 },
    ]);
  });

  it('lets a step use what came before it, never itself or a later one', () => {
    const tools = '- execution/a.ts --x {steps.1.y}\n- execution/b.ts --x {steps.1.y} --z {steps.3.y} --w {steps.0.y}';
    expect(findings(directiveText({ tools, criteria: '- execution/c.ts --x {steps.2.y}' }))).toEqual([
      expect.stringContaining('sweep.md:5: found the placeholder `{steps.1.y}`, expected a step before this one'),
      expect.stringContaining(
        'sweep.md:6: found the placeholder `{steps.3.y}`, expected a step before this one (1 to 1)',
      ),
      expect.stringContaining('sweep.md:6: found the placeholder `{steps.0.y}`'),
    ]);
  });

  it('suggests the input that was meant, also across a hyphen', () => {
    const text = directiveText({ inputs: '- target_words: string', tools: '- execution/a.ts --x {target-words}' });
    expect(findings(text)).toEqual([
      'directives/sweep.md:7: found the placeholder `{target-words}`, expected one of target_words. Did you mean `target_words`?',
    ]);
  });

  it('leaves braces in prose, JSON and regular expressions alone', () => {
    const text = directiveText({
      tools: `- execution/a.ts --json '{"a": 1}' --pattern "\\d{4}"`,
      criteria: '- The page {slug} is live, and {steps.9.x} too',
    });
    expect(findings(text)).toEqual([]);
  });

  it('takes a criterion for a command only where one begins', () => {
    const { criteria } = directive({ criteria: '- execution/a.ts --x 1\n- run execution/a.ts by hand' });
    expect(criteria.map(({ kind }) => kind)).toEqual(['command', 'prose']);
    expect(findings(directiveText({ criteria: '- execution/a.ts now' }))[0]).toContain('`now` is not a --flag');
  });
});
