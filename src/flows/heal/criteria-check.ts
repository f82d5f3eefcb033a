import type { CommandLine } from '../../domain/command-line.ts';
import type { StepRecord } from '../../domain/record.ts';
import type { Scratch } from '../../repo-port.ts';
import type { CheckRun } from '../../sandbox-port.ts';
import { noModel } from '../generate.ts';
import { toCall } from '../script-call.ts';
import type { TreeCheck } from './gate.ts';
import type { HealContext } from './heal-context.ts';
import { type OpenRunner, replay } from './replay.ts';
import { NO_SERVICES, type RepairCase } from './reproduce.ts';
import type { Ward } from './ward.ts';

const NO_MODEL = noModel('success criteria are checked without a model');

/**
 * The directive's success criteria after the failing call was made again, where that can be said without network: they
 * need every step, so only a directive whose last step failed has any that can be replayed.
 */
export function criteriaCheck(context: HealContext, ward: Ward): TreeCheck[] {
  const { directive, step, repair } = ward;
  const commands = directive.criteria.flatMap((criterion) => (criterion.kind === 'command' ? [criterion.command] : []));
  if (!repair || commands.length === 0 || step !== directive.tools.length) return [];
  const run = async (tree: Scratch, open: OpenRunner): Promise<CheckRun> => {
    const made = await remake(tree, open, repair);
    const told: string[] = [];
    for (const tool of commands) {
      const holds = await askCriterion(context, ward, { tool, made, tree, open });
      if (holds === false) return { passed: false, detail: `${tool.script} says no`, log: '', durationMs: 0 };
      told.push(`${tool.script} ${holds ? 'holds' : 'can not be replayed'}`);
    }
    return { passed: true, detail: told.join(', '), log: '', durationMs: 0 };
  };
  return [{ name: 'criteria', run }];
}

/** The failing step, done again on the tree: its files are there for the criteria to look at. */
async function remake(tree: Scratch, open: OpenRunner, { failing, grants, script }: RepairCase): Promise<StepRecord> {
  const { run } = await replay(open, failing, tree, grants);
  const output = run.outcome.status === 'ok' ? run.outcome.output : {};
  return { script, status: 'success', duration_s: 0, output: output as NonNullable<StepRecord['output']> };
}

/** Undefined where it can not be told: it needs an input that is not there, or the network. */
async function askCriterion(
  context: HealContext,
  { directive, entry, step }: Ward,
  at: { tool: CommandLine; made: StepRecord; tree: Scratch; open: OpenRunner },
): Promise<boolean | undefined> {
  const { tool, made, tree, open } = at;
  const { id: run, occurrence, params } = entry;
  const work = { run, directive, occurrence, params, done: [], lookFirst: 'no' as const };
  const steps = [...entry.steps.slice(0, step - 1), made];
  const call = toCall(context, { work, tool, step: 0, steps, writes: [], generate: () => NO_MODEL, isLooking: true });
  if ('failure' in call) return undefined;
  const runner = open({ workspace: tree.path, services: NO_SERVICES });
  const { outcome } = await runner.run({ ...call, secrets: {}, forge: async () => ({ unavailable: 'a replay' }) });
  return outcome.status === 'ok' && typeof outcome.output.ok === 'boolean' ? outcome.output.ok : undefined;
}
