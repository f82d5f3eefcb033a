import { CONFIG_FILE } from '../domain/config.ts';
import { type Directive, parseDirective } from '../domain/directive.ts';
import type { LedgerState } from '../domain/ledger-state.ts';
import { computeOptions, type Held } from '../domain/option.ts';
import { formatProblem } from '../domain/problem.ts';
import { CYCLE_WORKFLOW, workflowProblems } from '../domain/workflow-grants.ts';
import type { Context, Ports, Setting } from './cycle-context.ts';
import { type ListedDirective, listed, unusable } from './directive-standing.ts';
import { loadDirectives } from './gather.ts';
import { mendedSince } from './heal/healed.ts';
import { readInbox } from './inbox.ts';
import { loadLedger } from './ledger-reader.ts';

export interface DirectiveList {
  at: string;
  paused: string | null;
  /** Whether there is a GitHub here; without one, proposals that wait for a review are not seen. */
  has_github: boolean;
  directives: ListedDirective[];
}

/** Every file of directives/ with what a cycle would say of it. Changes nothing; GitHub is asked where there is one. */
export async function listDirectives(ports: Ports, setting: Setting): Promise<DirectiveList> {
  const { documents, clock, repo } = ports;
  const vars = Object.keys(setting.config.vars);
  const [{ state }, loaded, names, workflow, facts] = await Promise.all([
    loadLedger(documents),
    loadDirectives(documents, vars),
    documents.list('directives'),
    documents.read(CYCLE_WORKFLOW),
    repo.facts(),
  ]);
  const context: Context = { ...ports, setting, facts };
  const held = await holds(context, state, loaded.directives);
  const files = names
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => `directives/${name}`);
  const directives = await Promise.all(
    files.map(async (file) => {
      const problems = loaded.problems.filter((problem) => problem.file === file);
      const directive = loaded.directives.find((each) => each.file === file);
      if (!directive) return unusable(file, problems, state);
      const lacks = lacking({ text: (await documents.read(file)) ?? '', directive, workflow, vars }, setting);
      return listed(directive, { hold: held.get(directive.name), problems, lacks, state, now: clock.now() });
    }),
  );
  return {
    at: clock.now().toISOString(),
    paused: setting.paused ?? null,
    has_github: ports.forge !== undefined,
    directives,
  };
}

/** What would hold each of them back if it were asked for now, due or not, switched on or not. */
async function holds(
  context: Context,
  state: LedgerState,
  directives: readonly Directive[],
): Promise<Map<string, Held>> {
  const { documents, clock, setting, forge } = context;
  const [{ waiting }, mended] = await Promise.all([
    readInbox(context, directives, state),
    mendedSince(documents, state),
  ]);
  const requests = directives.map(({ name }) => ({
    occurrence: `list:${name}`,
    directive: name,
    params: {},
    origin: 'task' as const,
  }));
  const { held } = computeOptions({
    now: clock.now(),
    directives,
    state,
    requests,
    secrets: new Set(Object.keys(setting.secrets)),
    isWithoutForge: forge === undefined,
    onlyRequests: true,
    waiting,
    mended,
  });
  return new Map(held.map((hold) => [hold.directive, hold]));
}

/** Also of one that is off: it is what its owner wants to know before switching it on. */
function lacking(
  of: { text: string; directive: Directive; workflow: string | undefined; vars: readonly string[] },
  { secrets }: Setting,
): string[] {
  const { text, directive, workflow, vars } = of;
  const unset = directive.secrets.filter((name) => !secrets[name]).map((name) => `the secret ${name}, not set here`);
  const grants = workflow === undefined ? [] : workflowProblems(workflow, [{ ...directive, enabled: true }]);
  const switchedOn = directive.enabled ? [] : parseDirective(withEnabled(text), directive.file, vars).problems;
  const wrong = switchedOn.filter(({ severity }) => severity === 'error');
  const open = new Set(wrong.flatMap(({ found }) => PLACEHOLDER.exec(found)?.[1] ?? []));
  const others = wrong.filter(({ found }) => !PLACEHOLDER.test(found));
  return [
    ...unset,
    ...[...open].map((name) => `\`${name}\` under \`vars:\` in ${CONFIG_FILE}`),
    ...grants.map(({ file, expected, hint }) => `${expected}, in ${file}${hint ? `. ${hint}` : ''}`),
    ...others.map(formatProblem),
  ];
}

/** Of a name that is neither an input nor a variable; what a step gives is another matter. */
const PLACEHOLDER = /^the placeholder `\{(\w+)\}`$/;

/** Some mistakes count only once a directive is to run. */
const withEnabled = (text: string): string => text.replace(/^enabled:[ \t]*false[ \t]*(#.*)?$/m, 'enabled: true');
