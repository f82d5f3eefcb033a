import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTree } from '../../../execution/lib/blog/safe-markdown.ts';
import { fenced, quoted, titleText } from '../../../execution/lib/outside-text.ts';

const MENTION = /(^|[^\w`])@[\p{L}\p{N}]/u;

describe('text of others on GitHub', () => {
  it('calls nobody, refers to nothing and links nowhere', () => {
    const text = quoted(
      '@octo closes #1, GH-7, octo/house#2; see https://evil.example or www.evil.example <b>x</b>',
      200,
    );
    expect(text).not.toMatch(MENTION);
    expect(text).not.toMatch(/[^\\]#\d|GH-7|:\/\/|www\.|<b>/);
    expect(quoted('a\u202eb\u200bc\u{e0041}d\ufe0f', 20)).toBe('abcd');
    expect([...quoted('x'.repeat(500), 100)]).toHaveLength(100);
    expect(titleText(' CI:\n a\u202e @octo ', 50)).toBe('CI: a @\u200bocto');
  });

  it('shows as one paragraph of text, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('@', '#', 'a', '`', '[', ']', '(', ')', '<', '>', '!', '*', '\n', ' ', ':', '/', '1'),
        }),
        (text) => {
          const types = (readTree(`x ${quoted(text, 300)}`)?.children ?? []).flatMap((node) =>
            node.type === 'paragraph' ? node.children.map(({ type }) => type) : [node.type],
          );
          expect(types.every((type) => type === 'text')).toBe(true);
          expect(quoted(text, 300)).not.toMatch(MENTION);
        },
      ),
    );
  });

  it('can not leave a block of code', () => {
    const lines = ['```', '@octo', '````` x', '~~~', 'end'];
    const tree = readTree(fenced(lines));
    expect(tree?.children).toMatchObject([{ type: 'code', value: lines.join('\n') }]);
  });
});
