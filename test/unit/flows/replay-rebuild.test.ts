import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgentError } from '../../../src/domain/agent-error.ts';
import type { Entry } from '../../../src/domain/record.ts';
import { promptHash } from '../../../src/flows/decide.ts';
import { rebuildPrompt, withHouse, withLessons } from '../../../src/flows/replay/rebuild.ts';
import { directive, directiveText } from '../../support/domain-samples.ts';
import { MemoryDocuments } from '../../support/fake-documents.ts';
import { entry } from '../../support/ledger-samples.ts';
import { lesson } from '../../support/lesson-samples.ts';
import { daily, type PastHouse, pastHouse } from '../../support/past-house.ts';

const TWO = { ...daily('sweep'), ...daily('mop') };
const SLOT = 'sweep@2026-03-04T00:00Z';

async function outcome(house: PastHouse, past: Entry): Promise<{ outcome: string; reason?: string }> {
  const { outcome: found, ...rest } = await rebuildPrompt(house.context, past);
  return { outcome: found, ...('reason' in rest ? { reason: rest.reason } : {}) };
}

/** An entry as the ledger would hold it if it said something else. */
const saying = (past: Entry, observed: Partial<Entry['observed']>): Entry => ({
  ...past,
  observed: { ...past.observed, ...observed },
});

