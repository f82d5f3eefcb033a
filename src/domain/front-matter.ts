import matter from 'gray-matter';
import { z } from 'zod';
import { DURATION_FORM, DURATION_PATTERN, durationMs, isTimeout, TIMEOUT_FORM } from './duration.ts';
import { GRANTABLE_OPERATIONS } from './forge.ts';
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

const NEEDS_FORM = 'a list of github, and of files such as knowledge/feeds.yml';
const isFilePath = (text: string): boolean => /^\w[\w.-]*(?:\/[\w-][\w.-]*)+$/.test(text) && !text.includes('..');

const FORGE_FORM = `operations such as issues.upsert, of ${GRANTABLE_OPERATIONS.join(', ')}`;

/** The front matter of a directive. Every key has a default. */
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
    forge: z.array(z.enum(GRANTABLE_OPERATIONS, { error: FORGE_FORM }), { error: FORGE_FORM }).default([]),
    secrets: z.array(secretName, { error: 'a list of secret names such as [VERCEL_TOKEN]' }).default([]),
    spawn: z.array(z.enum(['git'], { error: 'git: the only program a script may ask the agent for' })).default([]),
    needs: z
      .array(
        z.string({ error: NEEDS_FORM }).refine((need) => need === 'github' || isFilePath(need), NEEDS_FORM),
        {
          error: NEEDS_FORM,
        },
      )
      .default([]),
    tell: z.enum(['news', 'always', 'never'], { error: 'news, always or never' }).default('news'),
    approval: z.enum(['none', 'required'], { error: 'none or required' }).default('none'),
    enabled: z.boolean({ error: 'true or false' }).default(true),
    timeout: duration.refine(isTimeout, TIMEOUT_FORM).default('5m'),
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
  'needs',
  'tell',
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

/** gray-matter would run what these engines read. None is reached, since only plain fences get to it; if one were, it refuses. */
const refuseEngine = () => {
  throw new Error('only YAML is read');
};
const ENGINES = {
  yaml: () => ({}),
  json: refuseEngine,
  javascript: refuseEngine,
  coffee: refuseEngine,
};

/**
 * Front matter is hostile input: gray-matter only cuts it out. It takes whatever stands behind the first `---` for the
 * name of an engine, after trimming every kind of white space, so a fence that is not plain never reaches it. Passing
 * options bypasses its cache.
 */
function splitFrontMatter(
  text: string,
  file: string,
): { matter: string; body: string; bodyLine: number; problems: Problem[] } {
  const plain = text.replace(/^\uFEFF/, '');
  const none = { matter: '', body: plain, bodyLine: 1 };
  const fence = /^---(?!-)[^\n]*/.exec(plain)?.[0];
  if (fence === undefined) return { ...none, problems: [] };
  if (!/^---[ \t]*(yaml)?[ \t]*\r?$/.test(fence))
    return { ...none, problems: [errorAt(file, 1, ...languageProblem(fence))] };
  const rest = plain.slice(fence.length);
  // gray-matter ends the block at any line that begins with `---`; only a whole line of it was meant.
  const end = /\n---[^\n]*/.exec(rest)?.[0];
  if (end === undefined || !/^\n---[ \t]*\r?$/.test(end)) {
    return {
      ...none,
      problems: [errorAt(file, 1, 'front matter that is not closed', 'a second line of `---` after it')],
    };
  }
  const cut = matter(`---${rest}`, { language: 'yaml', engines: ENGINES });
  const bodyLine = plain.slice(0, plain.length - cut.content.length).split('\n').length;
  return { matter: cut.matter.replace(/^\n/, '').replace(/\r$/, ''), body: cut.content, bodyLine, problems: [] };
}

function languageProblem(fence: string): [found: string, expected: string, hint: string] {
  const language = fence.slice(3).trim().slice(0, 40);
  return [`front matter in \`${language}\``, 'YAML between two lines of `---`', 'Code in front matter is never run'];
}
