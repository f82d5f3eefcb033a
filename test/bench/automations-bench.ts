import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { RunFigures } from '../support/figures.ts';
import type { Benchmark, BenchTable } from './table.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * What each automation takes in a whole cycle on the fake GitHub: the dearest of its runs in `npm run test:long`,
 * texts by a model priced as the default route is.
 */
export const automationsBench: Benchmark = {
  name: 'automations',
  async run({ progress }) {
    const folder = await mkdtemp(join(tmpdir(), 'steward-figures-'));
    const file = join(folder, 'figures.jsonl');
    try {
      progress('every automation in whole cycles');
      const args = ['vitest', 'run', '--config', '.github/vitest.config.ts', '--project', 'automations'];
      const quick = ['--exclude', '**/thirty-days*'];
      await execa('npx', [...args, ...quick], { cwd: root, env: { STEWARD_FIGURES: file }, reject: false });
      const lines = (await readFile(file, 'utf8')).trim().split('\n');
      const shipped = await readdir(join(root, 'directives'));
      const runs = lines.map((line) => JSON.parse(line) as RunFigures);
      return toTable(runs.filter(({ directive }) => shipped.includes(`${directive}.md`)));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function toTable(runs: readonly RunFigures[]): BenchTable {
  const worked = runs.filter(({ result }) => result === 'success');
  const byDirective = [...Map.groupBy(worked, ({ directive }) => directive)].sort(([a], [b]) => (a < b ? -1 : 1));
  const most = (of: readonly RunFigures[], pick: (run: RunFigures) => number) => Math.max(...of.map(pick));
  return {
    title: 'One run of each automation, the most of the runs seen',
    columns: [
      'directive',
      'runs',
      'files',
      'web requests',
      'calls of GitHub',
      'texts by a model',
      'cost ($/1000)',
      'seconds',
    ],
    rows: byDirective.map(([directive, of]) => [
      directive,
      of.length,
      most(of, ({ files }) => files),
      most(of, ({ requests }) => requests),
      most(of, ({ forgeCalls }) => forgeCalls),
      most(of, ({ texts }) => texts),
      most(of, ({ cost }) => cost * 1000),
      most(of, ({ seconds }) => seconds),
    ]),
    notes: [
      'Costs are of the few tokens that the fake vendor counts; directives/README.md says what real prompts come to.',
    ],
  };
}
