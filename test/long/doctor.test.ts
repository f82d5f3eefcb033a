import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DoctorReport } from '../../src/flows/doctor/doctor.ts';
import { type AgentFixture, agentFixture, type CliResult, COUNT_TREE } from '../support/agent-fixture.ts';
import { CYCLE_WORKFLOW } from '../support/doctor-house.ts';
import { temporaryFolder } from '../support/git-fixture.ts';
import { ALL_PERMISSIONS } from '../support/github/auth.ts';
import { houseOnGitHub } from '../support/house-on-github.ts';
import { localServer } from '../support/local-server.ts';

const HEAL = "name: heal\non: { workflow_dispatch: {} }\njobs: { heal: { runs-on: x, steps: [{ run: 'true' }] } }\n";
const shipped = (name: string) => readFile(new URL(`../../.github/workflows/${name}.yml`, import.meta.url), 'utf8');

async function tree() {
  const names = ['cycle', 'watchdog', 'consolidate', 'doctor'];
  const files = await Promise.all(names.map(async (name) => [`.github/workflows/${name}.yml`, await shipped(name)]));
  return { ...COUNT_TREE, ...Object.fromEntries(files), '.github/workflows/heal.yml': HEAL };
}

const read = ({ stdout }: CliResult): DoctorReport => JSON.parse(stdout);
const statuses = ({ findings }: DoctorReport) =>
  Object.fromEntries(findings.filter(({ status }) => status !== 'ok').map(({ id, status }) => [id, status]));

/** The house, and a token of its owner. */
async function ownedHouse() {
  const house = await houseOnGitHub(await tree());
  const { state } = house.github;
  const token = house.github.token({ login: 'octo', permissions: ALL_PERMISSIONS });
  state.settings.mayActionsCreatePulls = false;
  state.repository.hasIssues = false;
  state.workflows['.github/workflows/cycle.yml'] = 'disabled_inactivity';
  state.workflows['.github/workflows/consolidate.yml'] = 'disabled_manually';
  return { ...house, state, owner: { GITHUB_TOKEN: token } };
}

