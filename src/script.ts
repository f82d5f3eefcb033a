import type { z } from 'zod';
import type { ForgeParams, ForgeResult, GrantableOperation } from './domain/forge.ts';

export type { Comment, Issue, Job, Pull, Release, Traffic, WorkflowRun } from './domain/forge-words.ts';

/**
 * The public API of execution/: one file, one action.
 *
 *     export default defineScript({
 *       summary: 'Counts the words of a file.',
 *       input: z.object({ file: z.string() }),
 *       output: z.object({ words: z.int() }),
 *       async run(context, input) { ... return { words }; },
 *     });
 *
 * The agent never imports a script: a child process without network, secrets or write access beyond the directive's
 * grants runs it, and checks input and output against the two schemas.
 */
export interface Script<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  /** One sentence for `--help` and for the prompt. */
  summary: string;
  input: Input;
  output: Output;
  run(context: ScriptContext, input: z.infer<Input>): Promise<z.infer<Output> | Skip>;
  /**
   * Looks for an effect that an earlier, interrupted call with the same `context.key` may have had. Scripts with
   * effects outside the repository should have it: without, an interrupted run waits for a person.
   */
  find?(context: ScriptContext, input: z.infer<Input>): Promise<Found<z.infer<Output>>>;
}

/** What `find` knows. An empty search is `absent` only where the other side can prove it; else say `unknown`. */
export type Found<Output> = { found: Output } | { absent: true } | { unknown: string };

/** There was nothing to do, or no way to do it now; not a failure. Made by `context.skip`. */
export interface Skip {
  skipped: string;
}

/** The tasks that .github/steward.yml has routes for; `ceo_analysis`, `self_repair` and `consolidation` are the agent's own. */
export type GenerateTask =
  | 'blog_generation'
  | 'social_posts'
  | 'engagement'
  | 'ceo_analysis'
  | 'self_repair'
  | 'consolidation';

export interface GenerateInput {
  /** Whose route is taken: which models, how long an answer. */
  task: GenerateTask;
  /** What is wanted, in your own words. */
  prompt: string;
  /**
   * Text from outside by name (a feed, a page, an issue): shown to the model as data, never as an instruction. Prompt,
   * material and schema have at most 200 KB together.
   */
  material?: Record<string, string>;
}

/** What `model` made, or why there is none: no key, no budget, no answer that fits. Then use a template. */
export type Generated<T> = { generated: T; model: string } | { unavailable: string };

/** What GitHub said; `unavailable` where the agent runs without it, or it does not answer. A refusal is thrown. */
export type ForgeReply<T> = { value: T } | { unavailable: string };

type GroupOf<O> = O extends `${infer Group}.${string}` ? Group : never;

/** One method per operation of src/domain/forge.ts, where params and results are described. */
export type ForgeCalls = {
  readonly [Group in GroupOf<GrantableOperation>]: {
    readonly [O in GrantableOperation as O extends `${Group}.${infer Name}` ? Name : never]: (
      params: ForgeParams<O>,
    ) => Promise<ForgeReply<ForgeResult<O>>>;
  };
};

export interface ScriptContext {
  /** Absolute path of the checkout. Readable but for `.git` and `.env*`; writable where the directive's `writes` say. */
  readonly workspace: string;
  /** Stable name of this very effect: the same when the call is repeated. Put it into what you create outside. */
  readonly key: string;
  /** The time of the call; it stands still, so that a replay sees the same. */
  readonly clock: { now(): Date };
  /** The secrets that the directive grants, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** A line for the log of the run; shown when the step fails. */
  log(message: string): void;
  /** The only network there is (also the global `fetch`): the agent makes the request and keeps it on the tape. */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  /** Runs a reading git command in the checkout and gives its output. The directive must say `spawn: [git]`. */
  git(args: readonly string[]): Promise<string>;
  /**
   * Asks a model for a text, or with a schema for an object of its type. The agent chooses the model, pays within the one
   * budget and books the cost on the step; the script sees no key. At most 20 texts in one run. Success criteria and
   * `find` get `unavailable`. Throws for a request that is wrong in itself, such as a schema with dates or transforms,
   * which JSON Schema can not say; refinements are checked when the answer is there.
   *
   *     const draft = await context.generate({
   *       task: 'social_posts',
   *       prompt: 'Announce the release in one sentence.',
   *       material: { changelog },
   *       schema: z.object({ title: z.string().max(80), tags: z.array(z.string()) }),
   *     });
   *     const title = 'generated' in draft ? draft.generated.title : `Release ${input.version} is out`;
   */
  generate(request: GenerateInput): Promise<Generated<string>>;
  generate<Schema extends z.ZodObject>(
    request: GenerateInput & { schema: Schema },
  ): Promise<Generated<z.infer<Schema>>>;
  /**
   * GitHub, as far as the directive's `forge: [...]` lists its operations; the script sees no token. At most 20 writing
   * calls in one run; success criteria and `find` only read.
   *
   *     const broken = await context.forge.issues.upsert({ marker: 'links:broken', title, body, labels: ['steward'] });
   *     if ('unavailable' in broken) return context.skip(broken.unavailable);
   */
  readonly forge: ForgeCalls;
  /** Ends the step without a result and without blame: `return context.skip('the registry can not be reached')`. */
  skip(reason: string): Skip;
}

export function defineScript<Input extends z.ZodObject, Output extends z.ZodObject>(
  script: Script<Input, Output>,
): Script<Input, Output> {
  return script;
}
