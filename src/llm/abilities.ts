/**
 * What models take beyond a plain request, by id. A parameter that a model refuses is an answer lost, so a model that is
 * not listed gets none. Sources, read 2026-11-24 (newest page found): ai.google.dev/gemini-api/docs/generate-content/thinking,
 * docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking, platform.claude.com/docs/en/build-with-claude/
 * thinking-troubleshooting and .../structured-outputs, and the migration guides of the 5.5 models.
 */
interface Abilities {
  model: RegExp;
  /** Whether a temperature other than the model's own is taken. */
  temperature: boolean;
  thinking: Thinking;
}

/** How thinking is turned on and off, in the vendor's terms. */
export type Thinking =
  /** Gemini 2.5: a number of tokens; -1 leaves it to the model. */
  | { kind: 'budget'; off: number; on: number }
  /** Gemini 3: a level; none of them is off. */
  | { kind: 'level'; off: string; on: string }
  /** Claude up to 4.5: a number of tokens, and no temperature beside it. */
  | { kind: 'enabled' }
  /** Claude since 4.6: the model decides. `off` is what a request without thought says. */
  | { kind: 'adaptive'; off: 'nothing' | 'disabled' | 'low effort' };

const ABILITIES: readonly Abilities[] = [
  { model: /^gemini-2\.5-flash/, temperature: true, thinking: { kind: 'budget', off: 0, on: -1 } },
  { model: /^gemini-2\.5-pro/, temperature: true, thinking: { kind: 'budget', off: 128, on: -1 } },
  { model: /^gemini-3\.[78]-flash/, temperature: false, thinking: { kind: 'level', off: 'low', on: 'medium' } },
  { model: /^gemini-3[\d.]*-pro/, temperature: false, thinking: { kind: 'level', off: 'low', on: 'high' } },
  { model: /^gemini-3[\d.]*-flash/, temperature: false, thinking: { kind: 'level', off: 'minimal', on: 'medium' } },
  { model: /^claude-(haiku|sonnet|opus)-4-5/, temperature: true, thinking: { kind: 'enabled' } },
  { model: /^claude-(sonnet|opus)-4-6/, temperature: true, thinking: { kind: 'adaptive', off: 'nothing' } },
  { model: /^claude-opus-4-[78]/, temperature: false, thinking: { kind: 'adaptive', off: 'nothing' } },
  { model: /^claude-(sonnet|opus)-5-5/, temperature: false, thinking: { kind: 'adaptive', off: 'low effort' } },
  { model: /^claude-(haiku-5-5|sonnet-5|opus-5)/, temperature: false, thinking: { kind: 'adaptive', off: 'disabled' } },
];

export const abilitiesOf = (model: string): Abilities | undefined => ABILITIES.find((each) => each.model.test(model));
