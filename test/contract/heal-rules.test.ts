import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { HEAL_RULES } from '../support/workflows/heal-rules.ts';
import { parseWorkflow } from '../support/workflows/workflow-file.ts';

const text = readFileSync(new URL('../../.github/workflows/heal.yml', import.meta.url), 'utf8');
const rules = Object.entries(HEAL_RULES);
const KEY = `GEMINI_API_KEY: \${{ secrets.GEMINI_API_KEY }}`;
const TOKEN = `GITHUB_TOKEN: \${{ github.token }}`;

/** What stands between the job's own line and that of the next. */
function inJob(id: string, from: string | RegExp, to: string): string {
  const at = text.indexOf(`\n  ${id}:\n`) + 1;
  const end = text.indexOf('\n\n', at);
  const job = text.slice(at, end < 0 ? undefined : end);
  const changed = job.replace(from, () => to);
  if (at === 0 || changed === job) throw new Error(`${id} does not say ${from}`);
  return text.replace(job, () => changed);
}

describe('heal.yml', () => {
  test('keeps apart who writes code, who runs it, and who publishes it', () => {
    const workflow = parseWorkflow('heal.yml', text);
    expect(rules.flatMap(([name, rule]) => rule(workflow).map((each) => `${name}: ${each}`))).toEqual([]);
  });

  type Planted = [rule: keyof typeof HEAL_RULES, job: string, from: string | RegExp, to: string];
  const planted: Planted[] = [
    ['knownJobs', 'verify-3', 'verify-3:', 'other:'],
    ['knownJobs', 'publish', 'publish:', 'push:'],
    ['knownJobs', 'publish', 'publish:', 'early:\n    steps: []\n  publish:'],
    ['ownSecrets', 'verify-2', 'STEWARD_PAUSED:', `${KEY}\n          STEWARD_PAUSED:`],
    ['ownSecrets', 'verify-1', 'STEWARD_PAUSED:', `X: \${{ secrets['STEWARD_TOKEN'] }}\n          STEWARD_PAUSED:`],
    ['ownSecrets', 'verify-1', 'STEWARD_PAUSED:', `X: \${{ toJSON(secrets) }}\n          STEWARD_PAUSED:`],
    ['ownSecrets', 'propose-1', 'STEWARD_PAUSED:', `X: \${{ secrets.STEWARD_TOKEN }}\n          STEWARD_PAUSED:`],
    ['ownSecrets', 'publish', 'STEWARD_PAUSED:', `${KEY}\n          STEWARD_PAUSED:`],
    ['ownToken', 'verify-3', 'STEWARD_PAUSED:', `${TOKEN}\n          STEWARD_PAUSED:`],
    ['ownToken', 'verify-3', 'STEWARD_PAUSED:', `X: \${{ github['token'] }}\n          STEWARD_PAUSED:`],
    ['ownGrants', 'verify-1', 'contents: read', 'contents: write'],
    ['ownGrants', 'verify-1', 'contents: read', 'issues: read'],
    ['ownGrants', 'propose-3', 'contents: read', 'contents: write'],
    ['ownGrants', 'propose-3', 'pull-requests: read', 'pull-requests: write'],
    ['ownGrants', 'publish', 'issues: write', 'actions: write'],
    ['ownCommand', 'publish', '--ignore-scripts ', ''],
    ['ownCommand', 'propose-2', '--omit=dev ', ''],
    ['ownCommand', 'propose-1', 'heal propose', 'heal publish'],
    ['ownCommand', 'publish', 'heal publish', 'heal publish && npm test'],
    ['ownCommand', 'publish', '- name: install', '- run: npm test\n      - name: install'],
    ['ownCommand', 'publish', 'run: node', 'run: npx tsx'],
    ['chain', 'publish', 'verify-2, ', ''],
    ['chain', 'verify-2', 'needs: propose-2', 'needs: propose-1'],
    ['chain', 'verify-2', "verify == 'true'", "verify != ''"],
    ['chain', 'propose-3', ', verify-2]', ']'],
    ['chain', 'propose-3', "if: needs.verify-2.outputs.again == 'true'\n    ", ''],
    ['chain', 'propose-2', 'if: needs.verify-1', 'if: needs.verify-2'],
    ['alikeRounds', 'verify-3', 'timeout-minutes: 30', 'timeout-minutes: 90'],
    ['alikeRounds', 'propose-2', '      issues: read # sees whether people were asked already\n', ''],
    ['alikeRounds', 'verify-2', 'fetch-depth: 50', 'fetch-depth: 1'],
  ];
  test.each(planted)('is refused when it breaks %s: %s, %s -> %j', (rule, job, from, to) => {
    expect(HEAL_RULES[rule](parseWorkflow('heal.yml', inJob(job, from, to)))).not.toEqual([]);
  });

  test('is planted against with every rule', () => {
    expect(new Set(planted.map(([rule]) => rule))).toEqual(new Set(rules.map(([name]) => name)));
  });
});
