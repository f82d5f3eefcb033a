import { describe, expect, it } from 'vitest';
import { code } from '../../../execution/lib/markdown-text.ts';
import {
  githubPart,
  joinParts,
  proseBlock,
  proseOf,
  withoutProse,
  withProse,
} from '../../../execution/lib/page-parts.ts';
import { numberLink } from '../../../execution/lib/threshold/number-link.ts';

describe('the parts of a page', () => {
  const page = joinParts({ facts: '# Title\n\nFacts\n', github: '## On GitHub\n' });

  it('come back as they were', () => {
    expect(page).toBe('# Title\n\nFacts\n\n<!-- from GitHub -->\n\n## On GitHub\n');
    expect(githubPart(page)).toBe('## On GitHub');
    expect(githubPart(joinParts({ facts: '# Title', github: '' }))).toBe('');
    const spoken = withProse(page, proseBlock('A text.'));
    expect(spoken).toContain('# Title\n\n<!-- prose -->\n> A text.\n<!-- end of prose -->\n\nFacts');
    expect(withoutProse(spoken)).toBe(page);
    expect(withProse(page, proseOf(spoken))).toBe(spoken);
    expect(withProse(page, proseOf(page))).toBe(page);
  });

  it('are not told apart by a name that reads as a mark', () => {
    const facts = `# T\n\n- ${code('<!-- from GitHub -->')} and ${code('<!-- prose -->')}\n`;
    expect(githubPart(joinParts({ facts, github: 'real' }))).toBe('real');
    expect(withoutProse(facts)).toBe(facts);
  });
});

describe('a number of GitHub’s', () => {
  it('is linked to the web only', () => {
    expect(numberLink({ number: 3, url: 'https://github.com/o/h/issues/3' })).toBe(
      '[#3](https://github.com/o/h/issues/3)',
    );
    expect(numberLink({ number: 3, url: 'javascript:alert(1)' })).toBe('#3');
    expect(numberLink({ number: 3, url: 'https://x/)[a](' })).toBe('#3');
  });
});
