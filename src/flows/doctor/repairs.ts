import { type ForgeOperation, type ForgeParams, STEWARD_LABELS } from '../../domain/forge.ts';
import type { Forge } from '../../ports.ts';
import type { Facts, ForgeFacts } from './facts.ts';
import { issuesEnabled, labelsFinding, mayOpenPulls, missingLabels } from './github.ts';
import { REVIVABLE } from './schedule.ts';

/** Something that was to be mended, and whether it was. */
export interface Repair {
  /** The finding it is for. */
  id: string;
  what: string;
  done: boolean;
  /** Why not; empty where it was done. */
  reason: string;
}

/** Mends what the facts say is amiss and the token may mend. What a person has chosen stays as it is. */
export async function repair(forge: Forge, facts: Facts): Promise<Repair[]> {
  if (!facts.forge || 'silent' in facts.forge) return [];
  const repairs: Repair[] = [];
  // One after the other: GitHub takes many writes at once for abuse.
  for (const { id, what, run } of wanted(facts, facts.forge)) {
    const reason = await run(forge);
    repairs.push({ id, what, done: reason === '', reason });
  }
  return repairs;
}

interface Wanted {
  id: string;
  what: string;
  /** Gives the reason why it was not done, else an empty text. */
  run(forge: Forge): Promise<string>;
}

function wanted(facts: Facts, known: ForgeFacts): Wanted[] {
  const names = missingLabels(known);
  const labels = STEWARD_LABELS.filter(({ name }) => names.includes(name)).map((label) => ({ ...label }));
  const wishes = [
    { finding: issuesEnabled, what: 'enable issues', run: send('settings.set', { has_issues: true }) },
    { finding: labelsFinding, what: `make the labels ${names.join(', ')}`, run: send('labels.ensure', { labels }) },
    {
      finding: mayOpenPulls,
      what: 'let Actions open pull requests',
      run: send('settings.set', { may_open_pulls: true }),
    },
  ];
  const amiss = wishes.flatMap(({ finding, ...wish }) => {
    const { id, status } = finding(facts, known);
    return status === 'ok' ? [] : [{ id, ...wish }];
  });
  return [...amiss, ...revivals(facts, known)];
}

function revivals({ workflows }: Facts, known: ForgeFacts): Wanted[] {
  const listed = 'value' in known.workflows ? known.workflows.value : [];
  const off = listed.filter(
    ({ file, state }) => REVIVABLE.includes(state) && workflows.some((workflow) => workflow.file === file),
  );
  return off.map(({ file }) => ({
    id: `schedule.${file}`,
    what: `enable ${file}`,
    run: send('workflows.enable', { workflow: file }),
  }));
}

const send =
  <O extends ForgeOperation>(operation: O, params: ForgeParams<O>) =>
  async (forge: Forge): Promise<string> => {
    const answer = await forge.call(operation, params);
    return 'failed' in answer ? answer.failed.message : '';
  };
