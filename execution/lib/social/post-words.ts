import { z } from 'zod';
import type { ScriptContext } from '../../../src/script.ts';
import { cut } from '../markdown-text.ts';
import { cleanText } from './post-length.ts';
import type { News } from './social-news.ts';

/** With an address behind it, it fits every network. */
const LONGEST = 220;
const SHORTEST = 20;

const Answer = z.object({ text: z.string().min(SHORTEST).max(400).describe(`at most ${LONGEST} characters`) });

const SUBJECTS: Readonly<Record<News['kind'], string>> = {
  page: 'makes people want to read the article in the material',
  release: 'tells that the version in the material is out',
};

type Subject = Pick<News, 'kind' | 'title' | 'description'>;

/** The text of a post about the news: by a model, else made of its title. */
export async function wordsFor(
  context: ScriptContext,
  news: Subject,
  project: string,
): Promise<{ text: string; by: string }> {
  const { kind, title, description } = news;
  const template = cut(templateFor(news, project), LONGEST);
  const prompt = `Write one post for social networks that ${SUBJECTS[kind]}: at most ${LONGEST} characters of plain text, one
or two sentences, in a calm voice. Say what the reader gets from it. Claim nothing that the material does not say. No
address, no mentions, no emoji; at most two hashtags.`;
  const material = { title, description, ...(project === '' ? {} : { project }) };
  const draft = await context.generate({ task: 'social_posts', prompt, material, schema: Answer });
  if ('unavailable' in draft) return { text: template, by: 'template' };
  const text = harmless(draft.generated.text);
  // What is left of a text that was mostly addresses and names says nothing.
  return text.length >= SHORTEST ? { text: cut(text, LONGEST), by: draft.model } : { text: template, by: 'template' };
}

function templateFor({ kind, title, description }: Subject, project: string): string {
  if (kind === 'page') return harmless(description === '' ? title : `${title}: ${description}`);
  const about = description === '' || description === title ? '' : `: ${description}`;
  return harmless(`${project === '' ? 'Version' : project} ${title} is out${about}`);
}

/** Without addresses, which could lead anywhere, and without marks that call somebody. */
export const harmless = (text: string): string =>
  cleanText(text)
    .replace(/\b(?:[a-z][a-z0-9+.-]*:\/\/|www\.)\S+/gi, '')
    .replace(/[@＠](?=\S)/g, '')
    .replace(/\s+/g, ' ')
    .trim();
