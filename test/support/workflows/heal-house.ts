import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Entry } from '../../../src/domain/record.ts';
import { type Tree, temporaryFolder } from '../git-fixture.ts';
import type { IssueState } from '../github/state.ts';
import { BROKEN_LINE, BROKEN_SCRIPT, MENDED_SCRIPT, priceTree, startShop } from '../price-house.ts';
import { startVendorServer, type VendorScript, type VendorServer } from '../vendor-server.ts';
import { button, type Happening, request, tick } from './happenings.ts';
import { houseWithWorkflows, readTree, smallTree, type WorkflowHouse } from './house-with-workflows.ts';
import type { Circumstances, WorkflowRun } from './workflow-runner.ts';

/** A house whose one script keeps a price over the network, and models that can be asked to mend it. */
export interface HealHouse extends WorkflowHouse {
  shop: Awaited<ReturnType<typeof startShop>>;
  vendors: VendorServer;
  /** A cycle that is not run by a workflow, for tests of what comes after it; gives its entry. */
  fail(): Promise<Entry>;
  /** `cycle.yml` by its schedule. */
  cycle(): Promise<WorkflowRun>;
  /** `heal.yml` as a cycle asks for it. */
  heal(inputs: Inputs, circumstances?: Circumstances): Promise<WorkflowRun>;
  /** The same by the button. */
  healByHand(inputs?: Inputs, circumstances?: Circumstances): Promise<WorkflowRun>;
  /** Inputs with which cycles have asked for `heal.yml`, oldest first. */
  asked(): Inputs[];
  /** Newest first. */
  entries(): Promise<Entry[]>;
  pulls(): IssueState[];
  /** Those that are no pull requests. */
  issues(): IssueState[];
}

type Inputs = Readonly<Record<string, string>>;

export interface HealHouseOptions {
  /** What each vendor answers; the key of one that answers nothing is not set. */
  gemini?: VendorScript;
  anthropic?: VendorScript;
  /** Whether there are types to check, which takes longer than all else together. */
  hasTypes?: boolean;
  files?: Tree;
}

export const SCRIPT = 'execution/keep_price.ts';

/** Ends well on the recorded call, with a tenth of the price. */
export const MISREAD_SCRIPT = withLine('    const cents = Math.round(Number(price) * 10);');
/** Fails as before, in another place of the line. */
export const STILL_BROKEN_SCRIPT = withLine('    const cents = Math.round(Number(price.toFixed(3)) * 100);');

function withLine(line: string): string {
  return BROKEN_SCRIPT.replace(BROKEN_LINE, line);
}

/** Known to this test alone: no model is ever shown it. */
export const TESTED_NAME = 'oolong';

const TEST = `import { expect, test } from 'vitest';
import { gitFixture } from '../support/git-fixture.ts';
import { localServer } from '../support/local-server.ts';
import { outputOf, runScript } from '../support/run-script.ts';

test('keeps a price', async () => {
  const answer = JSON.stringify({ name: '${TESTED_NAME}', price: 1.29 });
  const url = await localServer((_, response) => void response.end(answer));
  const repo = await gitFixture({ 'site/.keep': '' });
  const run = await runScript({ script: 'keep_price', workspace: repo.path, input: { url }, writes: ['site/**'] });
  expect(outputOf(run)).toEqual({ cents: 129 });
});
`;

