import { z } from 'zod';
import type { ScriptContext } from '../../src/script.ts';
import { cut, plain } from './markdown-text.ts';
import { proseBlock, proseOf, withoutProse, withProse } from './page-parts.ts';
import { readReportBody } from './report-file.ts';

/** Longer is no summary. */
const LONGEST = 600;
/** As much of the page as a model is shown. */
const LONGEST_PAGE = 20_000;

const Answer = z.object({ paragraph: z.string().min(1).max(LONGEST) });

const PROMPT = `Sum up the page for somebody who has ten seconds: one paragraph of two or three plain sentences, at most
${LONGEST} characters. Say what changed and what deserves a look. Use only what the page says, no Markdown, no advice on
anything else.`;

/**
 * The page with one paragraph by a model, if that is wanted. A model is asked only when the facts are others than those
 * that the file holds: otherwise the paragraph stays. Without a model the page goes without.
 * @param page the facts, which begin with a title
 */
export async function pageWithProse(
  context: ScriptContext,
  { path, page, isWanted }: { path: string; page: string; isWanted: boolean },
): Promise<string> {
  if (!isWanted) return page;
  const before = (await readReportBody(context, path)) ?? '';
  if (withoutProse(before).trim() === page.trim()) return withProse(page, proseOf(before));
  const material = { page: cut(page, LONGEST_PAGE) };
  const draft = await context.generate({ task: 'ceo_analysis', prompt: PROMPT, material, schema: Answer });
  if ('unavailable' in draft) {
    context.log(`no summary: ${draft.unavailable}`);
    return page;
  }
  const text = plain(draft.generated.paragraph).replaceAll('@', '@\u200b');
  return withProse(page, proseBlock(`${text} (${plain(draft.model)})`));
}
