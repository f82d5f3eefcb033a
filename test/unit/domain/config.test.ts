import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configJsonSchema, parseConfig, StewardConfig } from '../../../src/domain/config.ts';
import { formatProblem } from '../../../src/domain/problem.ts';
import { TASKS } from '../../../src/domain/task.ts';

const root = new URL('../../../', import.meta.url);
const fileText = (path: string) => readFileSync(new URL(path, root), 'utf8');
const findings = (text: string) => parseConfig(text).problems.map(formatProblem);

describe('the config', () => {
  it('may be absent, empty or all comments: every key has a default', () => {
    for (const text of ['', '\n', '# nothing yet\n', '\uFEFF', '---\n']) {
      const { config, problems } = parseConfig(text);
      expect(problems).toEqual([]);
      expect(config).toMatchObject({
        paused: false,
        budget: { day: 0.5, month: 10 },
        vars: {},
        cycle: { history: 3 },
      });
      expect(config?.routes.ceo_analysis).toMatchObject({
        models: ['flash', 'haiku', 'pro'],
        max_output_tokens: 4096,
        thinking: false,
      });
      expect(Object.keys(config?.models ?? {})).toEqual(['flash', 'pro', 'haiku', 'opus']);
    }
  });

  it('has a route for every task, and every route an alias that exists', () => {
    const config = StewardConfig.parse({});
    expect(Object.keys(config.routes).sort()).toEqual([...TASKS].sort());
    for (const { models } of Object.values(config.routes))
      for (const alias of models) expect(config.models).toHaveProperty(alias);
  });

  it('lays what is written over the defaults', () => {
    const text = [
      'paused: moving house',
      'budget: { day: 2 }',
      'models:',
      '  local: { vendor: anthropic, model: my-model }',
      'routes:',
      '  self_repair: [local, flash]',
      '  engagement: { temperature: 0.5, thinking: true }',
      'vars:',
      '  site_url: https://example.org',
    ].join('\n');
    expect(parseConfig(text).config).toMatchObject({
      paused: 'moving house',
      budget: { day: 2, month: 10 },
      models: { local: { vendor: 'anthropic', model: 'my-model' }, flash: { vendor: 'gemini' } },
      routes: {
        self_repair: { models: ['local', 'flash'], max_output_tokens: 16_384, thinking: true },
        engagement: { models: ['haiku', 'flash', 'pro'], max_output_tokens: 4096, temperature: 0.5, thinking: true },
        ceo_analysis: { models: ['flash', 'haiku', 'pro'] },
      },
      vars: { site_url: 'https://example.org' },
    });
  });

  it('reads a Windows file the same way', () => {
    const text = '# c\nbudget:\n  day: 1\nvars:\n  a: "b"\n';
    expect(parseConfig(text.replaceAll('\n', '\r\n'))).toEqual(parseConfig(text));
  });
});

