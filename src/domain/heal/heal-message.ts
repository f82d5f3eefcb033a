import { withTrailers } from '../commit-message.ts';
import type { Attempt, Patient } from './fix.ts';

/** The commit of a repair, for whoever finds it later with `git log` or `git blame`. */
export function healMessage(
  patient: Patient,
  { explanation, reason, outcome, model }: Attempt,
  paths: readonly string[],
): string {
  const what = outcome === 'fix' ? `repair ${patient.script}` : `note a failure of ${patient.script}`;
  const body = [explanation || reason, '', ...paths.map((path) => `- ${path}`)].join('\n');
  return withTrailers(`heal: ${what} (${patient.signature})`, body, [
    ['Steward-Id', patient.entry],
    ['Steward-Directive', patient.directive],
    ['Steward-Signature', patient.signature],
    ['Steward-Model', model ?? 'none'],
  ]);
}
