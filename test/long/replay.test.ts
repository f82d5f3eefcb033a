import { describe, expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../src/domain/record.ts';
import type { ReplayReport } from '../../src/domain/replay-report.ts';
import { type AgentFixture, agentFixture, COUNT_DIRECTIVE, COUNT_TREE, withAgent } from '../support/agent-fixture.ts';
import { startVendorServer, type VendorServer } from '../support/vendor-server.ts';

const named = (name: string) => COUNT_DIRECTIVE.replace('Directive: count', `Directive: ${name}`);

/** Three daily directives that work, one that fails, and one that runs when it is asked for, with two inputs. */
const TREE = {
  ...COUNT_TREE,
  'directives/again.md': named('again'),
  'directives/later.md': named('later'),
  'directives/break.md': named('break').replace('execution/count.ts --word {word}', 'execution/break.ts'),
  'directives/write.md': named('write')
    .replace('every: 1d\n', '')
    .replace('- word: string (default: files)', '- word: string (required)\n- tone: string (required)')
    .replace('--word {word}', '--word {word}{tone}'),
  'execution/break.ts': `import { z } from 'zod';
import { defineScript } from '../src/script.ts';
export default defineScript({
  summary: 'Fails.',
  input: z.object({}),
  output: z.object({ count: z.int() }),
  async run() {
    throw new Error('the shelf is empty');
  },
});
`,
  '.github/steward.yml': 'routes: { ceo_analysis: [flash] }\n',
};

interface House {
  agent: AgentFixture;
  server: VendorServer;
  environment: Record<string, string>;
  /** Directives as the model would rather have them: the first that is offered is chosen. */
  taste: string[];
}

async function house(): Promise<House> {
  const taste: string[] = [];
  const server = await startVendorServer({ gemini: ({ body }) => ({ json: choose(body, taste) }) });
  onTestFinished(() => server.close());
  const agent = await agentFixture(TREE);
  const environment = { GEMINI_API_KEY: 'sk-test-0123456789abcdef', GOOGLE_GEMINI_BASE_URL: server.url };
  return { agent, server, environment, taste };
}

/** Options stand in the prompt as `- count@2026-03-04T00:00Z [priority 50, ...`. */
function choose(body: string, taste: readonly string[]) {
  const offered = [...body.matchAll(/\\n- ([^ ]+) \[priority/g)].map((match) => match[1] ?? '');
  const option = taste.flatMap((name) => offered.find((id) => id.startsWith(name)) ?? []).at(0) ?? offered[0];
  const inputs = ['word', 'tone']
    .filter((name) => new RegExp(`Open inputs: [^.]*\\b${name} \\(`).test(body))
    .map((name) => ({ name, value: 'x' }));
  return { option, inputs, reason: `${option} looks best`, lessons: [] };
}

/** A failure, two successes, and a request of which one input is open: four decisions of the model. */
async function livedIn(): Promise<House> {
  const home = await house();
  const { agent, environment, taste } = home;
  for (const name of ['break', 'count', 'again']) {
    taste.splice(0, Number.POSITIVE_INFINITY, name);
    const { entry } = await agent.cycle([], environment);
    expect(entry).toMatchObject({ decision: name, decided_by: 'model' });
  }
  const asked = ['--directive', 'write', '--params', '{"word":"y"}'];
  expect((await agent.cycle(asked, environment)).entry).toMatchObject({ decided_by: 'model', result: 'success' });
  taste.splice(0, Number.POSITIVE_INFINITY, 'break', 'count', 'again');
  return home;
}

async function replayed(
  agent: AgentFixture,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ReplayReport> {
  const { exitCode, stdout, stderr } = await agent.steward(['replay', '--json', ...args], environment);
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe('replay', () => {
  test('makes every prompt again, asks, compares, and books nothing but the calls', async () => {
    const { agent, server, environment, taste } = await livedIn();
    const before = { head: await agent.git('rev-parse', 'HEAD'), asked: server.requests.map(({ body }) => body) };

    // Without a key: what there is to see for nothing.
    const bare = await replayed(agent, []);
    expect(bare).toMatchObject({ asked_for: 20, found: 4, matched: 4, redecided: 0, booked: null, spent: 0 });
    expect(bare.not_asked).toContain('GEMINI_API_KEY');
    const rebuilt = await replayed(agent, ['--rebuild-only', '--last', '1'], environment);
    expect(rebuilt).toMatchObject({ found: 1, matched: 1, redecided: 0 });
    expect(rebuilt.decisions[0]?.was).toMatch(/^dispatch:/);
    expect(await agent.git('rev-parse', 'HEAD')).toBe(before.head);
    expect(server.requests).toHaveLength(4);

    // The same questions in the same order, and a model that answers as it did.
    taste.splice(0, Number.POSITIVE_INFINITY, 'break', 'count', 'again');
    const same = await replayed(agent, [], environment);
    expect(server.requests.slice(4).map(({ body }) => body)).toEqual(before.asked);
    expect(same).toMatchObject({ matched: 4, redecided: 4, not_asked: null });
    // In the second cycle what had just failed was offered once more, and this model would take it.
    expect(same.changed.map(({ was, now }) => [was, now].map((id) => id.split('@')[0]))).toEqual([
      ['count', 'break'],
      ['again', 'break'],
    ]);
    expect(same.agreed).toBe(2);
    expect(same.tokens).toEqual({ was: 4 * 1050, now: 4 * 1050, difference: 0 });
    expect(same.cost.difference).toBe(0);
    expect(same.spent).toBe(same.cost.now);
    const [last, ...others] = (await agent.records()).reverse();
    expect(last).toMatchObject({ flow: 'replay', decision: 'replay', result: 'success', final: true, id: same.booked });
    expect((last as Entry).metrics).toMatchObject({ cost: same.spent });
    const leases = others.filter((record) => record.kind === 'lease' && record.run === same.booked);
    expect((last as Entry).leases?.map(({ id }) => id)).toEqual(leases.map(({ id }) => id).reverse());
    expect(leases.length).toBeGreaterThan(0);
    const touched = await agent.git('diff', '--name-only', before.head, 'HEAD');
    expect(touched.split('\n').every((path) => path.startsWith('ledger/'))).toBe(true);
    expect((await agent.steward(['check'])).stdout).toContain('all is well');

    // Another taste: the failure is not chosen again. The replay before is no decision.
    taste.splice(0, Number.POSITIVE_INFINITY, 'later');
    const { stdout } = await agent.steward(['replay', '--last', '4'], environment);
    expect(stdout).toContain('all 4 are made again, byte for byte');
    expect(stdout).toContain('Decided once more: 4, 1 as before (25 %), 3 otherwise:');
    expect(stdout).toMatch(/break@\S+ +failure \(\w+ [0-9a-f]{12}\) +later@\S+ +later@\S+ looks best/);
    expect(stdout).toMatch(/spent on this, booked as \d{8}t/);

    // The next cycle goes on as if nothing had been.
    const { entry } = await agent.cycle([], environment);
    expect(entry).toMatchObject({ decision: 'later', decided_by: 'model' });
    expect(await replayed(agent, ['--rebuild-only'])).toMatchObject({ found: 5, matched: 5 });
  });

  test('takes another model, other directives, other lessons', async () => {
    const { agent, server, environment, taste } = await livedIn();
    taste.splice(0);
    const pro = await replayed(agent, ['--model', 'pro', '--last', '2'], environment);
    expect(server.requests.slice(4).map(({ model }) => model)).toEqual(['gemini-3.8-flash', 'gemini-3.8-flash']);
    expect(pro).toMatchObject({ matched: 2, redecided: 2 });
    expect(pro.cost.difference).toBeGreaterThan(0);

    await agent.write({
      'directives/break.md': TREE['directives/break.md'].replace('Keep a count', 'Never keep a count'),
      'directives/again.md': null,
    });
    const asked = server.requests.length;
    const other = await replayed(agent, ['--directives'], environment);
    // What was offered then is not offered now: that decision has no counterpart.
    expect(other).toMatchObject({ found: 4, matched: 4, redecided: 1 });
    expect(other.decisions.map(({ not_asked }) => not_asked?.replace(/@.*?Z/, ''))).toEqual([
      ...Array.from({ length: 3 }, () => 'the option again is not found again'),
      undefined,
    ]);
    expect(server.requests).toHaveLength(asked + 1);
    await agent.git('checkout', 'directives/again.md');
    expect((await replayed(agent, ['--directives'], environment)).redecided).toBe(4);
    expect(server.requests.slice(asked + 1).filter(({ body }) => body.includes('Never keep a count'))).toHaveLength(3);

    const lessons = `# Lessons\n\n## Active\n\n### new\n\nThe shelf is filled at noon, so break fails before.\n\n- applies when: directive \`break\`\n\n## Candidates\n`;
    await agent.write({ 'mine.md': lessons });
    const before = server.requests.length;
    await replayed(agent, ['--lessons', 'mine.md', '--last', '2'], environment);
    const [again, write] = server.requests
      .slice(before)
      .map(({ body }) => body.includes('The shelf is filled at noon'));
    expect([again, write]).toEqual([true, false]);

    // Money for a call or two: the others are not asked, and what was asked is booked.
    await agent.write({ '.github/steward.yml': `budget: { run: 0.002 }\n${TREE['.github/steward.yml']}` });
    const short = await replayed(agent, [], environment);
    expect(short.redecided).toBeGreaterThan(0);
    expect(short.redecided).toBeLessThan(4);
    expect(short.not_asked).toContain('budget.run');
    expect(short.decisions.at(-1)?.not_asked).toBe(short.not_asked);
    expect((await agent.records()).at(-1)).toMatchObject({ id: short.booked, degraded: short.not_asked });
  });

  test('says what is wrong with how it is called, and asks nobody where there is no money', async () => {
    const { agent, server, environment } = await house();
    expect((await agent.steward(['replay'], environment)).stdout).toContain('Nothing to replay');
    await agent.write({ 'bad.md': '# Lessons\n\n<<<<<<< ours\n' });
    for (const [args, words] of [
      [['--last', '0'], '--last 0: expected a whole number from 1'],
      [['--last', 'many'], '--last many: expected a whole number from 1'],
      [['--model', 'constructor'], '--model constructor: expected one of flash, pro, haiku, opus'],
      [['--lessons', 'gone.md'], '--lessons gone.md: there is no such file'],
      [['--lessons', 'bad.md'], 'bad.md:3'],
    ] as const) {
      const { exitCode, stderr } = await agent.steward(['replay', ...args], environment);
      expect(stderr).toContain(words);
      expect(exitCode).toBe(2);
    }
    await agent.cycle([], environment);
    await agent.commit({ files: { '.github/steward.yml': 'budget: { day: 0 }\n' } });
    const poor = await agent.steward(['replay', '--last', '1000000'], environment);
    expect(poor.exitCode).toBe(0);
    expect(poor.stdout).toContain('there are no more than that one');
    expect(poor.stdout).toContain('Nothing was decided once more: the budget is used up');
    await agent.write({ '.github/steward.yml': 'paused: until Monday\n' });
    expect((await replayed(agent, [], environment)).not_asked).toBe('the agent is paused: until Monday');
    expect(server.requests).toHaveLength(1);
  });

  test('gets commits that a shallow clone lacks, and says which can not be had or were made from uncommitted files', async () => {
    const { agent, environment, taste } = await house();
    taste.push('count');
    await agent.addRemote();
    await agent.cycle([], environment);
    await agent.write({ 'directives/again.md': named('again').replace('Keep', 'Always keep') });
    await agent.cycle([], environment);
    await agent.git('checkout', 'directives/again.md');

    const shallow = await withAgent(await agent.clone({ depth: 1 }));
    expect(await shallow.git('rev-list', '--count', 'HEAD')).toBe('1');
    const report = await replayed(shallow, []);
    expect(report).toMatchObject({ found: 2, matched: 1, dirty: 1, unreachable: 0 });
    expect(report.decisions[1]?.prompt_reason).toBe('uncommitted when it was made: directives/again.md');

    // A person's commit, a decision on top of it, and then the commit is written again before anybody saw it.
    await agent.commit({ files: { 'notes.md': 'one\n' } });
    await agent.write({ 'directives/later.md': `${named('later')}\nA remark that is in no prompt.\n` });
    const { entry } = await agent.cycle([], environment);
    expect(entry).toMatchObject({ decided_by: 'model', observed: { dirty: ['directives/later.md'] } });
    await agent.git('checkout', 'directives/later.md');
    const rewritten = await agent.git(
      'commit-tree',
      `${entry.head}^{tree}`,
      '-p',
      `${entry.head}~1`,
      '-m',
      'In other words',
    );
    await agent.git('rebase', '--quiet', '--onto', rewritten, entry.head);
    expect(await agent.git('merge-base', entry.head, 'HEAD')).not.toBe(entry.head);
    await agent.git('push', '--quiet');
    const later = await withAgent(await agent.clone());
    const lost = await replayed(later, []);
    expect(lost).toMatchObject({ found: 3, matched: 1, dirty: 1, unreachable: 1 });
    expect(lost.decisions[2]?.prompt_reason).toBe(`the commit ${entry.head.slice(0, 10)} can not be had`);
    // Here the commit is still to be found, and the prompt shows that the uncommitted remark was no part of it.
    expect(await replayed(agent, [])).toMatchObject({ matched: 2, dirty: 1, unreachable: 0 });
    // As it is where the remote has it, although no branch there does; a whole clone stays whole.
    await agent.git('push', '--quiet', 'origin', `${entry.head}:refs/heads/aside`);
    await agent.git('push', '--quiet', '--delete', 'origin', 'aside');
    expect(await replayed(later, [])).toMatchObject({ matched: 2, dirty: 1, unreachable: 0 });
    expect(await later.git('rev-parse', '--is-shallow-repository')).toBe('false');
  });
});