describe('what is wrong in it', () => {
  it.each([
    [
      'budgt:\n  day: 1',
      '1: found the unknown key `budgt`, expected one of paused, budget, models, routes, ping, quiet, network, vars, heal, cycle. Did you mean `budget`?',
    ],
    [
      'budget:\n  month: 1\n  dya: 1',
      '3: found the unknown key `budget.dya`, expected one of day, month, run. Did you mean `day`?',
    ],
    [
      'cycle:\n  histroy: 1',
      '2: found the unknown key `cycle.histroy`, expected one of history. Did you mean `history`?',
    ],
    [
      'models:\n  x:\n    vendor: gemini\n    model: m\n    price: 1',
      '5: found `models.x.price: 1`, expected `free`, or {input, output} in US dollars per million tokens',
    ],
    [
      'models:\n  x:\n    vendor: gemini\n    model: m\n    price: { input: 0, output: 1 }',
      '5: found `models.x.price.input: 0`, expected US dollars per million tokens, above 0 and at most 1000, with at most five decimals',
    ],
    [
      'models:\n  x:\n    vendor: gemini\n    model: m\n    price: { inptu: 1, input: 1, output: 1 }',
      '5: found the unknown key `models.x.price.inptu`, expected one of input, cached_input, cache_write, output. Did you mean `input`?',
    ],
    [
      'models:\n  x: { vendor: gemini, model: m, pirce: free }',
      '2: found the unknown key `models.x.pirce`, expected one of vendor, model, price. Did you mean `price`?',
    ],
    [
      'routes:\n  ceo_analysis:\n    max_output_tokens: 5',
      '3: found `routes.ceo_analysis.max_output_tokens: 5`, expected a whole number from 256 to 65536',
    ],
    [
      'routes:\n  ceo_analysis: { models: [flsh] }',
      '2: found the route `ceo_analysis: flsh`, expected one of flash, pro, haiku, opus. New aliases go under models:',
    ],
    [
      'routes:\n  ceo_analysis: { temprature: 1 }',
      '2: found the unknown key `routes.ceo_analysis.temprature`, expected one of models, max_output_tokens, temperature, thinking. Did you mean `temperature`?',
    ],
    [
      'models:\n  x:\n    vendor: gemini',
      '2: found no `models.x.model`, expected the model id as the vendor writes it',
    ],
    ['models:\n  x: { vendor: openai, model: m }', '2: found `models.x.vendor: openai`, expected gemini or anthropic'],
    [
      'routes:\n  ceo_analsis: [flash]',
      '2: found the unknown key `routes.ceo_analsis`, expected one of ceo_analysis, blog_generation, social_posts, self_repair, engagement, consolidation. Did you mean `ceo_analysis`?',
    ],
    [
      'routes:\n  ceo_analysis: []',
      '2: found `routes.ceo_analysis: []`, expected a list of aliases such as [flash, haiku]',
    ],
    [
      'routes:\n  ceo_analysis: flash',
      '2: found `routes.ceo_analysis: flash`, expected a list of aliases such as [flash, haiku], or {models, max_output_tokens, temperature, thinking}',
    ],
    [
      'routes:\n  ceo_analysis: [flsh]',
      '2: found the route `ceo_analysis: flsh`, expected one of flash, pro, haiku, opus. New aliases go under models:',
    ],
    [
      'routes:\n  ceo_analysis: [constructor]',
      '2: found the route `ceo_analysis: constructor`, expected one of flash, pro, haiku, opus. New aliases go under models:',
    ],
    ['vars:\n  Site: x', '2: found `vars.Site: x`, expected names in lower case with underscores'],
    ['vars:\n  constructor: x', '2: found `vars.constructor: x`, expected names in lower case with underscores'],
    ['vars:\n  port: 80', '2: found `vars.port: 80`, expected a text (quote it)'],
    ['budget:\n  day: -1', '2: found `budget.day: -1`, expected an amount that is not negative'],
    ['budget:\n  day: 10001', '2: found `budget.day: 10001`, expected an amount of at most 10000 US dollars'],
    ['budget:\n  day: $5', '2: found `budget.day: $5`, expected an amount in US dollars, such as 0.50'],
    ['budget:\n  day: .inf', '2: found `budget.day: null`, expected an amount in US dollars, such as 0.50'],
    ['budget: 5', '1: found `budget: 5`, expected a block of `key: value` lines'],
    ['cycle:\n  history: 50', '2: found `cycle.history: 50`, expected a whole number from 0 to 20'],
    ['paused: 5', '1: found `paused: 5`, expected true, false, or the reason as text'],
    ['# c\npaused: *nobody', '2: found the alias `*nobody`, expected the value written out'],
    ['- a', '1: found a list or a single value, expected keys with values, `key: value`'],
  ])('%j', (text, expected) => {
    expect(findings(text)).toEqual([`.github/steward.yml:${expected}`]);
    expect(parseConfig(text).config).toBeUndefined();
  });

  it('comes all at once', () => {
    expect(
      parseConfig('budgt: 1\npaused: 7\ncycle:\n  history: -1\n')
        .problems.map(({ line }) => line)
        .sort(),
    ).toEqual([1, 2, 4]);
  });

  it.each(['a: [1', 'a: 1\na: 2', 'a:\n\t- 1', 'a: "x', 'a: 1\n---\nb: 2'])(
    'is said where YAML does not parse: %j',
    (text) => {
      const { config, problems } = parseConfig(text);
      expect(config).toBeUndefined();
      expect(problems.length).toBeGreaterThan(0);
      expect(problems[0]?.found).toMatch(/^YAML that does not parse/);
    },
  );

  it('never reaches a prototype', () => {
    expect(findings('__proto__:\n  paused: true')).toEqual([
      expect.stringContaining(':1: found the unknown key `__proto__`'),
    ]);
    parseConfig('vars:\n  __proto__: { polluted: x }\nmodels:\n  __proto__: { vendor: gemini, model: m }\n');
    expect({}).not.toHaveProperty('polluted');
    expect({}).not.toHaveProperty('vendor');
  });
});

describe('the files beside it', () => {
  it('.github/steward.schema.json is what the code generates (npm run schema writes it)', () => {
    expect(JSON.parse(fileText('.github/steward.schema.json'))).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
  });
});