describe('steward doctor on GitHub', () => {
  test('finds what is amiss, changes nothing, and ends with 1', async () => {
    const { steward, owner, github } = await ownedHouse();
    const result = await steward(['doctor', '--json'], owner);
    expect(statuses(read(result))).toEqual({
      'github.issues': 'warn',
      'github.labels': 'warn',
      'github.pulls': 'warn',
      'schedule.cycle.yml': 'fail',
      'schedule.consolidate.yml': 'warn',
    });
    expect(result.exitCode).toBe(1);
    expect(github.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('--fix mends it, says so, and shows the state after; a second run has nothing left to do', async () => {
    const { steward, owner, state, github } = await ownedHouse();
    const { exitCode, stdout } = await steward(['doctor', '--fix'], owner);
    expect(stdout).toContain('✔ enable issues\n');
    expect(stdout).toContain('✔ enable cycle.yml\n');
    expect(stdout).toContain('! consolidate.yml was switched off by a person\n    why  ');
    expect(exitCode).toBe(0);
    expect(state.settings.mayActionsCreatePulls).toBe(true);
    expect(state.repository.hasIssues).toBe(true);
    expect(state.labels.map(({ name }) => name)).toContain('steward:task');
    expect(state.workflows).toEqual({
      '.github/workflows/cycle.yml': 'active',
      '.github/workflows/consolidate.yml': 'disabled_manually',
    });
    const written = github.requests.length;
    const again = read(await steward(['doctor', '--fix', '--json'], owner));
    expect(again.repairs).toEqual([]);
    expect(github.requests.slice(written).filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('--fix with a job’s token mends what that may, and gives the click path for the rest', async () => {
    const { steward, state } = await ownedHouse();
    const summary = join(await temporaryFolder(), 'summary.md');
    await writeFile(summary, '');
    const job = { GITHUB_ACTIONS: 'true', STEWARD_PAUSED: '', GITHUB_STEP_SUMMARY: summary };
    const { stdout, exitCode } = await steward(['doctor', '--fix'], job);
    expect(stdout).toMatch(/✖ let Actions open pull requests: Resource not accessible by integration/);
    expect(stdout).toContain('✔ enable cycle.yml\n');
    expect(stdout).toContain('✔ Actions are enabled: this runs there\n');
    expect(stdout).toContain('tick "Allow GitHub Actions to create and approve pull requests"');
    expect(exitCode).toBe(0);
    expect(state.labels.length).toBeGreaterThan(0);
    const page = await readFile(summary, 'utf8');
    expect(page).toMatch(/^## octo\/house: .*unknown/);
    expect(page).toContain('### Mended, or tried to');
    expect(page).toContain('create and approve pull requests');
  });

  test('with a token that is not accepted, or on a repository that is not there, says so and tells the rest', async () => {
    const { steward, environment } = await ownedHouse();
    for (const wrong of [{ GITHUB_TOKEN: `ghp_${'x'.repeat(36)}` }, { GITHUB_REPOSITORY: 'octo/elsewhere' }]) {
      const result = await steward(['doctor', '--json'], { ...environment, ...wrong });
      expect(statuses(read(result))).toEqual({ 'github.answers': 'fail' });
      expect(result.exitCode).toBe(1);
      expect(result.stdout).not.toContain('ghp_x');
    }
  });

  test('sees rules that keep the ledger out of a branch, of either kind', async () => {
    const { steward, owner, state } = await ownedHouse();
    state.protections.main = { by: 'ruleset', needsPull: true };
    const keyless = { ...owner, STEWARD_HAS_DEPLOY_KEY: 'false' };
    expect(statuses(read(await steward(['doctor', '--json'], keyless)))['github.branch']).toBe('fail');
    expect(statuses(read(await steward(['doctor', '--json'], owner)))['github.branch']).toBe('unknown');
    state.protections.main = { by: 'branch protection', needsPull: true };
    expect(statuses(read(await steward(['doctor', '--json'], owner)))['github.branch']).toBe('unknown');
  });
});

describe('steward doctor without GitHub', () => {
  test('tells how to ask it, and everything that can be seen from here', async () => {
    const agent = await agentFixture(await tree());
    await agent.cycle();
    const { stdout, exitCode } = await agent.steward(['doctor']);
    expect(stdout).toContain('? GitHub was not asked: no repository and token\n');
    expect(stdout).toContain('GITHUB_REPOSITORY=owner/name GITHUB_TOKEN=$(gh auth token) npm run steward -- doctor');
    expect(stdout).toContain('✔ The last entry is count -> success');
    expect(stdout).toContain('✔ The schedules take 1110 minutes a month');
    expect(stdout).not.toContain('\u001b');
    expect(exitCode).toBe(0);
  });

  test('goes on where config, directive and cycle.yml are broken, and finds all of it', async () => {
    const agent = await agentFixture({
      ...(await tree()),
      '.github/steward.yml': 'budgt: {}\n',
      'directives/post.md': '---\nevry: 1d\n---\n# Directive: post\n',
      'directives/ship.md':
        '---\nevery: 1d\nsecrets: [VERCEL_TOKEN]\n---\n# Directive: ship\n## Goal\nShip.\n## Tools\n- execution/count.ts\n',
      '.github/workflows/cycle.yml': CYCLE_WORKFLOW,
    });
    const result = await agent.steward(['doctor', '--json']);
    expect(result.exitCode).toBe(1);
    const open = statuses(read(result));
    expect(open).toMatchObject({
      'directives.steward.yml:1': 'fail',
      'directives.post.md:2': 'fail',
      'directives.secrets.ship': 'fail',
    });
    expect(Object.keys(open).some((id) => id.startsWith('directives.cycle.yml:'))).toBe(true);
  });

  test('asks the vendor whether it accepts a key, and never shows it', async () => {
    const agent = await agentFixture(COUNT_TREE);
    const asked: unknown[] = [];
    const url = await localServer((request, response) => {
      asked.push(request.headers['x-goog-api-key']);
      response.writeHead(403).end(JSON.stringify({ error: { message: `refused ${asked.at(-1)}`, details: [] } }));
    });
    const key = 'AIza-not-a-real-key';
    const environment = { GEMINI_API_KEY: key, GOOGLE_GEMINI_BASE_URL: url };
    const result = await agent.steward(['doctor', '--json'], environment);
    expect(asked).toEqual([key]);
    expect(statuses(read(result))).toMatchObject({ 'models.GEMINI_API_KEY': 'fail' });
    expect(result.stdout + result.stderr).not.toContain(key);
  });

  test('leaves the clone as it was', async () => {
    const agent: AgentFixture = await agentFixture(await tree());
    const before = await agent.git('rev-parse', 'HEAD');
    await agent.steward(['doctor', '--fix']);
    expect([await agent.git('rev-parse', 'HEAD'), await agent.git('status', '--porcelain')]).toEqual([before, '']);
  });
});
