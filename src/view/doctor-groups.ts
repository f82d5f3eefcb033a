import type { Finding, FindingStatus } from '../domain/finding.ts';

const TITLES: Record<string, string> = {
  github: 'GitHub',
  schedule: 'Schedule',
  models: 'Models and money',
  directives: 'Directives and workflows',
  ledger: 'Ledger',
  machine: 'This machine',
};

/** Findings by topic, which is the first word of their id, in the order that people are shown. */
export function groupFindings(findings: readonly Finding[]): { title: string; findings: Finding[] }[] {
  const groups = Map.groupBy(findings, ({ id }) => id.split('.')[0] ?? '');
  const known = Object.keys(TITLES).filter((name) => groups.has(name));
  const names = [...known, ...[...groups.keys()].filter((name) => !known.includes(name))];
  return names.map((name) => ({ title: TITLES[name] ?? name, findings: groups.get(name) ?? [] }));
}

const WORDS: [FindingStatus, string][] = [
  ['fail', 'to mend'],
  ['warn', 'to think about'],
  ['unknown', 'unknown'],
  ['ok', 'fine'],
];

/** `1 to mend, 2 to think about, 14 fine` */
export function verdict(findings: readonly Finding[]): string {
  const counts = WORDS.map(([status, words]) => ({ words, count: countOf(findings, status) }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ words, count }) => `${count} ${words}`)
    .join(', ');
}

export const countOf = (findings: readonly Finding[], status: FindingStatus): number =>
  findings.filter((finding) => finding.status === status).length;
