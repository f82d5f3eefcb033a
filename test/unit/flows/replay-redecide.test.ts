import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../../../src/domain/record.ts';
import type { Account } from '../../../src/flows/account.ts';
import { type Rebuilt, rebuildPrompt, withLessons } from '../../../src/flows/replay/rebuild.ts';
import { pastDecisions, redecide, sampleDecisions } from '../../../src/flows/replay/redecide.ts';
import { lesson } from '../../support/lesson-samples.ts';
import { daily, type MomentOptions, type PastHouse, pastHouse } from '../../support/past-house.ts';

const TWO = { ...daily('sweep'), ...daily('mop') };
const FAILED = { result: 'failure', verification: 'unverified', final: true } as const;

/** One decision a day. */
async function decideAll(house: PastHouse, moments: readonly MomentOptions[]): Promise<void> {
  for (const [index, moment] of moments.entries())
    await house.decide({ at: `2026-03-${String(4 + index).padStart(2, '0')}T14:30:00.000Z`, ...moment });
}

async function rebuiltOne(files: Readonly<Record<string, string>> = TWO): Promise<Rebuilt> {
  const house = await pastHouse(files);
  const { entry } = await house.decide();
  const rebuilding = await rebuildPrompt(house.context, entry);
  if (!('rebuilt' in rebuilding)) throw new Error(rebuilding.reason);
  return rebuilding.rebuilt;
}

/** An account whose model gives one answer, if the validator takes it. */
function accountOf(answer: object): Account & { prompts: string[] } {
  const calls: CallRecord[] = [];
  const prompts: string[] = [];
  return {
    calls,
    prompts,
    leases: [],
    availability: () => ({ model: 'flash' }),
    stalePrices: () => [],
    async ask({ prompt, check }) {
      prompts.push(prompt.user);
      const text = JSON.stringify(answer);
      const problems = check(text);
      calls.push({ ...CALL, outcome: problems.length > 0 ? 'schema' : 'ok' });
      if (problems.length > 0) return { unavailable: problems.join(' '), calls: [] };
      return { text, model: 'flash', passedOver: [], calls: [] };
    },
  };
}

const CALL: CallRecord = {
  task: 'ceo_analysis',
  model_asked: 'flash',
  model: 'flash',
  outcome: 'ok',
  tokens_in: 900,
  tokens_cached: 0,
  tokens_out: 60,
  tokens_thinking: 0,
  cost: 0.0002,
  duration_s: 1,
};

const choice = (option: string, lessons: readonly string[] = []) => ({
  option,
  inputs: [],
  reason: 'sk-1 is due',
  lessons,
});
const redact = (text: string) => text.replaceAll('sk-1', '***');

describe('a decision that is made once more', () => {
  it('is a choice among the options of the time, booked, with secrets taken out of what is said', async () => {
    const account = accountOf(choice('mop@2026-03-04T00:00Z'));
    const rebuilt = await rebuiltOne();
    expect(await redecide({ redact }, account, rebuilt)).toEqual({
      choice: 'mop@2026-03-04T00:00Z',
      reason: '*** is due',
      model: 'flash',
      used: { tokens: 960, cost: 0.0002 },
    });
    expect(account.prompts).toEqual([rebuilt.prompt.user]);
  });

  it('is none where the model chooses what was not offered, or names a lesson that was not shown', async () => {
    const rebuilt = await rebuiltOne();
    const ask = (answer: object, of: Rebuilt = rebuilt) => redecide({ redact }, accountOf(answer), of);
    expect(await ask(choice('rm@2026-03-04T00:00Z'))).toEqual({
      unavailable: expect.stringContaining('not in the list'),
    });
    const named = choice('mop@2026-03-04T00:00Z', ['L7']);
    expect(await ask(named)).toEqual({ unavailable: expect.stringContaining('was not shown') });
    const other = withLessons(rebuilt, [lesson({ id: 'L7', when: { directive: 'mop' } })]);
    expect(await ask(named, other)).toMatchObject({ choice: 'mop@2026-03-04T00:00Z' });
  });
});

describe('past decisions', () => {
  it('are those that a model made between options, the newest, oldest first', async () => {
    const house = await pastHouse(TWO);
    await decideAll(house, [
      {},
      { entry: { decided_by: 'policy' } },
      { entry: { prompt_sha256: null } },
      // It could not be carried out for want of an input.
      { entry: { occurrence: 'undecided:r1', decision: 'none' } },
      { entry: { flow: 'consolidate' } },
      {},
      {},
    ]);
    const ids = async (last: number, within?: number) =>
      (await pastDecisions(house.documents, { last, ...(within ? { within } : {}) })).map(({ id }) => id);
    expect(await ids(100)).toEqual(['decision-1', 'decision-6', 'decision-7']);
    expect(await ids(2)).toEqual(['decision-6', 'decision-7']);
    expect(await ids(100, 3)).toEqual(['decision-6', 'decision-7']);
  });
});

describe('a sample of past decisions', () => {
  it('holds known outcomes only, the newest of each kind, as many failures as there may be', async () => {
    const house = await pastHouse({ ...TWO, ...daily('dust') });
    await decideAll(house, [
      { entry: FAILED },
      {},
      { entry: { verification: 'refuted' }, choice: 1 },
      {},
      { entry: { result: 'skipped' } },
      { entry: { result: 'interrupted' } },
      {},
      {},
    ]);
    const sample = async (limit: number, last = 100) =>
      (await sampleDecisions(house.context, { last, limit })).map(({ rebuilt, isGood }) => [
        rebuilt.moment.entry.id,
        isGood,
      ]);
    expect(await sample(4)).toEqual([
      ['decision-1', false],
      ['decision-3', false],
      ['decision-7', true],
      ['decision-8', true],
    ]);
    expect((await sample(100)).map(([id]) => id)).toEqual([1, 2, 3, 4, 7, 8].map((number) => `decision-${number}`));
    expect(await sample(100, 2)).toHaveLength(2);
    expect(await sample(0)).toEqual([]);
  });

  it('leaves out what had no alternative and what can not be made again', async () => {
    const house = await pastHouse(TWO);
    await decideAll(house, [{}, {}, {}]);
    house.commits.delete('2'.padStart(40, '0'));
    const ids = (await sampleDecisions(house.context, { last: 9, limit: 9 })).map(
      ({ rebuilt }) => rebuilt.moment.entry.id,
    );
    expect(ids).toEqual(['decision-1', 'decision-3']);
    const lone = await pastHouse(daily('sweep'));
    await decideAll(lone, [{}, {}]);
    expect(await sampleDecisions(lone.context, { last: 9, limit: 9 })).toEqual([]);
  });
});
