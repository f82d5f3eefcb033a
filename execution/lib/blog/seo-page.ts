import { counted, cut, paragraphs, plain, table } from '../markdown-text.ts';
import type { Audit } from './seo-audit.ts';

/** The page that a reviewer reads beside the post: what the audit found, and what was left to be desired. */
export function seoPage(
  post: { path: string; title: string; audit: Audit; wanted: number },
  { words, score, checks }: Audit = post.audit,
): string {
  const verdict =
    score >= post.wanted
      ? `It reaches the ${post.wanted} that are wanted.`
      : `**It does not reach the ${post.wanted} that are wanted**: mend it before you merge, or close the pull request.`;
  return paragraphs(
    '# SEO audit of the latest post',
    `[${plain(cut(post.title, 120))}](../../${post.path}): **${score} of 100**, with ${counted(words, 'word')}. ${verdict}`,
    table(
      ['check', 'points', 'what is missing'],
      checks.map(({ check, points, of, advice }) => [check, `${points} of ${of}`, plain(cut(advice ?? '', 300))]),
    ),
    'Code gives the points, by the weights in `execution/lib/seo-audit.ts`. Facts, tone and links are for you to judge.',
  );
}
