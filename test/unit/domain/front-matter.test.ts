import { describe, expect, it } from 'vitest';
import { parseDirective } from '../../../src/domain/directive.ts';
import { directive, directiveText, findings } from '../../support/domain-samples.ts';

const front = (yaml: string) => findings(directiveText({ front: yaml }));

describe('keys and values', () => {
  it('reads every key', () => {
    const yaml = [
      'every: 2h',
      'on: [task, dispatch, issue, ci-failed, merge]',
      'priority: 0',
      'writes: ["site/**", README.md]',
      'deliver: pull-request',
      'effects: none',
      'forge: [issues.upsert]',
      'secrets: [VERCEL_TOKEN]',
      'spawn: [git]',
      'approval: required',
      'enabled: false',
      'timeout: 6h',
    ].join('\n');
    expect(directive({ front: yaml })).toMatchObject({
      everyMs: 7_200_000,
      on: ['task', 'dispatch', 'issue', 'ci-failed', 'merge'],
      priority: 0,
      writes: ['site/**', 'README.md'],
      deliver: 'pull-request',
      effects: 'none',
      forge: ['issues.upsert'],
      secrets: ['VERCEL_TOKEN'],
      spawn: ['git'],
      approval: 'required',
      enabled: false,
      timeoutMs: 21_600_000,
    });
  });

  it('suggests the nearest key, on the line of the key itself', () => {
    expect(front('# a comment\nevery: 1d\nwritess:\n  - site/**')).toEqual([
      'directives/sweep.md:4: found the unknown key `writess`, expected one of every, on, priority, writes, deliver, effects, forge, secrets, spawn, needs, tell, approval, enabled, timeout. Did you mean `writes`?',
    ]);
    expect(front('every: 1d\nWRITES: []')[0]).toContain('sweep.md:3: found the unknown key `WRITES`');
    expect(front('zzzzzzzzz: 1')[0]).not.toContain('Did you mean');
  });

  it.each(['1 day', '0m', '-1h', '1.5h', '5', '1y', 'm', '1234567s', '{}', '[1d]', 'PT5M'])(
    'refuses the duration %s',
    (text) => {
      expect(front(`priority: 5\nevery: ${text}`)).toEqual([
        expect.stringMatching(
          /^directives\/sweep\.md:3: found `every: .*`, expected a duration such as 90s, 5m, 2h, 1d or 1w$/,
        ),
      ]);
    },
  );

  it('refuses a time limit that no timer or runner can keep', () => {
    expect(front('timeout: 7h')).toEqual([
      'directives/sweep.md:2: found `timeout: 7h`, expected a duration such as 90s, 5m, 2h, 1d or 1w, at most 6h',
    ]);
  });

  it.each([
    ['priority: high', 'a whole number from 0 to 100'],
    ['priority: 1.5', 'a whole number from 0 to 100'],
    ['priority: 101', 'a whole number from 0 to 100'],
    ['on: schedule', 'a list of task, dispatch, issue, ci-failed, merge'],
    ['writes: site/**', 'a list of paths such as ["site/posts/**"]'],
    ['deliver: push', 'commit or pull-request'],
    ['effects: some', 'none, repo or external'],
    ['forge: [delete everything]', 'operations such as issues.upsert'],
    ['spawn: [bash]', 'git: the only program a script may ask the agent for'],
    ['approval: yes', 'none or required'],
    ['enabled: "no"', 'true or false'],
  ])('refuses `%s`', (yaml, expected) => {
    expect(front(yaml)).toEqual([expect.stringContaining(`expected ${expected}`)]);
  });

  it.each([
    'GITHUB_TOKEN',
    'ACTIONS_RUNTIME_TOKEN',
    'GEMINI_API_KEY',
    'GOOGLE_GEMINI_BASE_URL',
    'ANTHROPIC_API_KEY',
    'NODE_OPTIONS',
    'STEWARD_PAUSED',
    'GIT_SSH_COMMAND',
    'LD_PRELOAD',
    'PATH',
    'HOME',
  ])('never grants %s', (name) => {
    expect(front(`secrets: [VERCEL_TOKEN, ${name}]`)).toEqual([
      expect.stringContaining(
        'expected a secret of your own: model keys, GITHUB_TOKEN and variables that steer a process',
      ),
    ]);
  });

  it.each(['vercel_token', 'A B', '', '1PASS', 'A=B'])('refuses the secret name %j', (name) => {
    expect(front(`secrets: [${JSON.stringify(name)}]`)).toEqual([
      expect.stringContaining('the name of a secret in capitals'),
    ]);
  });
});

describe('fences', () => {
  it.each(['---', '---  ', '---yaml', '--- yaml ', '---\t'])('keeps the line numbers behind %j', (fence) => {
    const text = `${fence}\nevery: 1d\npriority: x\n---\n${directiveText()}`;
    expect(findings(text)).toEqual([expect.stringContaining('sweep.md:3: found `priority: x`')]);
    expect(findings(text.replace('priority: x', 'priority: 1').replace('sweep.ts', 'sweep'))).toEqual([
      expect.stringContaining('sweep.md:9: found `execution/sweep`'),
    ]);
  });

  it.each(['---\nevery: 1d\n', '---\nevery: 1d\n---x\n', '---\nevery: 1d\n----\n'])('wants %j closed', (start) => {
    expect(findings(`${start}${directiveText()}`)).toEqual([
      'directives/sweep.md:1: found front matter that is not closed, expected a second line of `---` after it',
    ]);
  });

  it('takes an empty block for defaults and a ruler for text', () => {
    expect(parseDirective(`---\n---\n${directiveText()}`, 'directives/sweep.md').directive).toEqual(
      expect.objectContaining({ priority: 50 }),
    );
    expect(findings(`-----\n${directiveText()}`)).toEqual([]);
    expect(findings(`${directiveText()}\n---js\n{ a: 1 }\n---\n`)).toEqual([]);
  });
});
