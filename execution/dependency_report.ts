import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { boundedMap } from './lib/bounded-map.ts';
import { dependencyIssue } from './lib/dependencies/dependency-issue.ts';
import { type Advisories, askAdvisories } from './lib/dependencies/npm-advisories.ts';
import { type InstalledPackage, readInstalled } from './lib/dependencies/npm-installed.ts';
import { vulnerablePackages } from './lib/dependencies/vulnerable-packages.ts';
import { type DependencyFacts, dependencyPage, type OutdatedPackage } from './lib/dependency-page.ts';
import { counted, dayOf } from './lib/markdown-text.ts';
import { type DeprecatedPackage, type DirectDependency, type NpmProject, readNpmProject } from './lib/npm-project.ts';
import { askRegistry, type RegistryAnswer, readRegistries } from './lib/npm-registry.ts';
import { writeReport } from './lib/report-file.ts';
import { tellIssue } from './lib/rolling-issue.ts';
import { changeBetween, parseVersion, rangeTakes } from './lib/semantic-version.ts';

/** A report with holes would come and go with the registry's moods: it is complete, or yesterday's stays. */
export default defineScript({
  summary:
    'Reports npm packages that are behind, deprecated or known to be vulnerable, from the lock file and the registry.',
  input: z.strictObject({
    registry: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Address of the registry, in place of .npmrc’s'),
    concurrency: z.int().min(1).max(16).default(6).describe('How many packages are asked for at the same time'),
    timeout_ms: z.int().min(100).max(60_000).default(15_000).describe('How long one answer may take'),
    path: z.string().default('knowledge/reports/dependencies.md').describe('The page to write'),
  }),
  output: z.object({
    path: z.string(),
    changed: z.boolean(),
    direct: z.int(),
    outdated: z.int(),
    major: z.int(),
    deprecated: z.int(),
    vulnerable: z.int().nullable().describe('null where the registry keeps no list of vulnerabilities'),
    not_compared: z.int(),
  }),
  async run(context, input) {
    const project = await readNpmProject(context.workspace);
    if (!project) return context.skip('there is no package.json in the repository');
    if ('problem' in project) return context.skip(project.problem);
    const answers = await askAll(context, project, input);
    if ('busy' in answers) return context.skip(answers.busy);
    const installed = await readInstalled(context.workspace);
    const registryOf = await readRegistries(context.workspace, input.registry);
    const advisories = await askAdvisories(context, installed, { registryOf, timeoutMs: input.timeout_ms });
    if (advisories.kind === 'busy') return context.skip(advisories.reason);
    const facts = { ...compare(project, answers.byName), ...vulnerability(project, installed, advisories) };
    const footer = `Unchanged since ${dayOf(context.clock.now())}.`;
    const changed = await writeReport(context, { path: input.path, body: dependencyPage(facts), footer });
    const issue = dependencyIssue(facts, input.path);
    // What was known last week is no less true because a login page stands where a list or a package was.
    const mayClose = [...answers.byName.values()].every(({ kind }) => kind !== 'garbled');
    if ((advisories.kind === 'found' || advisories.isForGood) && (mayClose || issue.state === 'open'))
      await tellIssue(context, issue);
    return {
      path: input.path,
      changed,
      direct: facts.direct,
      outdated: facts.outdated.length,
      major: facts.outdated.filter(({ change }) => change === 'major').length,
      deprecated: facts.deprecated.length,
      vulnerable: Array.isArray(facts.vulnerable) ? facts.vulnerable.length : null,
      not_compared: facts.unlisted.length,
    };
  },
});

type Answers = ReadonlyMap<string, Exclude<RegistryAnswer, { kind: 'busy' }>>;

/** Stops at the first package that gets no answer: the others would only wait for the same. */
async function askAll(
  context: ScriptContext,
  { direct }: NpmProject,
  input: { registry?: string | undefined; concurrency: number; timeout_ms: number },
): Promise<{ byName: Answers } | { busy: string }> {
  const registryOf = await readRegistries(context.workspace, input.registry);
  const names = [...new Set(direct.map(({ name }) => name))];
  const byName = new Map<string, Exclude<RegistryAnswer, { kind: 'busy' }>>();
  let busy: string | undefined;
  await boundedMap(names, input.concurrency, async (name) => {
    if (busy !== undefined) return;
    const registry = registryOf(name);
    const answer = await askRegistry(context, { name, registry }, input.timeout_ms);
    if (answer.kind !== 'busy') byName.set(name, answer);
    else busy ??= `the registry ${registry} can not be reached for ${name}: ${answer.reason}`;
  });
  if (busy !== undefined) return { busy };
  const kinds = new Set([...byName.values()].map(({ kind }) => kind));
  if (kinds.has('garbled') && !kinds.has('found'))
    return { busy: `no answer of the registry makes sense, for any of ${counted(names.length, 'package')}` };
  return { byName };
}

function compare({ direct, deprecated, hasLock }: NpmProject, answers: Answers): DependencyFacts {
  const names = [...new Set(direct.map(({ name }) => name))];
  return {
    direct: names.length,
    hasLock,
    outdated: direct.flatMap((dependency) => outdatedPackage(dependency, answers)),
    deprecated: withFreshNews(deprecated, direct, answers),
    unlisted: names.flatMap((name) => {
      const answer = answers.get(name);
      return answer && answer.kind !== 'found' ? [{ name, reason: answer.reason }] : [];
    }),
  };
}

/** Without a lock file nobody knows what is installed. */
function vulnerability(
  { hasLock }: NpmProject,
  installed: readonly InstalledPackage[],
  advisories: Exclude<Advisories, { kind: 'busy' }>,
): Pick<DependencyFacts, 'vulnerable'> {
  if (!hasLock) return {};
  if (advisories.kind === 'unlisted') return { vulnerable: { unlisted: advisories.reason } };
  return { vulnerable: vulnerablePackages(installed, advisories.byName) };
}

function outdatedPackage(dependency: DirectDependency, answers: Answers): OutdatedPackage[] {
  const answer = answers.get(dependency.name);
  if (answer?.kind !== 'found' || dependency.used === undefined) return [];
  const [used, newest] = [parseVersion(dependency.used), parseVersion(answer.newest)];
  const change = used && newest && changeBetween(used, newest);
  if (!change) return [];
  const isInRange = rangeTakes(dependency.range, newest);
  return [{ ...dependency, used: dependency.used, newest: answer.newest, change, isInRange }];
}

/** The lock file knows what was deprecated when it was written; for direct packages the registry knows today. */
function withFreshNews(
  locked: readonly DeprecatedPackage[],
  direct: readonly DirectDependency[],
  answers: Answers,
): DeprecatedPackage[] {
  const known = new Set(locked.map(({ name, version }) => `${name}@${version}`));
  const fresh = direct.flatMap(({ name, used = '' }) => {
    const answer = answers.get(name);
    const message = answer?.kind === 'found' ? answer.deprecated[used] : undefined;
    return message === undefined || known.has(`${name}@${used}`)
      ? []
      : [{ name, version: used, message, path: [name] }];
  });
  return [...locked, ...fresh].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
