import { proseFindings as addressedProse, addressFindings, silencerFindings } from './addressed-text.ts';
import { constantResultFindings } from './constant-result.ts';
import { dynamicCodeFindings } from './dynamic-code.ts';
import { environmentFindings } from './environment.ts';
import { pathFindings } from './foreign-paths.ts';
import { globalFindings } from './global-tampering.ts';
import { hiddenFindings, invisibleFindings } from './hidden-text.ts';
import { hostFindings } from './hosts.ts';
import { importFindings } from './imports.ts';
import { knownAnswerFindings } from './known-answers.ts';
import { diffFindings } from './line-diff.ts';
import { lookupTableFindings } from './lookup-table.ts';
import type { ParsedChange } from './novelty.ts';
import { readSource } from './parsed-source.ts';
import { recordedValues } from './recorded-values.ts';
import { schemaFindings } from './script-schema.ts';
import { serviceFindings } from './services.ts';
import { finding, type SourceFinding } from './source-finding.ts';
import { specialCaseFindings } from './special-case.ts';
import { swallowFindings } from './swallowed-errors.ts';
import { awarenessFindings } from './test-awareness.ts';
import { changedFindings, exportFindings, sizeFindings, wholeFileFindings } from './whole-file.ts';

export { SOURCE_CHECKS, type SourceCheck, type SourceFinding } from './source-finding.ts';

export interface SourceChange {
  /** `execution/<name>.ts` */
  script: string;
  before: string;
  after: string;
  /** Recorded calls of the script, failing and good: what a repair must not merely know by heart. */
  recorded: readonly { input: Record<string, unknown>; output?: Record<string, unknown> }[];
}

/**
 * Whether a repair may be run and shown at all, told from its text alone. Only what is new counts: what the script did
 * before, it may do. No reason to refuse is no proof; what a repair does is seen when it runs.
 * @returns reasons to refuse, none if it may be tried
 */
export function sourceFindings(change: SourceChange): SourceFinding[] {
  const tooLarge = sizeFindings(change.after);
  if (tooLarge.length > 0) return tooLarge;
  try {
    return unique(judge(change));
  } catch (error) {
    // No text is known that gets here; should one be found, it is not let through for that.
    const kind = error instanceof Error ? error.name : 'an error';
    return [finding('whole-file', `it can not be judged (${kind})`)];
  }
}

/** Text for people beside the code (explanation, failure mode): reasons to refuse it. */
export const proseFindings = (text: string): SourceFinding[] => [
  ...invisibleFindings('', text.slice(0, MOST_PROSE)),
  ...addressedProse(text.slice(0, MOST_PROSE)),
];
/** More is refused by its schema before. */
const MOST_PROSE = 20_000;

function judge({ before, after, recorded }: SourceChange): SourceFinding[] {
  const [old, now] = [readSource(before), readSource(after)];
  const oldWords = 'source' in old ? old.source : old.words;
  const ofText = [
    ...wholeFileFindings(after, now),
    ...diffFindings(before, after),
    ...hiddenFindings(oldWords, 'source' in now ? now.source : now.words),
  ];
  if (!('source' in now)) return ofText;
  return [...ofText, ...ofCode({ before: oldWords, after: now.source, recorded })];
}

function ofCode(change: ParsedChange): SourceFinding[] {
  const recorded = recordedValues(change.recorded);
  return [
    ...changedFindings(change),
    ...addressFindings(change),
    ...silencerFindings(change),
    ...importFindings(change),
    ...exportFindings(change),
    ...schemaFindings(change),
    ...hostFindings(change),
    ...serviceFindings(change),
    ...environmentFindings(change),
    ...dynamicCodeFindings(change),
    ...globalFindings(change),
    ...pathFindings(change),
    ...swallowFindings(change),
    ...constantResultFindings(change),
    ...specialCaseFindings(change, recorded),
    ...knownAnswerFindings(change, recorded),
    ...lookupTableFindings(change, recorded),
    ...awarenessFindings(change),
  ];
}

/** One finding per check and line, and not hundreds of one kind: a reviewer and a model want the reason, not the list. */
function unique(findings: readonly SourceFinding[]): SourceFinding[] {
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  return findings.filter((each) => {
    const key = `${each.check} ${each.detail} ${each.line}`;
    const count = counts.get(each.check) ?? 0;
    if (seen.has(key) || count >= MOST_PER_CHECK) return false;
    seen.add(key);
    counts.set(each.check, count + 1);
    return true;
  });
}
const MOST_PER_CHECK = 5;
