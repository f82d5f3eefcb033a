import { type CommandLine, fillFlags, parseFlags } from '../domain/command-line.ts';
import type { Directive } from '../domain/directive.ts';
import { stepKey } from '../domain/occurrence.ts';
import type { Failure, StepRecord } from '../domain/record.ts';
import { failureSignature } from '../domain/signature.ts';
import type { ScriptCall } from '../ports.ts';
import type { Context } from './cycle-context.ts';
import { forgeFor } from './script-forge.ts';

/** One occurrence of a directive at work: what is run, with which inputs, from which step on. */
export interface Work {
  run: string;
  directive: Directive;
  occurrence: string;
  params: Readonly<Record<string, unknown>>;
  /** Steps an earlier process finished. */
  done: readonly StepRecord[];
  /**
   * Whether the step after them may have had its effect already. `prove`: look first, and act only when it is proven
   * absent. `released`: look first, but a person has said that it may run.
   */
  lookFirst: 'no' | 'prove' | 'released';
  /** Whoever asked is told of a failure after this attempt, instead of waiting for another. */
  isLastTry?: boolean;
}

/** A tool line with its placeholders filled. */
export function toCall(
  { clock, setting, forge }: Context,
  from: {
    work: Work;
    tool: CommandLine;
    step: number;
    steps: readonly StepRecord[];
    writes: readonly string[];
    /** The script's way to a model, which must not be told the secrets that the directive grants. */
    generate: (secrets: ScriptCall['secrets']) => ScriptCall['generate'];
    /** Success criteria only look. */
    isLooking?: true;
  },
): ScriptCall | { failure: Failure } {
  const { work, tool, step, steps, writes } = from;
  const { directive, params, occurrence } = work;
  const flags = givenFlags(tool, work);
  const { input, missing } = fillFlags(flags, (name) => inputValue(name, { params, steps, vars: setting.config.vars }));
  if (missing.length > 0) return { failure: failureOf(tool.script, 'input', `no value for {${missing.join('}, {')}}`) };
  const secrets = grantedSecrets(directive, setting.secrets);
  const key = stepKey(occurrence, step);
  const now = clock.now();
  return {
    script: tool.script,
    input,
    key,
    now,
    writes,
    secrets,
    spawn: directive.spawn,
    timeoutMs: directive.timeoutMs,
    generate: from.generate(secrets),
    forge: forgeFor(forge, {
      operations: directive.forge,
      isLooking: from.isLooking ?? false,
      telling: { tell: directive.tell, issuesPerWeek: setting.config.quiet.issues_per_week, key, at: now },
    }),
  };
}

/** A flag whose optional input has no value is left out. */
function givenFlags(tool: CommandLine, { directive, params }: Work): ReturnType<typeof parseFlags>['flags'] {
  const optional = new Set(
    directive.inputs
      .filter((input) => params[input.name] === undefined && !input.isRequired)
      .map(({ name }) => `{${name}}`),
  );
  return Object.fromEntries(
    Object.entries(parseFlags(tool.args).flags).filter(
      ([, value]) => typeof value !== 'string' || !optional.has(value),
    ),
  );
}

const grantedSecrets = (directive: Directive, known: ScriptCall['secrets']): ScriptCall['secrets'] =>
  Object.fromEntries(Object.entries(known).filter(([name]) => directive.secrets.includes(name)));

function inputValue(
  name: string,
  known: { params: Work['params']; steps: readonly StepRecord[]; vars: Readonly<Record<string, string>> },
): unknown {
  const [, step, field] = /^steps\.(\d+)\.(\w+)$/.exec(name) ?? [];
  if (step !== undefined && field !== undefined) return own(known.steps[Number(step) - 1]?.output ?? {}, field);
  return own(known.params, name) ?? own(known.vars, name);
}

/** Names come from Markdown: `constructor` is a name like any other. */
const own = (values: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(values, name) ? values[name] : undefined;

export function failureOf(script: string, kind: 'input' | 'output', message: string): Failure {
  return { kind, message, signature: failureSignature({ kind, script, message }), log_tail: '', script };
}

export const seconds = (ms: number): number => Math.round(ms) / 1000;
