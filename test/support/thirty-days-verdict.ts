import type { GitHubState, IssueState } from './github/state.ts';

/** One episode that people should hear of once: an incident, a crossing, a set of broken links, a week. */
export interface Fact {
  name: string;
  /** Fits `marker title` of its issue. */
  about: RegExp;
  /** The first day on which a run can see it. */
  from: number;
  /** The first day on which a run can see that it is over; without, it lasts. */
  to?: number;
  /** Stands in the title or text of the issue once it is told; default: the issue is open. */
  says?: RegExp;
}

interface ToldIssue {
  about: string;
  state: 'open' | 'closed';
  text: string;
}

/** What stands on GitHub at the end of a day. */
export interface DiaryDay {
  day: number;
  issues: ToldIssue[];
}

/** Something that people get a mail for: an issue opened or reopened, a comment. An edit is none. */
export interface Notice {
  day: number;
  about: string;
  kind: 'opened' | 'reopened' | 'commented';
}

/** Within so many days what is seen is told, and what is over is closed. */
const PATIENCE = 3;
const LAST_DAY = 30;

const UNMARKED = 'unmarked';
const isAgent = (login: string): boolean => login.endsWith('[bot]');
const markerOf = (issue: IssueState): string => /<!-- steward:(\S+) -->\s*$/.exec(issue.body ?? '')?.[1] ?? UNMARKED;
const aboutOf = (issue: IssueState): string => `${markerOf(issue)} ${issue.title}`;

/** The agent's issues, and those of people that it has commented on. */
export const told = ({ issues }: GitHubState): ToldIssue[] =>
  issues.flatMap((issue) => {
    const own = issue.comments.filter(({ login }) => isAgent(login)).map(({ body }) => body);
    if (!isAgent(issue.login) && own.length === 0) return [];
    return [{ about: aboutOf(issue), state: issue.state, text: [issue.title, issue.body ?? '', ...own].join('\n') }];
  });

export function notices({ issues }: GitHubState, start: string): Notice[] {
  const dayOf = (time: string) => Math.floor((Date.parse(time) - Date.parse(`${start}T00:00:00Z`)) / 86_400_000) + 1;
  return issues.flatMap((issue) => {
    const about = aboutOf(issue);
    const opened = isAgent(issue.login) ? [{ day: dayOf(issue.createdAt), about, kind: 'opened' as const }] : [];
    const reopened = issue.events
      .filter(({ event, actor }) => event === 'reopened' && isAgent(actor))
      .map(({ createdAt }) => ({ day: dayOf(createdAt), about, kind: 'reopened' as const }));
    const comments = issue.comments
      .filter(({ login }) => isAgent(login))
      .map(({ createdAt }) => ({ day: dayOf(createdAt), about, kind: 'commented' as const }));
    return [...opened, ...reopened, ...comments];
  });
}

/** What is wrong with a month, in words: said twice, said of nothing, said too late, not closed, two issues for one thing. */
export function complaints(
  facts: readonly Fact[],
  { diary, notices }: { diary: readonly DiaryDay[]; notices: readonly Notice[] },
): string[] {
  return [
    ...notices.flatMap((notice) => ofNothing(facts, notice)),
    ...facts.flatMap((fact) => [...saidTwice(fact, notices), ...untold(fact, diary), ...unclosed(fact, facts, diary)]),
    ...doubles(diary.at(-1)?.issues ?? []),
  ];
}

const isOf = (fact: Fact, { about, day }: Notice): boolean =>
  fact.about.test(about) && day >= fact.from && day < (fact.to ?? Number.POSITIVE_INFINITY);

function ofNothing(facts: readonly Fact[], notice: Notice): string[] {
  if (facts.some((fact) => isOf(fact, notice))) return [];
  return [`day ${notice.day}: “${notice.about}” is ${notice.kind}, and nothing new is to be told`];
}

function saidTwice(fact: Fact, notices: readonly Notice[]): string[] {
  const own = notices.filter((notice) => isOf(fact, notice));
  if (own.length <= 1) return [];
  return [
    `${fact.name} is told ${own.length} times: ${own.map(({ day, kind }) => `${kind} on day ${day}`).join(', ')}`,
  ];
}

function untold(fact: Fact, diary: readonly DiaryDay[]): string[] {
  const until = fact.from + PATIENCE;
  // What passes before anybody can be blamed for silence may stay untold.
  if (until > LAST_DAY || (fact.to !== undefined && fact.to <= until)) return [];
  const isTold = diary
    .filter(({ day }) => day >= fact.from && day <= until)
    .some(({ issues }) => issues.some((issue) => isTelling(fact, issue)));
  return isTold ? [] : [`${fact.name} is not told by day ${until}`];
}

const isTelling = ({ about, says }: Fact, issue: ToldIssue): boolean =>
  about.test(issue.about) && issue.state === 'open' && (says?.test(issue.text) ?? true);

function unclosed(fact: Fact, facts: readonly Fact[], diary: readonly DiaryDay[]): string[] {
  const { to } = fact;
  if (to === undefined || to + PATIENCE > LAST_DAY) return [];
  const next = facts.some(
    ({ about, from }) => about.source === fact.about.source && from >= to && from <= to + PATIENCE,
  );
  const open = diary[to + PATIENCE - 1]?.issues.filter(
    ({ about, state }) => fact.about.test(about) && state === 'open',
  );
  return next || !open?.length ? [] : [`${fact.name} is over on day ${to} and still open on day ${to + PATIENCE}`];
}

function doubles(issues: readonly ToldIssue[]): string[] {
  const markers = Map.groupBy(issues, ({ about }) => about.split(' ', 1)[0] ?? '');
  return [...markers].flatMap(([marker, all]) =>
    all.length > 1 && marker !== UNMARKED ? [`${all.length} issues with the marker ${marker}`] : [],
  );
}
