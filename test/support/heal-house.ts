import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { composeHeal } from '../../src/compose-heal.ts';
import { Attempt, type Evidence, type Verdict } from '../../src/domain/heal/fix.ts';
import { pack } from '../../src/domain/heal/parcel.ts';
import { sha256 } from '../../src/domain/occurrence.ts';
import type { Entry } from '../../src/domain/record.ts';
import { criteriaCheck } from '../../src/flows/heal/criteria-check.ts';
import { type GateResult, tryFix } from '../../src/flows/heal/gate.ts';
import type { HealContext } from '../../src/flows/heal/heal-context.ts';
import { proposalFiles } from '../../src/flows/heal/proposal-files.ts';
import { type Replay, replay } from '../../src/flows/heal/replay.ts';
import { type Bench, type RepairCase, type Reproduction, reproduce } from '../../src/flows/heal/reproduce.ts';
import { verifyAttempt } from '../../src/flows/heal/verify-attempt.ts';
import { findWard, type Ward } from '../../src/flows/heal/ward.ts';
import { loadLedger } from '../../src/flows/ledger-reader.ts';
import type { Scratch } from '../../src/repo-port.ts';
import { cliEnvironment, LOCAL_NETWORK, stewardCli } from './agent-fixture.ts';
import type { Tree } from './git-fixture.ts';

/** A house whose script failed once in a real cycle, and the real gate for what would mend it. */
export interface HealHouse {
  path: string;
  ward: Ward & { repair: RepairCase };
  /** A fix as a model would send it. */
  attempt(source: string, parts?: Partial<Attempt>): Attempt;
  /** The gate's word on new code for the script, as `heal verify` gives it: real git, real sandbox. */
  judge(source: string, parts?: Partial<Attempt>): Promise<Verdict>;
  /** The same without the checks of the text, as if they had been got around. */
  judgeRun(source: string): Promise<GateResult>;
  /** The failing call on new code in the sandbox, whatever its text says. */
  run(source: string): Promise<Replay>;
  /** Removes it. */
  close(): Promise<void>;
}

const silent: HealContext['log'] = { step: () => ({ done: () => {} }), info: () => {}, warn: () => {} };

/**
 * Makes a house, has one cycle for each answer of its shop, and expects the last of them to fail. It lives until it is
 * closed, so that all tests of a file can use it.
 * @param tree its files, given the address of the shop
 */
export async function healHouse(tree: (url: string) => Tree, answers: readonly unknown[]): Promise<HealHouse> {
  const shop = await openShop();
  const [path, home] = await Promise.all([newFolder('steward-heal-'), newFolder('steward-home-')]);
  const run = async (file: string, args: readonly string[]) =>
    (await execa(file, args, { cwd: path, env: cliEnvironment(home, AUTHOR), extendEnv: false, stdin: 'ignore' }))
      .stdout;
  await writeTree(path, { ...LOCAL_NETWORK, ...tree(shop.url) });
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['config', 'gc.auto', '0'],
    ['add', '.'],
    ['commit', '-qm', 'Begin'],
  ])
    await run('git', args);
  let failed: Entry | undefined;
  for (const answer of answers) {
    shop.answer = answer;
    const [directive] = Object.keys(tree('')).filter((name) => name.startsWith('directives/'));
    const name = directive?.replace(/^directives\/|\.md$/g, '') ?? '';
    failed = JSON.parse(await run(process.execPath, [stewardCli, 'cycle', '--json', '--directive', name])).entry;
  }
  shop.close();
  if (!failed?.failure) throw new Error('the last cycle was to fail');
  const close = async () => {
    await Promise.all([path, home].map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
  };
  return { path, close, ...(await openGate(path, failed.id)) };
}

async function openGate(path: string, entry: string): Promise<Omit<HealHouse, 'path' | 'close'>> {
  const { ports, setting } = await composeHeal({ directory: path, isJson: true });
  const context = { ...ports, log: silent, setting, facts: await ports.repo.facts() };
  const { state } = await loadLedger(context.documents);
  const { repair, ...rest } = await findWard(context, state, { entry });
  if (!repair) throw new Error('the failing call was to be recorded');
  const ward = { ...rest, repair };
  const bench: Bench = {
    open: (at) => context.sandbox.runner(at),
    scratch: (changes) => context.workbench.scratch(ward.patient.base, changes),
  };
  await context.sandbox.probe();
  return {
    ward,
    attempt: (source, parts) => attemptOf(ward, source, parts),
    judge: (source, parts) => {
      const attempt = attemptOf(ward, source, parts);
      return verifyAttempt(context, ward, { attempt, parcel: pack(attempt)?.sha256 ?? '' });
    },
    judgeRun: judgeRun(context, ward, bench),
    async run(source) {
      const tree = await bench.scratch([{ path: ward.patient.script, content: source }]);
      try {
        return await replay(bench.open, repair.failing, tree, repair.grants);
      } finally {
        await tree.remove();
      }
    },
  };
}

function judgeRun(context: HealContext, ward: HealHouse['ward'], bench: Bench): HealHouse['judgeRun'] {
  const { script, base } = ward.patient;
  const tests = (tree: Scratch) => context.sandbox.check(tree.path, { kind: 'script-tests', script });
  const checks = [...criteriaCheck(context, ward), { name: "the script's tests", run: tests }];
  let reproducing: Promise<Reproduction> | undefined;
  return async (source) => {
    reproducing ??= reproduce(bench, ward.repair);
    const reproduction = await reproducing;
    const made = await proposalFiles(context.repo.at(base), ward, attemptOf(ward, source), []);
    if ('refused' in made) throw new Error(made.refused);
    return tryFix(bench, ward.repair, made.changes, { reproduction, checks });
  };
}

function attemptOf(ward: Ward, source: string, parts: Partial<Attempt> = {}): Attempt {
  return Attempt.parse({
    v: 1,
    id: '20260304t143000-9f8e7d6c',
    patient: ward.patient,
    number: 1,
    outcome: 'fix',
    reason: 'price.toFixed is not a function',
    cause: 'script',
    explanation: 'The shop may give a price as text, which has no toFixed. The price is now read as a number first.',
    failure_mode: 'The shop may give prices as text; they are read as numbers',
    source,
    before: sha256(ward.script ?? ''),
    model: 'a-model',
    calls: [],
    ...parts,
  });
}

/** The names of the checks that refused. */
export const refusals = ({ evidence }: { evidence: readonly Evidence[] }): string[] => [
  ...new Set(evidence.filter(({ status }) => status === 'fail').map(({ check }) => check)),
];

/** Holds the gate to refusing new code, by this check among others. */
export async function expectRefusal(house: HealHouse, source: string, check: string): Promise<void> {
  const verdict = await house.judge(source);
  expect(refusals(verdict)).toContain(check);
  expect(verdict).toMatchObject({ outcome: 'refused', tree: null });
}

/** The same by what it does, whatever its text gives away. */
export async function expectRefusedRun(house: HealHouse, source: string, check: string): Promise<void> {
  const result = await house.judgeRun(source);
  expect(refusals(result)).toEqual([check]);
  expect(result.accepted).toBe(false);
}

const AUTHOR = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

const newFolder = async (prefix: string): Promise<string> => realpath(await mkdtemp(join(tmpdir(), prefix)));

async function writeTree(root: string, tree: Tree): Promise<void> {
  for (const [name, content] of Object.entries(tree)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content ?? '');
  }
}

async function openShop(): Promise<{ url: string; answer: unknown; close(): void }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(shop.answer));
  });
  const shop = { url: '', answer: undefined as unknown, close: () => void server.close() };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  shop.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tea`;
  return shop;
}
