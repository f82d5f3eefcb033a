import { z } from 'zod';
import type { ScriptContext } from '../../../src/script.ts';
import { quoted, visibleLine } from '../outside-text.ts';
import type { RankedItem } from './feed-ranking.ts';
import type { Digest } from './feed-state.ts';

const Answer = z.object({
  summary: z.string().min(1).max(900).describe('Plain text, three to five sentences, no links'),
  picks: z
    .array(
      z.object({
        item: z.int().describe('The number of an item in the list'),
        why: z.string().min(1).max(160).describe('Why it is worth reading, in one sentence'),
      }),
    )
    .max(5),
});

const PROMPT =
  'Summarise these new items of feeds for a busy engineer: what happened, what belongs together, and which of them to read first. Name items by their number. Use only what the items say. Write plain text without links or Markdown.';

/** Null where no model can be asked: the ranked list then stands alone. What it names that is not in the list is dropped. */
export async function summarise(
  context: ScriptContext,
  items: readonly RankedItem[],
  keywords: readonly string[],
): Promise<Digest['summary']> {
  if (items.length === 0) return null;
  const list = items.map(({ title, abstract }, index) => `${index + 1}. ${title}\n   ${abstract}`).join('\n');
  const prompt = keywords.length === 0 ? PROMPT : `${PROMPT} The reader cares for: ${keywords.join(', ')}.`;
  const answer = await context.generate({ task: 'social_posts', prompt, material: { items: list }, schema: Answer });
  if ('unavailable' in answer) {
    context.log(`no summary: ${answer.unavailable}`);
    return null;
  }
  const { summary, picks } = answer.generated;
  const text = visibleLine(summary, 900);
  // Nothing that would be seen is no summary.
  if (quoted(text, 900) === '') return null;
  const known = picks.filter(
    ({ item }, index) => item >= 1 && item <= items.length && picks.findIndex((pick) => pick.item === item) === index,
  );
  return {
    text,
    model: answer.model,
    picks: known.map(({ item, why }) => ({ item: item - 1, why: visibleLine(why, 160) })),
  };
}
