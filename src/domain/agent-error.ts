/** What may go wrong in the agent itself, each with what to do about it. A directive that fails is not an error: it is an outcome. */

interface ErrorText {
  message: string;
  remedy: string;
}

type Details = Record<string, string | number>;

const catalogue = {
  USAGE: ({ problem }) => ({
    message: `${problem}`,
    remedy: 'Run `npm run steward -- --help` to see the commands and their options.',
  }),
  NOT_A_REPOSITORY: ({ path }) => ({
    message: `${path} is not inside a Git repository.`,
    remedy:
      'Steward keeps its books as commits. Run it in a clone, or make one: `git init && git add -A && git commit -m "first"`.',
  }),
  EMPTY_REPOSITORY: ({ path }) => ({
    message: `The repository at ${path} has no commit yet.`,
    remedy: 'Commit once, then start again: `git add -A && git commit -m "first"`.',
  }),
  DETACHED_HEAD: ({ head }) => ({
    message: `HEAD is detached at ${head}: a ledger commit made here would belong to no branch and be lost.`,
    remedy: 'Switch to the branch that keeps the ledger: `git switch main`.',
  }),
  GIT_FAILED: ({ command, reason }) => ({
    message: `\`git ${command}\` failed: ${reason}`,
    remedy: 'Run the command by hand in the repository. The ledger holds only what was committed before.',
  }),
  GIT_MISSING: () => ({
    message: 'The `git` program was not found.',
    remedy: 'Install git (https://git-scm.com/downloads) and start again.',
  }),
  GIT_LOCKED: ({ path }) => ({
    message: `Another git process works in this repository, or one was killed: ${path} is there.`,
    remedy: `If no git process runs, delete the file: rm "${path}".`,
  }),
  AGENT_RUNNING: ({ pid, since }) => ({
    message: `Another cycle is running in this clone (process ${pid}, since ${since}).`,
    remedy: 'Wait for it to end. If that process is not Steward, delete .git/steward/run.json.',
  }),
  DIRTY_WORKTREE: ({ paths }) => ({
    message: `There are uncommitted changes where this directive writes: ${paths}.`,
    remedy: 'Commit or stash them, then start again. Changes anywhere else do not matter.',
  }),
  UPDATE_BLOCKED: ({ paths }) => ({
    message: `Upstream changed files that have uncommitted changes here: ${paths}.`,
    remedy: 'Commit or stash them, `git pull --rebase`, then start again.',
  }),
  DIVERGED: ({ branch, upstream }) => ({
    message: `${branch} has commits of yours that ${upstream} lacks, and the other way round.`,
    remedy: 'Bring them together first: `git pull --rebase`. Steward neither merges nor pushes what people made.',
  }),
  PUSH_REFUSED: ({ branch, reason }) => ({
    message: `The remote refuses pushes to ${branch}: ${reason}`,
    remedy:
      'On a runner the commit would vanish, so the cycle stops. Give the job `contents: write`, or let the agent past the branch protection.',
  }),
  PUSH_CONTENDED: ({ attempts }) => ({
    message: `Other writers won every one of ${attempts} attempts to push.`,
    remedy:
      'Nothing is lost: the commit is kept locally and goes out with the next cycle. Put all writers in one concurrency group.',
  }),
  CONFIG_INVALID: ({ problems }) => ({
    message: `.github/steward.yml can not be used:\n${problems}`,
    remedy: 'Correct the lines named above; `npm run steward -- check` shows what is left.',
  }),
  BUDGET_INVALID: ({ value }) => ({
    message: `STEWARD_BUDGET_USD_PER_DAY is \`${value}\`, which is no amount of US dollars.`,
    remedy:
      'Set it to a number such as 0.50 (0 for no spending at all), or leave it empty: then budget.day of .github/steward.yml holds.',
  }),
  DIRECTIVE_UNKNOWN: ({ name, known }) => ({
    message: `There is no usable directive \`${name}\`.`,
    remedy: `Known: ${known}. A file directives/${name}.md adds one; \`npm run steward -- check\` shows the broken ones.`,
  }),
  DIRECTIVE_BROKEN: ({ name, problems }) => ({
    message: `The directive ${name} can not be used:\n${problems}`,
    remedy: 'Correct the lines named above; `npm run steward -- check` shows what is left.',
  }),
  PARAMS_INVALID: ({ directive, problems }) => ({
    message: `The inputs for ${directive} do not fit: ${problems}`,
    remedy: `Pass them as JSON: --params '{"name": "value"}'. directives/${directive}.md lists them under Inputs.`,
  }),
  EVENT_INVALID: ({ problem }) => ({
    message: `The event that started this run can not be used: ${problem}`,
    remedy:
      'Fill in `directive` with a name, `params` with a JSON object such as {"topic": "git"}, `dry_run` with true or false; all may be left out.',
  }),
  DISPATCH_REFUSED: ({ directive }) => ({
    message: `${directive} takes no repository_dispatch: its front matter does not list it.`,
    remedy: `Add \`on: [dispatch]\` to directives/${directive}.md, or start it by hand (Actions, cycle, Run workflow).`,
  }),
  DIRECTIVE_BLOCKED: ({ directive, id }) => ({
    message: `${directive} is blocked: run ${id} was interrupted, and nothing proves whether its effect happened.`,
    remedy: `Look, then decide: \`npm run steward -- resolve ${id} done\` or \`... resolve ${id} retry\`.`,
  }),
  SCRIPT_MISSING: ({ script, known }) => ({
    message: `There is no script ${script}.`,
    remedy: `Known: ${known}. .github/CONTRIBUTING.md shows how to add one.`,
  }),
  SCRIPT_INVALID: ({ script, reason }) => ({
    message: `${script} can not be loaded: ${reason}`,
    remedy: 'It must `export default defineScript({...})` from ../src/script.ts and be valid erasable TypeScript.',
  }),
  SANDBOX_MISSING: ({ found }) => ({
    message: `Nothing here can keep code that nobody has reviewed from harm: ${found}.`,
    remedy:
      'It takes Linux, and `sudo apt-get install bubblewrap`, root, or `sudo` without a password. Where bubblewrap is there but may not start (Ubuntu 24.04 and later), it takes one of the other two, as on the runners of GitHub.',
  }),
  LEDGER_FOREIGN: ({ recorded, actual }) => ({
    message: `This ledger belongs to ${recorded}, but this repository is ${actual}.`,
    remedy:
      'If you copied the repository, start books of your own: `npm run steward -- init` archives the old records and begins anew.',
  }),
  LEDGER_BROKEN: ({ file, line, found, expected }) => ({
    message: `${file}:${line}: the ledger chain is broken: found ${found}, expected ${expected}.`,
    remedy:
      'A committed line was edited, lost or reordered. `git log -p -- ledger` shows by whom; restore it with `git revert`.',
  }),
  ENTRY_UNKNOWN: ({ id }) => ({
    message: `No interrupted run with id ${id} waits for a decision.`,
    remedy: '`npm run steward -- ledger --result interrupted` lists those that were interrupted.',
  }),
  PAUSED: ({ reason }) => ({
    message: `The agent is paused: ${reason}.`,
    remedy: 'Take the pause away first: `paused:` in .github/steward.yml, or the repository variable STEWARD_PAUSED.',
  }),
  HEAL_NOTHING: ({ sought }) => ({
    message: `There is nothing to repair: ${sought} was not found among the failures in the ledger.`,
    remedy:
      '`npm run steward -- ledger --result failure` lists them; pass one with --entry ID, or a script with --script NAME.',
  }),
  REVERT_NOTHING: ({ repair, branch }) => ({
    message: `No repair ${repair} was merged into ${branch}.`,
    remedy:
      'Pass the number of a merged pull request from a branch steward/heal/..., or the signature in its title. Pull first: `git pull`.',
  }),
  REVERT_CONFLICT: ({ path, commit }) => ({
    message: `${path} was changed since ${commit} at the same places, so the repair can not be taken back by itself.`,
    remedy: `Do it by hand: \`git revert ${commit}\` shows the conflict.`,
  }),
  REVERT_TAKEN: ({ branch }) => ({
    message: `People have commits on the branch ${branch}.`,
    remedy: `Merge it or delete it (\`git branch -D ${branch}\`), then start again.`,
  }),
  PARCEL_INVALID: ({ what, problem }) => ({
    message: `The ${what} can not be used: ${problem}`,
    remedy:
      'Pass on, unchanged, what the step before wrote: `heal propose --out FILE`, then `heal verify --fix FILE --out FILE`.',
  }),
  LESSONS_INVALID: ({ problems }) => ({
    message: `The lessons can not be read, and a night would write over what a person meant:\n${problems}`,
    remedy:
      'Mend the lines, commit, and run `npm run steward -- consolidate` again. Until then nothing is consolidated.',
  }),
  PAGES_DIRTY: ({ paths }) => ({
    message: `There are uncommitted changes in pages that a night writes: ${paths}.`,
    remedy: 'Commit them, so that the night takes them in, or stash them; then start again.',
  }),
  NIGHT_BROKEN: ({ path, problem }) => ({
    message: `The memory can not be made again: ${path}: ${problem}.`,
    remedy: `Get the file back from git (\`git log --oneline -- ${path}\`, then \`git checkout <commit> -- ${path}\`).`,
  }),
  PRICE_UNKNOWN: ({ model }) => ({
    message: `There is no price for the model ${model}, so its cost could not be booked.`,
    remedy: 'Use a model of src/llm/prices.json, or add its price there with the source and the date.',
  }),
} satisfies Record<string, (details: Details) => ErrorText>;

export type AgentErrorCode = keyof typeof catalogue;

/**
 * The agent could not work. `message` says what was found, `remedy` what to do.
 * Exit status 2 for mistakes in the call (USAGE, PARAMS_INVALID, DIRECTIVE_UNKNOWN), else 1.
 */
export class AgentError extends Error {
  readonly code: AgentErrorCode;
  readonly remedy: string;

  constructor(code: AgentErrorCode, details: Details = {}, cause?: unknown) {
    const text = catalogue[code](details);
    super(text.message, { cause });
    this.name = 'AgentError';
    this.code = code;
    this.remedy = text.remedy;
  }

  get exitCode(): 1 | 2 {
    return usageCodes.has(this.code) ? 2 : 1;
  }
}

const usageCodes: ReadonlySet<AgentErrorCode> = new Set([
  'USAGE',
  'PARAMS_INVALID',
  'DIRECTIVE_UNKNOWN',
  'DIRECTIVE_BROKEN',
  'DISPATCH_REFUSED',
  'EVENT_INVALID',
  'SCRIPT_MISSING',
  'ENTRY_UNKNOWN',
]);
