import type { Lesson } from '../../domain/memory/lesson.ts';
import { computeOptions, type Option } from '../../domain/option.ts';
import type { Entry } from '../../domain/record.ts';
import type { Prompt } from '../../ports.ts';
import { promptFor, promptHash } from '../decide.ts';
import type { Situation } from '../gather.ts';
import type { MemoryContext } from '../memory/memory-context.ts';
import { type House, type Houses, type Lost, type Moment, momentOf } from './moment.ts';

/** A decision of the past that can be asked once more. */
export interface Rebuilt {
  moment: Moment;
  situation: Situation;
  /** As today's code writes it from what was known then. */
  prompt: Prompt;
}

export type Rebuilding =
  | { outcome: 'matched'; rebuilt: Rebuilt }
  | { outcome: 'differs'; rebuilt: Rebuilt; reason: string }
  | { outcome: 'dirty'; reason: string }
  | Lost;

/** Makes the prompt of a past decision again and holds it against the hash of the one that was sent. */
export async function rebuildPrompt(
  context: MemoryContext,
  entry: Entry,
  houses: Houses = new Map(),
): Promise<Rebuilding> {
  const moment = await momentOf(context, entry, houses);
  if ('outcome' in moment) return moment.outcome === 'unreachable' ? moment : orDirty(entry, moment);
  const situation = situationAt(moment, moment.house);
  if ('problem' in situation) return orDirty(entry, { outcome: 'not rebuilt', reason: situation.problem });
  const rebuilt = written(moment, situation);
  if (promptHash(rebuilt.prompt) === entry.prompt_sha256) return { outcome: 'matched', rebuilt };
  return orDirty(entry, { outcome: 'differs', rebuilt, reason: "today's code writes it otherwise" });
}

/** Files that were not as the commit has them explain what can not be made again, and nothing made without them counts. */
function orDirty(entry: Entry, otherwise: Rebuilding): Rebuilding {
  const { dirty = [] } = entry.observed;
  if (dirty.length === 0) return otherwise;
  return { outcome: 'dirty', reason: `uncommitted when it was made: ${dirty.join(', ')}` };
}

/** What the agent could choose from at that moment, with the directives and config of `house`. */
function situationAt(moment: Moment, house: House): Situation | { problem: string } {
  const { entry, state, recent, lessons, mended } = moment;
  const { directives, config } = house;
  const now = new Date(entry.observed.at);
  // Which inputs were given matters to the prompt, what was given does not.
  const requests = (entry.observed.asked ?? []).map(({ occurrence, directive, given }) => ({
    occurrence,
    directive,
    params: Object.fromEntries(given.map((name) => [name, 'given'])),
  }));
  // What was offered then was held back by no missing secret.
  const secrets = new Set(directives.flatMap((directive) => directive.secrets));
  const offered = computeOptions({ now, directives, state, requests, secrets, onlyRequests: false, mended });
  const byId = new Map(offered.options.map((option) => [option.id, option]));
  const options: Option[] = entry.options.flatMap((id) => byId.get(id) ?? []);
  const missing = entry.options.find((id) => !byId.has(id));
  if (missing !== undefined) return { problem: `the option ${missing} is not found again` };
  const { history } = config.cycle;
  return {
    now,
    loaded: { directives: [...directives], problems: [] },
    options,
    held: [],
    approvals: [],
    recent: history === 0 ? [] : recent.slice(-history),
    lessons,
    requests,
  };
}

/** The same decision with other lessons to choose from. */
export const withLessons = ({ moment, situation }: Rebuilt, lessons: readonly Lesson[]): Rebuilt =>
  written(moment, { ...situation, lessons });

/** The same decision with other directives and another config; a problem where they leave no such choice. */
export function withHouse({ moment }: Rebuilt, house: House): Rebuilt | { problem: string } {
  const situation = situationAt(moment, house);
  return 'problem' in situation ? situation : written(moment, situation);
}

const written = (moment: Moment, situation: Situation): Rebuilt => ({
  moment,
  situation,
  prompt: promptFor(situation, moment.state),
});
