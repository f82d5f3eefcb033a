import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig, StewardConfig } from '../../src/domain/config.ts';
import { TASKS } from '../../src/domain/task.ts';

const root = new URL('../../', import.meta.url);
const fileText = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** What is shipped shows the defaults; who copies the repository writes what they like. */
describe('the config that lands', () => {
  it('.github/steward.yml points the editor at the schema', () => {
    expect(fileText('.github/steward.yml').split('\n')[0]).toBe(
      '# yaml-language-server: $schema=./steward.schema.json',
    );
  });

  it('.github/steward.yml is valid and shows nothing but the defaults', () => {
    const { config, problems } = parseConfig(fileText('.github/steward.yml'));
    expect(problems).toEqual([]);
    expect(config).toEqual(StewardConfig.parse({}));
  });

  it('.github/steward.yml is still valid, and still the defaults, with every example uncommented', () => {
    const uncommented = fileText('.github/steward.yml').replaceAll(/^(\s*)# ?(\w+:.*| {2,}\w+:.*)$/gm, '$1$2');
    const { config, problems } = parseConfig(uncommented);
    expect(problems).toEqual([]);
    const { vars, ...rest } = config ?? StewardConfig.parse({});
    delete rest.models.mine;
    const { vars: _, ...defaults } = StewardConfig.parse({});
    expect(rest).toEqual(defaults);
    expect(Object.keys(vars)).toContain('site_url');
  });

  it('.github/steward.yml shows every key', () => {
    const text = fileText('.github/steward.yml');
    const keys = [
      ...Object.keys(StewardConfig.shape),
      'day',
      'month',
      'run',
      'mine',
      'history',
      ...TASKS,
      'flash',
      'pro',
      'haiku',
      'opus',
    ];
    for (const key of keys) expect(text).toMatch(new RegExp(`^[# ]*${key}:`, 'm'));
  });
});
