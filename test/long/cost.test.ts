import { expect, onTestFinished, test } from 'vitest';
import { agentFixture, COUNT_DIRECTIVE, COUNT_TREE } from '../support/agent-fixture.ts';
import { startVendorServer } from '../support/vendor-server.ts';

const TREE = {
  ...COUNT_TREE,
  'directives/again.md': COUNT_DIRECTIVE.replace('Directive: count', 'Directive: again'),
};
const today = new Date().toISOString().slice(0, 10);

test('cost and models say what is there, before and after a decision that was paid for', async () => {
  const slot = `count@${today}T00:00Z`;
  const server = await startVendorServer({
    gemini: [{ json: { option: slot, inputs: [], reason: 'due', lessons: [] }, usage: { in: 2000, out: 100 } }],
  });
  onTestFinished(() => server.close());
  const agent = await agentFixture(TREE);
  const environment = { GEMINI_API_KEY: 'sk-test-0123456789abcdef', GOOGLE_GEMINI_BASE_URL: server.url };
  expect((await agent.steward(['cost'])).stdout).toContain('No model was asked since');
  expect((await agent.steward(['models'])).stdout).toContain('No key is set: the agent decides by its policy');

  const { entry } = await agent.cycle([], environment);
  // 2000 x $0.10 + 100 x $0.40 per million
  expect(entry).toMatchObject({ decision: 'count', metrics: { cost: 0.00024 } });
  const text = (await agent.steward(['cost'], environment)).stdout;
  expect(text).toMatch(
    /^Today: \$0\.0002 of \$0\.50; \$0\.\d+ by \d{4}-\d\d-\d\d 00:00 UTC at the present rate, so this cap holds\.$/m,
  );
  expect(text).toMatch(/^ceo_analysis\s+1\s+2000\s+0\s+100\s+0\s+\$0\.0002$/m);
  expect(text).toContain('The same tokens on claude-opus-5-5:');
  const json = JSON.parse((await agent.steward(['cost', '--json'], environment)).stdout);
  expect(json).toMatchObject({
    total: { calls: 1, cost: 0.00024, failed: 0 },
    by_day: [{ name: today, cost: 0.00024 }],
    by_model: [{ name: 'gemini-2.5-flash-lite' }],
    by_directive: [{ name: 'count' }],
    unsettled: [],
    budget: { day: { spent: 0.00024, cap: 0.5, reached_at: null }, month: { cap: 10 } },
    // 2000 x $4 + 100 x $20 per million
    dearest: { model: 'claude-opus-5-5', cost: 0.01, saving: 0.976 },
  });
  expect((await agent.steward(['cost', '--since', 'yesterday'])).exitCode).toBe(2);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const later = JSON.parse((await agent.steward(['cost', '--json', '--since', tomorrow])).stdout);
  expect(later).toMatchObject({ since: `${tomorrow}T00:00:00.000Z`, total: { calls: 0, cost: 0 } });

  const models = JSON.parse((await agent.steward(['models', '--json'], environment)).stdout);
  expect(models.decision).toEqual({ tokens_in: 2000, tokens_out: 100, measured: 1 });
  expect(models.models[0]).toMatchObject({
    alias: 'flash',
    key: { name: 'GEMINI_API_KEY', is_set: true },
    per_day: { 24: 0.00576, 48: 0.01152, 96: 0.02304 },
    standing: 'asked as usual',
  });
});

test('a cap of nothing promises no model for tomorrow', async () => {
  const agent = await agentFixture(COUNT_TREE);
  const { stdout } = await agent.steward(['cost'], { STEWARD_BUDGET_USD_PER_DAY: '0' });
  expect(stdout).toContain('Today: $0 of $0.00; this cap lets no model be asked.');
});

test('caps that can not be read are not made up', async () => {
  const agent = await agentFixture({ ...COUNT_TREE, '.github/steward.yml': 'budget: { day: 5 }\nbugdet: 1\n' });
  const { exitCode, stderr } = await agent.steward(['cost']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('CONFIG_INVALID');
});

test('check warns of a model in use that has no price, where there is a key for it', async () => {
  const agent = await agentFixture({
    ...COUNT_TREE,
    '.github/steward.yml':
      'models: { novel: { vendor: gemini, model: gemini-99 } }\nroutes: { ceo_analysis: [novel, flash] }\n',
  });
  const { exitCode, stdout } = await agent.steward(['check'], { GEMINI_API_KEY: 'sk-test-0123456789abcdef' });
  expect(exitCode).toBe(0);
  expect(stdout).toContain('the model gemini-99 without a price');
  expect((await agent.steward(['models'])).stdout).toContain('write one under models.novel.price');
  expect((await agent.steward(['check'])).stdout).not.toContain('gemini-99');
});
