import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Attempt, type Verdict } from '../../src/domain/heal/fix.ts';
import { pack, unpack } from '../../src/domain/heal/parcel.ts';
import type { Entry } from '../../src/domain/record.ts';
import { type Tree, temporaryFolder } from './git-fixture.ts';
import { type House, houseOnGitHub } from './house-on-github.ts';
import { priceTree, repairAnswer, startShop } from './price-house.ts';
import { startVendorServer, type VendorAnswer, type VendorServer } from './vendor-server.ts';

/** A house on the fake GitHub whose networked script has just failed, and what jobs of heal.yml do there. */
export interface BrokenHouse extends House {
  shop: Awaited<ReturnType<typeof startShop>>;
  models: VendorServer;
  /** The entry of the failure. */
  failed: Entry;
  signature: string;
  branch: string;
  /** `heal propose`, as its job does it. */
  propose(args?: readonly string[]): Promise<{ attempt: Attempt; file: string; sha256: string }>;
  /** A verdict as the gate would give it, in a file. */
  verdict(on: { attempt: Attempt; sha256: string }, parts?: Partial<Verdict>): Promise<string>;
  /** `heal publish`, as its job does it; throws with its words when it fails. */
  publish(
    files: { fix: readonly string[]; verdict?: readonly string[] },
    environment?: Record<string, string>,
  ): Promise<Published>;
}

interface Published {
  published: { outcome: string; reason: string; branch?: string; url?: string };
  entry: Entry | null;
  cost: number;
}

const KEYS = { GEMINI_API_KEY: 'key-0123456789abcdef' };

export async function brokenHouse(
  options: { answers?: readonly VendorAnswer[]; tree?: (url: string) => Tree } = {},
): Promise<BrokenHouse> {
  const shop = await startShop();
  const models = await startVendorServer({ gemini: options.answers ?? [repairAnswer()] });
  onTestFinished(() => models.close());
  const house = await houseOnGitHub((options.tree ?? priceTree)(shop.url), { isRunner: true });
  const { entry: failed } = await house.cycle();
  const folder = await temporaryFolder('steward-parcels-');
  const signature = failed.failure?.signature ?? '';
  let files = 0;
  const next = () => join(folder, `${++files}.txt`);
  return {
    ...house,
    shop,
    models,
    failed,
    signature,
    branch: `steward/heal/keep_price-${signature}`,
    async propose(args = []) {
      const file = next();
      const environment = { ...KEYS, GOOGLE_GEMINI_BASE_URL: models.url };
      const { exitCode, stderr } = await house.steward(['heal', 'propose', '--out', file, ...args], environment);
      if (exitCode !== 0) throw new Error(stderr);
      const read = unpack(await readFile(file, 'utf8'), Attempt, undefined);
      if ('problem' in read) throw new Error(read.problem);
      return { attempt: read.value, file, sha256: read.sha256 };
    },
    async verdict({ attempt, sha256 }, parts = {}) {
      const file = next();
      const verdict: Verdict = {
        v: 1,
        patient: attempt.patient,
        parcel: sha256,
        outcome: 'accepted',
        evidence: [{ check: 'mended', status: 'pass', detail: 'the recorded call ends well' }],
        tree: null,
        duration_s: 1,
        ...parts,
      };
      await writeFile(file, pack(verdict)?.text ?? '');
      return file;
    },
    async publish({ fix, verdict = [] }, environment = {}) {
      const token = house.github.token({ login: 'github-actions[bot]', permissions: PUBLISH });
      const args = [...fix.flatMap((file) => ['--fix', file]), ...verdict.flatMap((file) => ['--verdict', file])];
      const run = await house.steward(['heal', 'publish', '--json', ...args], { GITHUB_TOKEN: token, ...environment });
      if (run.exitCode !== 0) throw new Error(run.stderr);
      return JSON.parse(run.stdout);
    },
  };
}

/** As the job `publish` of heal.yml has them. */
const PUBLISH = { contents: 'write', issues: 'write', 'pull-requests': 'write', statuses: 'write' } as const;

/** A PATH on which there is git and node, and nothing to make a sandbox with. */
export async function pathWithoutSandbox(): Promise<string> {
  const folder = await temporaryFolder('steward-bin-');
  await mkdir(folder, { recursive: true });
  const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  await symlink(git, join(folder, 'git'));
  return [folder, dirname(process.execPath)].join(':');
}
