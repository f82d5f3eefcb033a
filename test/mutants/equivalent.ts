import type { Mutant } from './mutations.ts';

/** A change that no one can see, by the texts that a survivor shows. */
interface Equivalent {
  file: string;
  before: string;
  after: string;
  because: string;
}

/**
 * Mutants that survived, were looked at, and do what the script does: no test could tell, so they are not made. An entry
 * holds for these very texts, so that a script that changes loses it.
 */
export const EQUIVALENT: readonly Equivalent[] = [];

export const isEquivalent = ({ file, before, after }: Mutant): boolean =>
  EQUIVALENT.some((each) => each.file === file && each.before === before && each.after === after);
