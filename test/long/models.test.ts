import { describe, expect, onTestFinished, test } from 'vitest';
import { type AgentFixture, agentFixture, COUNT_DIRECTIVE, COUNT_TREE } from '../support/agent-fixture.ts';
import { startVendorServer, type VendorScript, type VendorServer } from '../support/vendor-server.ts';

/** Two directives, one of which needs an input that only a model can give. */
const TREE = {
  ...COUNT_TREE,
  'directives/write.md': COUNT_DIRECTIVE.replace('Directive: count', 'Directive: write').replace(
    '(default: files)',
    '(required)',
  ),
};
const SECRET = 'sk-test-0123456789abcdef';

describe('cycles through both vendors, on real sockets', () => {
  test.each(['gemini', 'anthropic'] as const)(
    '%s decides, fills in the input, and the cost is booked',
    async (vendor) => {
      const { agent, server, environment } = await withModel(vendor, (_) => ({
        json: answer({ inputs: [{ name: 'word', value: 'chosen' }] }),
      }));
      const { entry } = await agent.cycle([], environment);
      expect(entry).toMatchObject({
        decision: 'write',
        decided_by: 'model',
        degraded: null,
        params: { word: 'chosen' },
        result: 'success',
      });
      expect(entry.metrics.calls).toHaveLength(1);
      expect(entry.metrics.cost).toBeGreaterThan(0);
      expect(entry.metrics.tokens_in).toBe(1000);
      expect(entry.prompt_sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(await agent.git('log', '-1', '--format=%(trailers:key=Steward-Cost-USD,valueonly,separator=)')).toBe(
        trailerCost(entry.metrics.cost),
      );
      const [request] = server.requests;
      expect(server.requests).toHaveLength(1);
      expect(request?.body).toContain('write@');
      expect(request?.body).not.toContain(SECRET);
      expect(JSON.stringify(request?.json)).toContain('"enum"');
      expect(await everything(agent)).not.toContain(SECRET);
    },
  );

  test.each([
    ['prose', { text: 'I think the count is the best choice today.' }],
    ['an unknown option', { json: answer({ option: 'rm@2026-01-01T00:00Z' }) }],
    ['extra keys', { json: { ...answer({}), command: 'rm -rf /' } }],
    ["another directive's inputs", { json: answer({ option: 'count', inputs: [{ name: 'word', value: 'x' }] }) }],
    ['an empty string', { text: '' }],
  ] as const)(
    '%s twice from every model: the policy decides, marked degraded, and the calls are booked',
    async (_, bad) => {
      const { agent, server, environment } = await withModel('gemini', (_) => bad);
      const { entry } = await agent.cycle([], environment);
      expect(entry).toMatchObject({ decision: 'count', decided_by: 'policy', result: 'success' });
      expect(entry.degraded).toBeTruthy();
      expect(entry.metrics.calls).toHaveLength(server.requests.length);
      // Two models have a key, and each is asked at most twice.
      expect(server.requests.length).toBeLessThanOrEqual(4);
    },
  );

  test('a wrong answer gets one correction round with the words of the validator', async () => {
    const replies = [
      { json: answer({ option: 'nothing' }) },
      { json: answer({ inputs: [{ name: 'word', value: 'second' }] }) },
    ];
    const { agent, server, environment } = await withModel(
      'gemini',
      () => replies[Math.min(server.requests.length, 2) - 1] ?? { text: '' },
    );
    const { entry } = await agent.cycle([], environment);
    expect(entry).toMatchObject({ decided_by: 'model', params: { word: 'second' } });
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]?.body).toContain('is not in the list');
    expect(entry.metrics.calls.map(({ outcome }) => outcome)).toEqual(['schema', 'ok']);
  });

  test('a request whose inputs the model could not fill in is booked all the same', async () => {
    const { agent, server, environment } = await withModel('gemini', () => ({ text: 'no idea' }));
    const { entry } = await agent.cycle(['--directive', 'write'], environment);
    expect(server.requests.length).toBeGreaterThan(0);
    expect(entry).toMatchObject({ decision: 'none', result: 'skipped', final: false });
    expect(entry.metrics.cost).toBeGreaterThan(0);
    expect(entry.reason).toContain('write (word)');
  });

  test('nothing is asked or paid when a person works on the files; other options go on', async () => {
    const { agent, server, environment } = await withModel('gemini', () => ({ json: answer({}) }));
    await agent.commit({ files: { 'out/count.txt': 'mine\n' } });
    await agent.write({ 'out/count.txt': 'edited\n' });
    const { exitCode, stderr } = await agent.steward(['cycle'], environment);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('DIRTY_WORKTREE');
    expect(server.requests).toHaveLength(0);
  });

  test('a used-up budget asks nobody, does the work, and stays green', async () => {
    const { agent, server, environment } = await withModel('gemini', () => ({ json: answer({}) }));
    await agent.commit({ files: { '.github/steward.yml': 'budget:\n  day: 0\n' } });
    const { entry } = await agent.cycle([], environment);
    expect(server.requests).toHaveLength(0);
    expect(entry).toMatchObject({ decided_by: 'policy', result: 'success' });
    expect(entry.degraded).toContain(": the day's budget of $0.00 is used up");
    expect((await agent.records()).map(({ kind }) => kind)).toEqual(['genesis', 'entry']);
  });

  test('a dry run asks nobody and says what asking would cost at most', async () => {
    const { agent, server, environment } = await withModel('gemini', () => ({ json: answer({}) }));
    const { stdout } = await agent.steward(['cycle', '--dry-run'], environment);
    expect(server.requests).toHaveLength(0);
    expect(stdout).toMatch(/by the model [\w.-]+; without it the policy/);
    expect(stdout).toMatch(/estimated cost at most \$0\.\d*[1-9]/);
  });
});

/** What a model says; `option` names a directive, or is given whole. */
function answer({ option = 'write', inputs = [] as { name: string; value: string }[] }) {
  const slot = `${new Date().toISOString().slice(0, 10)}T00:00Z`;
  return {
    option: option.includes('@') || option === 'nothing' ? option : `${option}@${slot}`,
    inputs,
    reason: 'it is due',
    lessons: [],
  };
}

async function withModel(
  vendor: 'gemini' | 'anthropic',
  script: VendorScript,
): Promise<{ agent: AgentFixture; server: VendorServer; environment: Record<string, string> }> {
  const server = await startVendorServer({ [vendor]: script });
  onTestFinished(() => server.close());
  const agent = await agentFixture(TREE);
  const names =
    vendor === 'gemini' ? ['GEMINI_API_KEY', 'GOOGLE_GEMINI_BASE_URL'] : ['ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL'];
  return { agent, server, environment: { [names[0] ?? '']: SECRET, [names[1] ?? '']: server.url } };
}

const trailerCost = (dollars: number): string => dollars.toFixed(8).replace(/0{1,4}$/, '');

/** All that the agent has ever committed, and its messages. */
async function everything(agent: AgentFixture): Promise<string> {
  return agent.git('log', '-p', '--format=%B');
}
