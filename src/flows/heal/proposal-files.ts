import { withFailureMode } from '../../domain/heal/failure-mode.ts';
import type { Attempt } from '../../domain/heal/fix.ts';
import { tapeTestPath } from '../../domain/heal/fix.ts';
import { sha256 } from '../../domain/occurrence.ts';
import { tapePath } from '../../domain/tape.ts';
import type { ReadableDocuments } from '../../ports.ts';
import type { TextChange } from '../../repo-port.ts';
import type { Ward } from './ward.ts';

/**
 * The files of a repair: the script, one line in its directive, and the failing call as a regression test. Code chooses
 * every path; an attempt has none. `refused` says which protected thing it would have touched.
 */
export async function proposalFiles(
  base: ReadableDocuments,
  ward: Pick<Ward, 'patient' | 'directive' | 'tapeId'>,
  attempt: Attempt,
  vars: readonly string[],
): Promise<{ changes: TextChange[]; before: string } | { refused: string }> {
  const { patient, directive, tapeId } = ward;
  const before = (await base.read(patient.script)) ?? '';
  const { source, failure_mode, outcome } = attempt;
  const changes: TextChange[] = [];
  if (outcome === 'fix') {
    if (source === null || source === '') return { refused: 'the attempt holds no code' };
    if (attempt.before !== sha256(before))
      return { refused: `${patient.script} is another text than the one that was mended` };
    const tape = tapeId === undefined ? undefined : await base.read(tapePath(tapeId));
    if (tape === undefined) return { refused: 'the tape of the failing call is gone' };
    changes.push({ path: patient.script, content: source });
    changes.push({ path: tapeTestPath(patient), content: tape });
  }
  const text = (await base.read(directive.file)) ?? '';
  const noted = withFailureMode(text, { file: directive.file, vars }, failure_mode);
  if ('refused' in noted) return { refused: `${directive.file}: ${noted.refused}` };
  if (noted.changed) changes.push({ path: directive.file, content: noted.text });
  return { changes, before };
}
