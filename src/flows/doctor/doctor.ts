import type { Finding } from '../../domain/finding.ts';
import type { Problem } from '../../domain/problem.ts';
import { redactJson } from '../../domain/redaction.ts';
import type { Ports, Setting } from '../cycle-context.ts';
import { branchFinding } from './branch.ts';
import { missingSecrets, missingWorkflows, mistakes } from './directives.ts';
import { askForge, type Facts, type ForgeFacts, lookHere } from './facts.ts';
import {
  actionsEnabled,
  forkFinding,
  issuesEnabled,
  labelsFinding,
  mayOpenPulls,
  silence,
  tokenFinding,
} from './github.ts';
import { interrupted, ownLedger, pause, reviews, wakeFinding } from './ledger.ts';
import { clockFinding, nodeVersion } from './machine.ts';
import { minutes } from './minutes.ts';
import { budgetFinding, modelKeys } from './money.ts';
import { type Repair, repair } from './repairs.ts';
import { delivery, unreadableCrons, workflowStates } from './schedule.ts';

/** What only GitHub can tell, in the order it is shown. */
const CHECKS_THERE: readonly ((facts: Facts, forge: ForgeFacts) => Finding | Finding[])[] = [
  ...[actionsEnabled, tokenFinding, forkFinding, issuesEnabled, labelsFinding, mayOpenPulls, branchFinding],
  ...[workflowStates, delivery],
  ...[reviews, clockFinding],
];

/** What needs no forge. */
const CHECKS_HERE: readonly ((facts: Facts) => Finding | Finding[])[] = [
  ...[unreadableCrons, minutes],
  ...[modelKeys, budgetFinding],
  ...[mistakes, missingWorkflows, missingSecrets],
  ...[ownLedger, wakeFinding, interrupted, pause],
  nodeVersion,
];

export interface DoctorReport {
  /** `owner/name`, or what else names it. */
  repository: string;
  at: string;
  /** All of them, the good ones too. */
  findings: Finding[];
  /** What --fix set about; empty without it. */
  repairs: Repair[];
}

/**
 * Looks at everything that can keep the agent from working, on GitHub and here, and says of each how it stands, why that
 * matters and what mends it. Changes nothing unless told to `fix`; then it looks at GitHub again and tells what is left.
 */
export async function doctor(
  ports: Ports,
  setting: Setting,
  given: { node: string; configProblems: readonly Problem[]; fix: boolean },
): Promise<DoctorReport> {
  const before = await look(ports, setting, given);
  const repairs = given.fix && ports.forge ? await repair(ports.forge, before) : [];
  const isMended = repairs.some(({ done }) => done);
  const facts = isMended ? { ...before, ...(await lookAtForge(ports, before)) } : before;
  const report = { repository: facts.identity, at: facts.now.toISOString(), findings: findingsOf(facts), repairs };
  return redactJson(report, ports.redact);
}

async function look(ports: Ports, setting: Setting, given: Parameters<typeof lookHere>[2]): Promise<Facts> {
  const line = ports.log.step('look at this repository');
  const here = await lookHere(ports, setting, given);
  line.done(true);
  const [keys, there] = await Promise.all([ports.llm.checkKeys(), lookAtForge(ports, here)]);
  return { ...here, keys, ...there };
}

async function lookAtForge(
  { forge, clock, log }: Ports,
  { workflows }: Pick<Facts, 'workflows'>,
): Promise<Pick<Facts, 'forge'>> {
  if (!forge) return {};
  const line = log.step(`ask GitHub about ${forge.repository}`);
  const answers = await askForge(forge, clock, workflows);
  line.done(!('silent' in answers));
  return { forge: answers };
}

function findingsOf(facts: Facts): Finding[] {
  const { forge } = facts;
  const there = forge && !('silent' in forge) ? CHECKS_THERE.flatMap((check) => check(facts, forge)) : silence(facts);
  return [...there, ...CHECKS_HERE.flatMap((check) => check(facts))];
}
