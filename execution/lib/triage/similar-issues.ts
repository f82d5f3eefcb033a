import { ownWords, wordsOf } from './issue-words.ts';

export interface IssueText {
  number: number;
  title: string;
  body: string;
}

/** A title says in a few words what a body says in many. */
const TITLE_WEIGHT = 3;
const MOST_PER_WORD = 3;

type Vector = ReadonlyMap<string, number>;

/**
 * How alike issues are: weighted Jaccard over their words, each weighing the more the fewer issues have it. 0 is nothing in
 * common, 1 the same words. Compared with older ones only: the first of two is never the duplicate.
 */
export class SimilarIssues {
  readonly #vectors: ReadonlyMap<number, Vector>;

  constructor(issues: readonly IssueText[]) {
    const counts = new Map(issues.map((issue) => [issue.number, countsOf(issue)]));
    const spread = new Map<string, number>();
    for (const words of counts.values()) for (const word of words.keys()) spread.set(word, (spread.get(word) ?? 0) + 1);
    const rarity = (word: string) => Math.log(1 + counts.size / (spread.get(word) ?? 1));
    this.#vectors = new Map(
      [...counts].map(([number, words]) => [
        number,
        new Map([...words].map(([word, count]) => [word, count * rarity(word)])),
      ]),
    );
  }

  /** The older issue that is most like this one, where it is like enough. */
  duplicateOf(number: number): { number: number; likeness: number } | undefined {
    const own = this.#vectors.get(number);
    if (!own || own.size < LEAST_WORDS) return undefined;
    let best: { number: number; likeness: number } | undefined;
    for (const [other, vector] of this.#vectors) {
      if (other >= number || vector.size < LEAST_WORDS) continue;
      const likeness = likenessOf(own, vector);
      if (likeness > (best?.likeness ?? LEAST_LIKENESS)) best = { number: other, likeness };
    }
    return best;
  }
}

/** Two short titles are soon alike. */
const LEAST_WORDS = 4;
/** Measured on issues of different words for one thing, and of one area: see the test. */
const LEAST_LIKENESS = 0.45;

function likenessOf(a: Vector, b: Vector): number {
  let [shared, all] = [0, 0];
  for (const [word, weight] of a) {
    const other = b.get(word) ?? 0;
    shared += Math.min(weight, other);
    all += Math.max(weight, other);
  }
  for (const [word, weight] of b) if (!a.has(word)) all += weight;
  return all === 0 ? 0 : shared / all;
}

function countsOf({ title, body }: IssueText): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (word: string, weight: number) => counts.set(word, (counts.get(word) ?? 0) + weight);
  for (const word of new Set(wordsOf(ownWords(title)))) add(word, TITLE_WEIGHT);
  const seen = new Map<string, number>();
  for (const word of wordsOf(ownWords(body))) {
    const times = (seen.get(word) ?? 0) + 1;
    seen.set(word, times);
    if (times <= MOST_PER_WORD) add(word, 1 / times);
  }
  return counts;
}
