import { describe, expect, it } from 'vitest';
import { parseDirective } from '../../../src/domain/directive.ts';
import { ARTICLE_SAMPLE, directive, directiveText, findings } from '../../support/domain-samples.ts';

const DESIGN_SAMPLE = `---
every: 1d              # a due slot per interval
priority: 60           # 0..100
writes: ["site/posts/**"]
deliver: commit
effects: external
forge: [issues.upsert]
secrets: [VERCEL_TOKEN]
approval: none
timeout: 5m
---
# Directive: publish_blog_post
## Goal
Publish a post.
## Inputs
- topic: string (required)
- target_keywords: list[str]
## Tools
- execution/generate_blog.ts --topic {topic} --keywords {target_keywords}
- execution/deploy_to_vercel.ts --prod
## Success Criteria
- execution/check_url.ts --url {site_url}/blog/{steps.1.slug}
- Social post is queued
## Known Failure Modes
- Vercel deploy fails if >100 deploys/day (free tier)
`;

describe('the samples', () => {
  it('parses the directive of the article as it stands', () => {
    const { directive, problems } = parseDirective(ARTICLE_SAMPLE, 'directives/publish_blog_post.md');
    expect(problems).toEqual([]);
    expect(directive).toMatchObject({
      name: 'publish_blog_post',
      goal: 'Generate and publish a blog post optimized for SEO.',
      tools: [
        { script: 'execution/generate_blog.py', args: ['--topic', '{topic}'], line: 11 },
        { script: 'execution/deploy_to_vercel.py', args: ['--prod'], line: 12 },
      ],
      inputs: [
        { name: 'topic', type: { scalar: 'string', isList: false }, isRequired: true },
        { name: 'target_keywords', type: { scalar: 'string', isList: true }, isRequired: false },
      ],
      criteria: [
        { kind: 'prose', text: 'Blog post is live at agenticforge.org/blog/{slug}' },
        { kind: 'prose', text: 'Sitemap is updated' },
        { kind: 'prose', text: 'Social post is queued' },
      ],
    });
    expect(directive?.knownFailureModes).toHaveLength(2);
  });

  it('gives the article sample the careful defaults', () => {
    const { directive } = parseDirective(ARTICLE_SAMPLE, 'directives/publish_blog_post.md');
    expect(directive).toMatchObject({
      on: [],
      priority: 50,
      writes: [],
      deliver: 'commit',
      effects: 'external',
      forge: [],
      secrets: [],
      spawn: [],
      approval: 'none',
      enabled: true,
      timeoutMs: 300_000,
    });
    expect(directive).not.toHaveProperty('everyMs');
  });

  it('parses the full sample, where the config gives {site_url}', () => {
    const { directive, problems } = parseDirective(DESIGN_SAMPLE, 'directives/publish_blog_post.md', ['site_url']);
    expect(problems).toEqual([]);
    expect(directive).toMatchObject({ everyMs: 86_400_000, priority: 60, writes: ['site/posts/**'] });
    expect(directive?.criteria[0]).toEqual({
      kind: 'command',
      command: { script: 'execution/check_url.ts', args: ['--url', '{site_url}/blog/{steps.1.slug}'], line: 22 },
    });
  });

  it('says where {site_url} should come from when nothing gives it', () => {
    expect(findings(DESIGN_SAMPLE, 'directives/publish_blog_post.md')).toEqual([
      'directives/publish_blog_post.md:22: found the placeholder `{site_url}`, expected one of topic, target_keywords. List it under Inputs, or under vars: in .github/steward.yml',
    ]);
  });

  it('asks for {site_url} only when the directive is switched on, and for a step that is not there at once', () => {
    const off = DESIGN_SAMPLE.replace('---\n', '---\nenabled: false\n');
    expect(findings(off, 'directives/publish_blog_post.md')).toEqual([]);
    expect(findings(off.replace('{steps.1.slug}', '{steps.9.slug}'), 'directives/publish_blog_post.md')).toEqual([
      expect.stringContaining('found the placeholder `{steps.9.slug}`'),
    ]);
  });

  it('reads a Windows file and a byte order mark the same way, with the same lines', () => {
    const plain = parseDirective(DESIGN_SAMPLE, 'directives/publish_blog_post.md', ['site_url']);
    for (const text of [DESIGN_SAMPLE.replaceAll('\n', '\r\n'), `\uFEFF${DESIGN_SAMPLE}`]) {
      expect(parseDirective(text, 'directives/publish_blog_post.md', ['site_url'])).toEqual(plain);
    }
    expect(findings(`\uFEFF${ARTICLE_SAMPLE}`, 'directives/publish_blog_post.md')).toEqual([]);
  });
});