describe('the prompt of a past decision', () => {
  it('is made again although the house looks otherwise today', async () => {
    const house = await pastHouse(TWO);
    const { entry: past, prompt } = await house.decide();
    house.documents.files.set('directives/sweep.md', directiveText({ front: 'every: 2h' }));
    house.documents.files.set('.github/steward.yml', 'cycle: { history: 0 }\n');
    const rebuilding = await rebuildPrompt(house.context, past);
    expect(rebuilding).toMatchObject({ outcome: 'matched', rebuilt: { prompt } });
    expect(house.brought).toEqual([past.head]);
  });

  it('is made again with what was asked for, and with which inputs', async () => {
    const inputs = '- topic: string (required)\n- tone: string (required)\n- words: int (default: 5)';
    const house = await pastHouse({
      ...TWO,
      ...daily('write', {
        front: 'on: [task]',
        inputs,
        tools: '- execution/write.ts --topic {topic} --tone {tone} --words {words}',
      }),
    });
    const task = (occurrence: string, params: Record<string, unknown>) => ({
      occurrence,
      directive: 'write',
      params,
      origin: 'task' as const,
    });
    const requests = [
      task('task:1', { topic: 'git' }),
      task('task:2', { topic: 'x', tone: 'dry' }),
      task('task:3', {}),
    ];
    const { entry: past, prompt } = await house.decide({ requests: [...requests, task('task:1', { tone: 'late' })] });
    expect(past.observed.asked?.map(({ given }) => given)).toEqual([['topic'], ['topic', 'tone'], []]);
    expect(prompt.user).toMatch(/task:1 .*Open inputs: tone \(string\)\./);
    expect(await outcome(house, past)).toEqual({ outcome: 'matched' });
    // Without the names of what was given nobody could know which inputs were open.
    const asked = past.observed.asked?.map((each) => ({ ...each, given: [] }));
    expect(await outcome(house, saying(past, { ...(asked ? { asked } : {}) }))).toMatchObject({ outcome: 'differs' });
  });

  it('is made again with records that the cycle had written before it decided', async () => {
    const house = await pastHouse(TWO);
    const recovered = entry({ id: 'r1', flow: 'recover', occurrence: 'sweep@2026-03-03T00:00Z', result: 'failure' });
    const { entry: past, prompt } = await house.decide({ before: [recovered] });
    expect(prompt.user).toMatch(/sweep -> failure/);
    expect(prompt.user).toMatch(/failed 1 times in a row/);
    await house.decide({ at: '2026-03-05T10:00:00.000Z' });
    expect(await outcome(house, past)).toEqual({ outcome: 'matched' });
    // The same moment in a ledger that was written anew.
    expect(await outcome(house, saying(past, { state: 'f'.repeat(64) }))).toEqual({
      outcome: 'not rebuilt',
      reason: 'the ledger that it saw (record 1) is not the one of today',
    });
  });

  it('is made again with the lessons of the time', async () => {
    const page = (claim: string) =>
      `# Lessons\n\n## Active\n\n### new\n\n${claim}\n\n- applies when: directive \`mop\`\n\n## Candidates\n`;
    const house = await pastHouse({ ...TWO, 'knowledge/lessons.md': page('Mop after sweeping.') });
    const { entry: past, prompt } = await house.decide();
    expect(prompt.user).toContain('Mop after sweeping.');
    expect(past.observed.lessons).toEqual(['L1']);
    house.documents.files.set('knowledge/lessons.md', page('Never mop.'));
    const rebuilding = await rebuildPrompt(house.context, past);
    expect(rebuilding.outcome).toBe('matched');
    if (!('rebuilt' in rebuilding)) throw new Error('it was not rebuilt');
    const other = withLessons(rebuilding.rebuilt, [
      lesson({ id: 'L7', claim: 'Use less soap.', when: { directive: 'mop' } }),
    ]);
    expect(other.prompt.user).toContain('Use less soap.');
    expect(other.prompt.user).not.toContain('Mop after sweeping.');
    expect(withLessons(rebuilding.rebuilt, [lesson()]).prompt.user).toBe(
      withLessons(rebuilding.rebuilt, []).prompt.user,
    );
  });

  it('is made again in any house, byte for byte', { timeout: 30_000 }, async () => {
    const names = ['sweep', 'mop', 'dust', 'polish'];
    const moment = fc.record({
      hour: fc.integer({ min: 0, max: 23 }),
      choice: fc.nat(3),
      failed: fc.boolean(),
      isRecovered: fc.boolean(),
      request: fc.option(fc.constantFrom(...names)),
    });
    const world = fc.record({
      names: fc.subarray(names, { minLength: 2 }),
      history: fc.integer({ min: 0, max: 20 }),
      moments: fc.array(moment, { minLength: 1, maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ names: own, history, moments }) => {
        const house = await pastHouse({
          ...Object.assign({}, ...own.map((name) => daily(name))),
          '.github/steward.yml': `cycle: { history: ${history} }\n`,
        });
        const made: Entry[] = [];
        for (const [index, { hour, choice, failed, isRecovered, request }] of moments.entries()) {
          const { entry: past } = await house.decide({
            at: `2026-03-${String(4 + index).padStart(2, '0')}T${String(hour).padStart(2, '0')}:30:00.000Z`,
            choice: choice % own.length,
            requests: request ? [{ occurrence: `task:${index}`, directive: request, params: {}, origin: 'task' }] : [],
            entry: failed ? { result: 'failure', verification: 'unverified', final: false } : {},
            ...(isRecovered ? { before: [entry({ id: `r${index}`, flow: 'recover', decision: own[0] ?? '' })] } : {}),
          });
          made.push(past);
        }
        for (const past of made) {
          // Options that a breaker takes away may leave none; then no model would have been asked.
          if (past.options.length === 0) continue;
          const rebuilding = await rebuildPrompt(house.context, past);
          expect([past.id, rebuilding.outcome]).toEqual([past.id, 'matched']);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('a prompt that is not the one that was sent', () => {
  it('is out of reach with its commit, and nothing but a commit id is ever asked for', async () => {
    const house = await pastHouse(TWO);
    const { entry: past } = await house.decide();
    expect(await outcome(house, { ...past, head: 'a'.repeat(40) })).toEqual({
      outcome: 'unreachable',
      reason: 'the commit aaaaaaaaaa can not be had',
    });
    house.brought.length = 0;
    for (const head of ['HEAD', '--upload-pack=touch', '0'.repeat(40), '', 'a'.repeat(41).slice(0, 39)])
      expect(await outcome(house, { ...past, head })).toEqual({
        outcome: 'unreachable',
        reason: 'its entry names no commit',
      });
    expect(house.brought).toEqual([]);
  });

  it('is out of reach where git can not give the files of the commit', async () => {
    const house = await pastHouse(TWO);
    const { entry: past } = await house.decide();
    const documents = new MemoryDocuments();
    documents.read = async () => {
      throw new AgentError('GIT_FAILED', { command: 'cat-file', reason: 'no network' });
    };
    house.commits.set(past.head, documents);
    expect(await outcome(house, past)).toMatchObject({
      outcome: 'unreachable',
      reason: expect.stringContaining('no network'),
    });
  });

  it.each<[string, (files: Map<string, string>) => void, string]>([
    [
      'a broken config',
      (files) => files.set('.github/steward.yml', 'budget: ['),
      'its config can not be read: .github/steward.yml:1',
    ],
    [
      'a directive that is gone',
      (files) => files.delete('directives/sweep.md'),
      `the option ${SLOT} is not found again`,
    ],
    ['a script that is gone', (files) => files.delete('execution/sweep.ts'), `the option ${SLOT} is not found again`],
    [
      'a broken ledger',
      (files) => files.set('ledger/2026/03/01.jsonl', '{"v":1}\n{"v":2}\n').delete('ledger/state.json'),
      'the ledger chain is broken',
    ],
  ])('is not made from %s', async (_, spoil, reason) => {
    const house = await pastHouse(TWO);
    const { entry: past } = await house.decide();
    spoil(house.commits.get(past.head)?.files ?? new Map());
    expect(await outcome(house, past)).toEqual({ outcome: 'not rebuilt', reason: expect.stringContaining(reason) });
  });

  it('may do without the ledger of its commit: the chain says that the one of today is the same', async () => {
    const house = await pastHouse(TWO);
    const { entry: past } = await house.decide();
    const files = house.commits.get(past.head)?.files;
    for (const path of ['ledger/2026/03/01.jsonl', 'ledger/state.json']) expect(files?.delete(path)).toBe(true);
    expect(await outcome(house, past)).toEqual({ outcome: 'matched' });
  });

  it('differs where something is known to be otherwise, and is never taken for the same', async () => {
    const house = await pastHouse(TWO);
    const { entry: past } = await house.decide();
    expect(await outcome(house, { ...past, prompt_sha256: 'e'.repeat(64) })).toEqual({
      outcome: 'differs',
      reason: "today's code writes it otherwise",
    });
  });

  it('is laid to uncommitted files where there were any, unless it is the same all the same', async () => {
    const house = await pastHouse(TWO);
    const { entry: same } = await house.decide({ changed: ['directives/mop.md'] });
    expect(await outcome(house, same)).toEqual({ outcome: 'matched' });
    const dirty = { outcome: 'dirty', reason: 'uncommitted when it was made: directives/mop.md' };
    expect(await outcome(house, { ...same, prompt_sha256: 'e'.repeat(64) })).toEqual(dirty);
    house.commits.get(same.head)?.files.delete('directives/mop.md');
    expect(await outcome(house, same)).toEqual(dirty);
  });

  it('is made again from entries of before those fields, unless something was asked for', async () => {
    const house = await pastHouse({ ...TWO, ...daily('write', { front: 'on: [task]' }) });
    const old = ({ observed: { asked: _, dirty: __, ...observed }, ...rest }: Entry): Entry => ({ ...rest, observed });
    const { entry: plain } = await house.decide();
    expect(await outcome(house, old(plain))).toEqual({ outcome: 'matched' });
    const requests = [{ occurrence: 'task:7', directive: 'write', params: {}, origin: 'task' as const }];
    const { entry: asked } = await house.decide({ requests, at: '2026-03-05T10:00:00.000Z' });
    expect(await outcome(house, old(asked))).toEqual({
      outcome: 'not rebuilt',
      reason: 'the option task:7 is not found again',
    });
  });
});

describe('the same decision in another house', () => {
  it('reads as the other directives would have it, and is none where an option is missing', async () => {
    const house = await pastHouse(TWO);
    const { entry: past } = await house.decide();
    const rebuilding = await rebuildPrompt(house.context, past);
    if (!('rebuilt' in rebuilding)) throw new Error('it was not rebuilt');
    const { config } = house.context.setting;
    const front = 'every: 1d\npriority: 90';
    const other = withHouse(rebuilding.rebuilt, {
      config,
      directives: [directive({ front }), directive({ name: 'mop', front })],
    });
    if ('problem' in other) throw new Error(other.problem);
    expect(other.prompt.user).toContain('priority 90');
    expect(promptHash(other.prompt)).not.toBe(past.prompt_sha256);
    expect(withHouse(rebuilding.rebuilt, { config, directives: [directive({ front })] })).toEqual({
      problem: 'the option mop@2026-03-04T00:00Z is not found again',
    });
  });
});
