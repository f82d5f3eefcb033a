import { describe, expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../src/domain/record.ts';
import { type AgentFixture, agentFixture, COUNT_TREE, withAgent } from '../support/agent-fixture.ts';
import { ledgerOn } from '../support/committed-ledger.ts';
import { entry } from '../support/ledger-samples.ts';
import { startVendorServer, type VendorServer } from '../support/vendor-server.ts';

/** Fetches in one of two ways, of which one never works. */
const FETCH_SCRIPT = `import { z } from 'zod';
import { defineScript } from '../src/script.ts';
export default defineScript({
  summary: 'Fetches.',
  input: z.object({ way: z.string() }),
  output: z.object({ by: z.string() }),
  async run(_context, { way }) {
    if (way === 'fast') throw new Error('the fast way is closed');
    return { by: way };
  },
});
`;

const TREE = {
  ...COUNT_TREE,
  'directives/fetch.md': `---
every: 1d
effects: none
priority: 90
---
# Directive: fetch
## Goal
Fetch the news.
## Inputs
- way: string (required)
## Tools
- execution/fetch.ts --way {way}
`,
  'execution/fetch.ts': FETCH_SCRIPT,
  '.github/steward.yml': 'routes: { ceo_analysis: [flash], consolidation: [flash] }\n',
};
const REMEDY = 'fetch works by the slow way, while the fast way stays closed.';
const today = () => new Date().toISOString().slice(0, 10);

interface House {
  agent: AgentFixture;
  server: VendorServer;
  environment: Record<string, string>;
}

/** A model that fetches the fast way unless a lesson names another one, and learns the remedy when it is asked to. */
async function house(learn: (body: string) => unknown): Promise<House> {
  const server = await startVendorServer({
    gemini: ({ body }) => ({ json: body.includes('You keep the lessons') ? learn(body) : decide(body) }),
  });
  onTestFinished(() => server.close());
  const agent = await agentFixture(TREE);
  const environment = { GEMINI_API_KEY: 'sk-test-0123456789abcdef', GOOGLE_GEMINI_BASE_URL: server.url };
  return { agent, server, environment };
}

function decide(body: string) {
  const offered = [...body.matchAll(/\\n- ([^ ]+) \[priority/g)].map((match) => match[1] ?? '');
  const option = offered.find((id) => /fetch|dispatch/.test(id)) ?? offered[0] ?? '';
  const lesson = /\\n- (L\d+)(?:(?!\\n).)*?slow way/.exec(body)?.[1];
  const inputs =
    /Open inputs: way/.test(body) && !option.startsWith('count')
      ? [{ name: 'way', value: lesson ? 'slow' : 'fast' }]
      : [];
  return { option, inputs, reason: 'news first', lessons: lesson && inputs.length > 0 ? [lesson] : [] };
}

const NOTHING = {
  op: '',
  lesson: '',
  into: '',
  claim: '',
  directive: '',
  signature: '',
  tag: '',
  evidence: [],
  reason: '',
};

/** The ids and the signature of the failures that the prompt tells of. */
function failuresIn(body: string): { ids: string[]; signature: string } {
  const found = [...body.matchAll(/\\n- (\S+) \d\d:\d\d fetch -> failure \(([0-9a-f]{12})\)/g)];
  return { ids: found.map((match) => match[1] ?? ''), signature: found[0]?.[2] ?? '' };
}

const learnRemedy = (body: string) => {
  const { ids, signature } = failuresIn(body);
  return { operations: [{ ...NOTHING, op: 'add', claim: REMEDY, directive: 'fetch', signature, evidence: ids }] };
};

async function consolidated(agent: AgentFixture, environment: Readonly<Record<string, string>> = {}) {
  const args = ['consolidate', '--date', today(), '--json'];
  const { exitCode, stdout, stderr } = await agent.steward(args, environment);
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe('what failed twice in the same way', () => {
  test('is not chosen a third time by a model; a lesson with the remedy is used by the next decision, and counted', async () => {
    const { agent, environment } = await house(learnRemedy);
    for (const count of [1, 2]) {
      const { entry } = await agent.cycle([], environment);
      expect(entry, `cycle ${count}`).toMatchObject({ decision: 'fetch', params: { way: 'fast' }, result: 'failure' });
    }
    expect((await agent.cycle([], environment)).entry).toMatchObject({ decision: 'count', result: 'success' });

    const { nights } = await consolidated(agent, environment);
    expect(nights).toHaveLength(1);
    const signature = (await lastFailure(agent)).failure?.signature;
    const remedy = nights[0].added.find(({ origin }: { origin: string }) => origin === 'model');
    expect(remedy).toMatchObject({ claim: REMEDY, when: { directive: 'fetch', signature } });

    // A person asks for it: the breaker lets it pass, the model fills in the way.
    const { entry } = await agent.cycle(['--directive', 'fetch'], environment);
    expect(entry).toMatchObject({ decided_by: 'model', params: { way: 'slow' }, result: 'success' });
    expect(entry.lessons).toEqual([remedy.id]);
    expect(entry.observed.lessons).toContain(remedy.id);
    await consolidated(agent);
    const page = await agent.git('show', 'HEAD:knowledge/lessons.md');
    expect(page).toMatch(new RegExp(`### ${remedy.id}\\n[^#]*helpful 1, harmful 0, last used ${today()}`));
  });

  test('is not chosen a third time without a model either, and code alone makes the lesson', async () => {
    const agent = await agentFixture(TREE);
    const closed = {
      'directives/fetch.md': TREE['directives/fetch.md'].replace('string (required)', 'string (default: fast)'),
    };
    await agent.commit({ message: 'the fast way', files: closed });
    for (const count of [1, 2])
      expect((await agent.cycle()).entry, `cycle ${count}`).toMatchObject({ decision: 'fetch', result: 'failure' });
    expect((await agent.cycle()).entry).toMatchObject({ decision: 'count', result: 'success' });
    expect((await agent.cycle()).idle).toBe(true);
    const { nights } = await consolidated(agent);
    const signature = (await lastFailure(agent)).failure?.signature;
    expect(nights[0]).toMatchObject({ model: null, cost: 0, refused: [] });
    expect(nights[0].added).toMatchObject([
      { origin: 'code', status: 'candidate', when: { directive: 'fetch', signature } },
    ]);
    const listed = await agent.steward(['lessons', '--directive', 'fetch']);
    expect(listed.stdout).toContain('the fast way is closed');
  });
});

describe('a night beside others', () => {
  /** Two failures of yesterday in the books of a remote, and clones of it. */
  async function clones(count: number): Promise<AgentFixture[]> {
    const origin = await agentFixture(TREE);
    await origin.addRemote();
    const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    await ledgerOn(origin, [failure(day, '01'), failure(day, '02')]);
    return Promise.all(Array.from({ length: count }, async () => withAgent(await origin.clone())));
  }

  test('three at once: one of them makes it, the others find it made', async () => {
    const all = await clones(3);
    const ended = await Promise.all(all.map((clone) => clone.steward(['consolidate', '--json'])));
    expect(ended.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(ended.map(({ stderr }) => [0, stderr]));
    const [clone] = all as [AgentFixture];
    await clone.git('pull', '-q', '--rebase');
    const nights = (await clone.records()).filter((record) => record.kind === 'entry' && record.consolidation);
    expect(nights).toHaveLength(1);
    expect(ended.flatMap(({ stdout }) => JSON.parse(stdout).nights)).toHaveLength(1);
    const check = await clone.steward(['check', '--json']);
    expect(
      JSON.parse(check.stdout).problems.filter(({ file }: { file: string }) => !file.startsWith('directives/')),
    ).toEqual([]);
  });

  test('a person pushes a page while the model thinks: the night is made anew, with their words in it', async () => {
    const [clone, person] = (await clones(2)) as [AgentFixture, AgentFixture];
    const own = '## Active\n\n### new\n\nThe house is closed on Sundays.\n\n- applies when: tag `any`\n';
    let calls = 0;
    const server = await startVendorServer({
      gemini: async ({ body }) => {
        calls += 1;
        await person.git('pull', '-q', '--rebase');
        await person.commit({ message: 'closed on Sundays', files: { 'knowledge/lessons.md': own } });
        await person.git('push', '-q', 'origin', 'HEAD:main');
        return { json: learnRemedy(body) };
      },
    });
    onTestFinished(() => server.close());
    const environment = { GEMINI_API_KEY: 'sk-test-0123456789abcdef', GOOGLE_GEMINI_BASE_URL: server.url };
    const { exitCode, stdout, stderr } = await clone.steward(['consolidate', '--json'], environment);
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout).nights).toHaveLength(1);
    const page = await clone.git('show', 'origin/main:knowledge/lessons.md');
    expect(page).toContain('The house is closed on Sundays.');
    expect(page).toContain('origin: code (failure)');
    // What the model said of a night that came to nothing is paid for, and it is not asked again.
    expect(calls).toBe(1);
    const entries = (await clone.records()).filter(
      (record): record is Entry => record.kind === 'entry' && record.flow === 'consolidate',
    );
    expect(entries.map(({ result, consolidation }) => [result, consolidation !== undefined])).toEqual([
      ['skipped', false],
      ['success', true],
    ]);
    expect(entries[0]?.metrics.cost).toBeGreaterThan(0);
  });
});

describe('lessons that would decide worse', () => {
  const MISLEADING = 'the last option of the list turns out best on days like this one.';
  const named = (name: string) =>
    COUNT_TREE['directives/count.md']?.toString().replace('Directive: count', `Directive: ${name}`) ?? '';

  test('are refused: past decisions are made again with the old and with the new ones', async () => {
    const misled = (body: string) => {
      const offered = [...body.matchAll(/\\n- ([^ ]+) \[priority/g)].map((match) => match[1] ?? '');
      const isMisled = body.includes('turns out best');
      return { option: isMisled ? offered.at(-1) : offered[0], inputs: [], reason: 'so', lessons: [] };
    };
    const learn = (body: string) => {
      const [, id = ''] = /\\n- (\S+) \d\d:\d\d \S+ -> failure/.exec(body) ?? [];
      return { operations: [{ ...NOTHING, op: 'add', claim: MISLEADING, tag: 'any', evidence: [id] }] };
    };
    const server = await startVendorServer({
      gemini: ({ body }) => ({ json: body.includes('You keep the lessons') ? learn(body) : misled(body) }),
    });
    onTestFinished(() => server.close());
    const environment = { GEMINI_API_KEY: 'sk-test-0123456789abcdef', GOOGLE_GEMINI_BASE_URL: server.url };
    const broken = TREE['directives/fetch.md']
      .replace('string (required)', 'string (default: fast)')
      .replace('priority: 90', 'priority: 10');
    const agent = await agentFixture({
      ...TREE,
      ...{
        'directives/again.md': named('again'),
        'directives/briefly.md': named('briefly'),
        'directives/fetch.md': broken,
      },
    });
    for (const name of ['again', 'briefly', 'count', 'fetch'])
      expect((await agent.cycle([], environment)).entry.decision).toBe(name);
    const { nights } = await consolidated(agent, environment);
    expect(nights[0].added).toEqual([]);
    expect(nights[0].refused).toMatchObject([
      { operation: `add ${MISLEADING}`, reason: expect.stringContaining('worse') },
    ]);
    const page = await agent.git('show', `HEAD:knowledge/daily/${today()}.md`);
    expect(page).toContain('## Refused');
    expect(await agent.git('show', 'HEAD:knowledge/lessons.md')).not.toContain('turns out best');
    // Its calls are booked like any others.
    const night = (await agent.records()).findLast((record): record is Entry => record.kind === 'entry');
    expect(night?.metrics.calls.map(({ task }) => task)).toEqual(['consolidation', ...Array(6).fill('ceo_analysis')]);
  });
});

const failure = (day: string, hour: string) =>
  entry({
    id: `${day.replaceAll('-', '')}t${hour}0000-0000000a`,
    timestamp: `${day}T${hour}:00:00.000Z`,
    occurrence: `fetch@${day}T${hour}:00Z`,
    decision: 'fetch',
    result: 'failure',
    verification: 'unverified',
    failure: { kind: 'crash', message: 'the fast way is closed', signature: 'aaaaaaaaaaaa', log_tail: '' },
  });

async function lastFailure(agent: AgentFixture): Promise<Entry> {
  const failed = (await agent.records()).filter(
    (record): record is Entry => record.kind === 'entry' && record.result === 'failure',
  );
  const last = failed.at(-1);
  if (!last) throw new Error('nothing failed');
  return last;
}