describe('title and sections', () => {
  it.each([
    ['', 1, 'no title'],
    ['Some text\n## Tools\n- execution/x.ts', 1, 'no title'],
    ['\n# sweep\n## Tools\n- execution/x.ts', 2, '`# sweep`'],
    ['# Directive: Sweep\n## Tools\n- execution/x.ts', 1, 'the name `Sweep`'],
    ['# Directive: ../sweep\n## Tools\n- execution/x.ts', 1, 'the name `../sweep`'],
    ['# Directive: constructor\n## Tools\n- execution/x.ts', 1, 'the name `constructor`'],
    ['# Directive: dust\n## Tools\n- execution/x.ts', 1, 'the name `dust`'],
  ])('refuses %j', (text, line, found) => {
    const { directive, problems } = parseDirective(text, 'directives/sweep.md');
    expect(directive).toBeUndefined();
    expect(problems[0]).toMatchObject({ line, found, severity: 'error' });
  });

  it('wants the name and the file name to agree', () => {
    expect(findings(directiveText({ name: 'dust' }))).toEqual([
      'directives/sweep.md:1: found the name `dust`, expected `sweep`, as the file is called. Rename one of them: a directive has one name',
    ]);
  });

  it('names the section that was probably meant, and lets unlike ones be', () => {
    const text = `${directiveText()}## Sucess criteria\n- x\n## Recipe for soup\n- y\n`;
    expect(findings(text)).toEqual([
      'directives/sweep.md:6: found the section `Sucess criteria`, expected one of Goal, Inputs, Tools, Success Criteria, Known Failure Modes, Boundaries, Notes. Did you mean `Success Criteria`?',
    ]);
  });

  it('wants a tool, and points at the empty section', () => {
    expect(findings('# Directive: sweep\n## Goal\ng\n## Tools\n')).toEqual([
      'directives/sweep.md:4: found no tool, expected a `## Tools` section with a line such as `- execution/x.ts --topic {topic}`',
    ]);
    expect(findings('# Directive: sweep\n## Goal\ng\n')[0]).toContain('sweep.md:1: found no tool');
  });

  it('takes fenced code for text, whatever it looks like', () => {
    const text = directiveText({
      tools: '- execution/a.ts\n\n```md\n# Directive: other\n## Inputs\n- rm -rf /\n```\n',
    });
    const { directive, problems } = parseDirective(text, 'directives/sweep.md');
    expect(problems).toEqual([]);
    expect(directive).toMatchObject({ name: 'sweep', inputs: [], tools: [{ script: 'execution/a.ts' }] });
  });
});

describe('inputs', () => {
  it('reads types, defaults and remarks', () => {
    const inputs = [
      '- a: string (required) - what it is about',
      '- b: int (default: 5)',
      '- c: list[number] (default 1, 2.5)',
      '- d: enum[fast, slow] (default: slow)',
      '- e: boolean',
    ].join('\n');
    expect(directive({ inputs }).inputs).toEqual([
      { name: 'a', type: { scalar: 'string', isList: false }, isRequired: true },
      { name: 'b', type: { scalar: 'integer', isList: false }, isRequired: false, defaultValue: 5 },
      { name: 'c', type: { scalar: 'number', isList: true }, isRequired: false, defaultValue: [1, 2.5] },
      {
        name: 'd',
        type: { scalar: 'string', isList: false, choices: ['fast', 'slow'] },
        isRequired: false,
        defaultValue: 'slow',
      },
      { name: 'e', type: { scalar: 'boolean', isList: false }, isRequired: false },
    ]);
  });

  it.each([
    'topic',
    'topic string',
    'topic: text',
    'topic: list',
    'topic: list[text]',
    'topic: enum[]',
    'topic: constructor',
    'topic: list[__proto__]',
    '__proto__: string',
    'toString: string',
    '7up: string',
  ])('refuses `%s` and shows the form', (bullet) => {
    expect(findings(directiveText({ inputs: `- ${bullet}` }))).toEqual([
      `directives/sweep.md:5: found the input \`${bullet}\`, expected \`name: type (required)\`, where type is string, integer, number, boolean, list[...] of those, or enum[a, b]`,
    ]);
  });

  it('refuses a default of another type and an input that is there twice', () => {
    expect(findings(directiveText({ inputs: '- n: integer (default: many)\n- a: string\n- a: integer' }))).toEqual([
      'directives/sweep.md:5: found the default `many`, expected integer',
      'directives/sweep.md:7: found the input `a` a second time, expected one line for each input',
    ]);
  });
});

describe('all problems at once', () => {
  it('lists them with their lines, and one bad bullet hides no other', () => {
    const text = directiveText({
      name: 'Sweep',
      front: 'evry: 1d\npriority: 500\nwrites:\n  - site/**\n  - ../out\ntimeout: soon',
      inputs: '- topic: strng\n- size: integer (required)',
      tools: '- execution/a.ts --size {size} --colour {colour}\n- make it so',
      criteria: '- execution/b.ts oops',
    });
    const { directive, problems } = parseDirective(text, 'directives/sweep.md');
    expect(directive).toBeUndefined();
    expect(
      problems
        .map(({ line, found }) => `${line} ${found}`)
        .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
    ).toEqual([
      '2 the unknown key `evry`',
      '3 `priority: 500`',
      '6 `writes.1: ../out`',
      '7 `timeout: soon`',
      '9 the name `Sweep`',
      '13 the input `topic: strng`',
      '16 the placeholder `{colour}`',
      '17 `make it so`',
      '19 `oops` is not a --flag',
    ]);
    expect(problems.every(({ file, expected }) => file === 'directives/sweep.md' && expected !== '')).toBe(true);
  });
});

it('a misspelt remark on an input is a finding, not an optional input', () => {
  const text = '# Directive: d\n## Inputs\n- topic: string (requird)\n## Tools\n- execution/x.ts\n';
  const { directive, problems } = parseDirective(text, 'directives/d.md');
  expect(directive).toBeUndefined();
  expect(problems).toMatchObject([{ line: 3, found: '`(requird)`', hint: 'Did you mean `required`?' }]);
});