/** The suite of this project would take minutes; that of the house is the test of its script. */
function houseTree(url: string, hasTypes: boolean): Tree {
  const { 'package.json': manifest, 'tsconfig.json': types = null, ...parts } = smallTree();
  const house = JSON.parse(String(manifest)) as { scripts: Record<string, string> };
  house.scripts.test = 'vitest run --config .github/vitest.config.ts --project execution';
  const kept = Object.entries(parts).filter(([path]) => !/^(directives|execution)\//.test(path));
  return {
    ...Object.fromEntries(kept),
    ...readTree([
      'test/support/git-fixture.ts',
      'test/support/local-server.ts',
      'test/support/run-script.ts',
      'test/support/stripped-folder.ts',
    ]),
    ...(hasTypes ? { 'tsconfig.json': types } : {}),
    'package.json': `${JSON.stringify(house, null, 2)}\n`,
    ...priceTree(url, MENDED_SCRIPT),
    'test/execution/keep_price.test.ts': TEST,
  };
}

const packages = fileURLToPath(new URL('../../../node_modules', import.meta.url));
/**
 * Links this machine's packages, which takes a tenth of the time. Bash reads it before each step; a program of that name
 * in PATH would also be found by what the steps start.
 */
const LINKING = `npm() { if [[ $1 == ci ]]; then cp -al '${packages}' node_modules; else command npm "$@"; fi; }\n`;

/** The script worked, and then somebody has pushed another text of it, which does not. */
export async function healHouse(options: HealHouseOptions = {}): Promise<HealHouse> {
  const { gemini, anthropic, hasTypes = false, files = {} } = options;
  const shop = await startShop();
  const vendors = await startVendorServer({ ...(gemini ? { gemini } : {}), ...(anthropic ? { anthropic } : {}) });
  onTestFinished(() => vendors.close());
  const linking = join(await temporaryFolder(), 'linking.sh');
  await writeFile(linking, LINKING);
  const house = await houseWithWorkflows({ ...houseTree(shop.url, hasTypes), ...files });
  house.github.state.settings.mayActionsCreatePulls = true;
  await house.github.act.pushFile('octo', SCRIPT, BROKEN_SCRIPT);
  const keys = {
    ...(gemini ? { GEMINI_API_KEY: 'gemini-key-0123' } : {}),
    ...(anthropic ? { ANTHROPIC_API_KEY: 'anthropic-key-0123' } : {}),
  };
  const env = {
    GOOGLE_GEMINI_BASE_URL: vendors.url,
    ANTHROPIC_BASE_URL: vendors.url,
    BASH_ENV: linking,
  };
  const run = (workflow: string, happening: Happening, given: Circumstances = {}) =>
    house.run(workflow, happening, { ...given, secrets: { ...keys, ...given.secrets }, env: { ...env, ...given.env } });
  const fail = async () => (await (await house.clone()).cycle([], { GITHUB_REPOSITORY: 'octo/house' })).entry;
  return { ...house, shop, vendors, fail, ...runsOf(run), ...findings(house) };
}

type Run = (workflow: string, happening: Happening, given?: Circumstances) => Promise<WorkflowRun>;

function runsOf(run: Run): Pick<HealHouse, 'cycle' | 'heal' | 'healByHand'> {
  const asking = request();
  return {
    cycle: () => run('cycle.yml', tick()),
    heal: (inputs, given) => run('heal.yml', { ...asking, payload: { ...asking.payload, inputs } }, given),
    healByHand: (inputs, given) => run('heal.yml', button(inputs), given),
  };
}

const findings = ({ github, records }: WorkflowHouse): Pick<HealHouse, 'asked' | 'entries' | 'pulls' | 'issues'> => ({
  asked: () =>
    github.state.dispatches
      .filter(({ target }) => target === '.github/workflows/heal.yml')
      .map(({ inputs }) => inputs as Inputs),
  entries: async () => (await records()).filter((record) => record.kind === 'entry').reverse(),
  pulls: () => github.state.issues.filter(({ pull }) => pull !== undefined),
  issues: () => github.state.issues.filter(({ pull }) => pull === undefined),
});

/** For runs in which `npm ci` is what it is on a runner. */
export const INSTALLING: Circumstances = { env: { BASH_ENV: '' } };

/** The jobs that were not skipped, and how they ended. */
export const ran = ({ jobs }: WorkflowRun): string[] =>
  Object.entries(jobs)
    .filter(([, { conclusion }]) => conclusion !== 'skipped')
    .map(([id, { conclusion }]) => `${id}: ${conclusion}`);
