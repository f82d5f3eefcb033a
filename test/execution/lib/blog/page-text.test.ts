import { describe, expect, it } from 'vitest';
import { showsText } from '../../../../execution/lib/blog/page-text.ts';

describe('showsText', () => {
  it.each([
    ['<h1>Tom &amp; Jerry’s <em>“guide”</em></h1>', 'Tom & Jerry\'s "guide"', true],
    ['<title>A  long\n title &mdash; here</title>', 'a long title -- here', true],
    ['<p>something else</p>', 'title', false],
    ['<script>const title = "The title"</script>', 'The title', false],
    ['<!-- The title --><p></p>', 'The title', false],
    ['<url><loc>https://a.b/blog/x</loc></url>', 'https://a.b/blog/x', true],
    ['plain text', 'Plain', true],
    ['', 'x', false],
  ])('%j shows %j: %j', (page, text, isShown) => {
    expect(showsText(page, text)).toBe(isShown);
  });
});
