import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDirective } from '../../../src/domain/directive.ts';
import { withBullet } from '../../../src/domain/directive-bullet.ts';
import { claimMarkdown } from '../../../src/domain/memory/page/claim-markdown.ts';

const FILE = 'directives/fetch_prices.md';
const place = { file: FILE, vars: [], section: 'Boundaries' } as const;
const TEXT = `---
every: 1d
---
# Directive: fetch_prices
## Goal
Keep the prices.

## Boundaries
- Never at night

## Tools
- execution/fetch_prices.ts

## Notes
Nothing.
`;
const added = (text: string, line: string): string => {
  const done = withBullet(text, place, line);
  if ('refused' in done) throw new Error(done.refused);
  return done.text;
};

describe('one more line in a section that code keeps nothing of', () => {
  it('goes to the end of its list and changes nothing else', () => {
    expect(added(TEXT, 'Ask twice')).toBe(TEXT.replace('at night\n', 'at night\n- Ask twice\n'));
    expect(added(TEXT.replaceAll('\n', '\r\n'), 'Ask twice')).toBe(
      TEXT.replaceAll('\n', '\r\n').replace('at night\r\n', 'at night\r\n- Ask twice\r\n'),
    );
  });

  it('makes the section where there is none', () => {
    const text = TEXT.replace('## Boundaries\n- Never at night\n\n', '');
    expect(added(text, 'Ask twice')).toBe(`${text}\n## Boundaries\n- Ask twice\n`);
  });

  it('is not said twice', () => {
    expect(withBullet(TEXT, place, 'Never at night')).toEqual({ text: TEXT, changed: false });
  });

  it.each([
    [
      'the section stands in a block of code',
      TEXT.replace('## Boundaries\n- Never at night', '~~~\n## Boundaries\n~~~'),
    ],
    ['the section is there twice, so that the line is not the last', `${TEXT}\n## Boundaries\n- Others\n`],
    [
      'the last section is a block of code that nobody closed',
      TEXT.replace(/## Boundaries\n.*\n\n/, '').concat('~~~\n'),
    ],
    ['the directive can not be read', TEXT.replace('# Directive: fetch_prices', '# Something')],
  ])('is refused where %s', (_, text) => {
    expect(withBullet(text, place, 'Ask twice')).toHaveProperty('refused');
  });

  it('changes nothing that code or people read elsewhere, whatever the claim', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80, unit: 'grapheme' }), (claim) => {
        const done = withBullet(TEXT, place, claimMarkdown(claim));
        if ('refused' in done || !done.changed) return;
        const line = done.text.split('\n')[9] ?? '';
        expect(done.text).toBe(TEXT.replace('at night\n', () => `at night\n${line}\n`));
        expect(parseDirective(done.text, FILE).problems).toEqual([]);
      }),
    );
  });
});
