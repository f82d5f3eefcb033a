import { expect, it } from 'vitest';
import { saysTheSame, statusText } from '../../../../execution/lib/social/status-text.ts';

const LINK =
  '<a href="https://a.b/long/path"><span class="invisible">https://</span><span class="ellipsis">a.b/long</span><span class="invisible">/path</span></a>';

it('reads a status as people see it', () => {
  expect(statusText('<p>One<br />two &amp; &lt;three&gt;</p><p>four</p>')).toBe('One\ntwo & <three>\n\nfour');
  expect(statusText(`<p>See ${LINK}</p><script>alert(1)</script>`)).toContain('See https://a.b/long/path');
});

it('knows its own text in the server’s words', () => {
  const mention = '<span class="h-card"><a href="https://s.example/@ada">@<span>ada</span></a></span>';
  expect(
    saysTheSame(
      `<p>${mention} It&#39;s “out” …</p><p>${LINK}</p>`,
      '@ada@s.example It\'s "out" ...\n\nhttps://a.b/long/path',
    ),
  ).toBe(true);
  expect(saysTheSame('<p>News 2</p>', 'News 1')).toBe(false);
  expect(saysTheSame('<p>👩‍👩‍👧</p>', '👍')).toBe(false);
  expect(saysTheSame('<p>…</p>', '!')).toBe(false);
});
