import matter from 'gray-matter';
import { z } from 'zod';
import { DURATION_FORM, DURATION_PATTERN, durationMs } from './duration.ts';
import { errorAt, type Problem } from './problem.ts';
import { refuseWritePattern } from './writes.ts';
import { checkObject, parseYamlObject } from './yaml-object.ts';

const duration = z.string({ error: DURATION_FORM }).regex(DURATION_PATTERN, DURATION_FORM);
const secretName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'the name of a secret in capitals, such as VERCEL_TOKEN')
  .refine(
    (name) => !/^(GITHUB_|ACTIONS_|NODE_|STEWARD_|GEMINI_|GOOGLE_GEMINI_|ANTHROPIC_|GIT_|LD_|PATH$|HOME$)/.test(name),
    {
      error: 'a secret of your own: model keys, GITHUB_TOKEN and variables that steer a process can not be granted',
    },
  );
const writePattern = z.string().superRefine((pattern, context) => {
  const refusal = refuseWritePattern(pattern);
  if (refusal) context.addIssue(refusal);
});

/** The front matter of a directive (DESIGN.md, Directives). Every key has a default. */
export const FrontMatter = z
  .strictObject({
    every: duration.optional(),
    on: z
      .array(z.enum(['task', 'dispatch', 'issue', 'ci-failed', 'merge']), {
        error: 'a list of task, dispatch, issue, ci-failed, merge',
      })
      .default([]),
    priority: z
      .int('a whole number from 0 to 100')
      .min(0, 'a whole number from 0 to 100')
      .max(100, 'a whole number from 0 to 100')
      .default(50),
    writes: z.array(writePattern, { error: 'a list of paths such as ["site/posts/**"]' }).default([]),
    deliver: z.enum(['commit', 'pull-request'], { error: 'commit or pull-request' }).default('commit'),
    effects: z.enum(['none', 'repo', 'external'], { error: 'none, repo or external' }).default('external'),
    forge: z.array(z.string().regex(/^[a-z]+\.[a-zA-Z]+$/, 'operations such as issues.upsert')).default([]),
    secrets: z.array(secretName, { error: 'a list of secret names such as [VERCEL_TOKEN]' }).default([]),
    spawn: z.array(z.enum(['git'], { error: 'git: the only program a script may ask the agent for' })).default([]),
    approval: z.enum(['none', 'required'], { error: 'none or required' }).default('none'),
    enabled: z.boolean({ error: 'true or false' }).default(true),
    timeout: duration.default('5m'),
  })
  .transform(({ every, timeout, ...rest }) => ({
    ...rest,
    timeoutMs: durationMs(timeout),
    ...(every ? { everyMs: durationMs(every) } : {}),
  }));

const KEYS = [
  'every',
  'on',
  'priority',
  'writes',
  'deliver',
  'effects',
  'forge',
  'secrets',
  'spawn',
  'approval',
  'enabled',
  'timeout',
];

export type FrontMatter = z.infer<typeof FrontMatter>;

/** Cuts a directive into checked front matter and body. `value` is absent when something in it is wrong. */
export function readFrontMatter(
  text: string,
  file: string,
): { value?: FrontMatter; body: string; bodyLine: number; problems: Problem[] } {
  const { matter: yaml, body, bodyLine, problems } = splitFrontMatter(text, file);
  const checked = checkObject(FrontMatter, parseYamlObject(yaml, file, 2), file, () => KEYS);
  return {
    ...(checked.value ? { value: checked.value } : {}),
    body,
    bodyLine,
    problems: [...problems, ...checked.problems],
  };
}

/**
 * Front matter is hostile input: gray-matter only cuts it out. Every engine but YAML is refused (its JavaScript engine
 * would run the text), and passing options bypasses its cache.
 */
function splitFrontMatter(
  text: string,
  file: string,
): { matter: string; body: string; bodyLine: number; problems: Problem[] } {
  const language = /^---[ \t]*(\S+)/.exec(text)?.[1];
  const none = { matter: '', body: text, bodyLine: 1 };
  if (language && language !== 'yaml') {
    const problem = errorAt(
      file,
      1,
      `front matter in \`${language}\``,
      'YAML between two lines of `---`',
      'Code in front matter is never run',
    );
    return { ...none, problems: [problem] };
  }
  const cut = matter(text, { language: 'yaml', engines: { yaml: () => ({}) } });
  const isOpen = /^---[ \t]*\r?\n/.test(text) && !/\n---[ \t]*(\r?\n|$)/.test(text.slice(3));
  const problems = isOpen
    ? [errorAt(file, 1, 'front matter that is not closed', 'a second line of `---` after it')]
    : [];
  const bodyLine = text.slice(0, text.length - cut.content.length).split('\n').length;
  return { matter: cut.matter.replace(/^\r?\n/, ''), body: cut.content, bodyLine, problems };
}
