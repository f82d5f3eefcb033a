import { expect, test } from 'vitest';
import { LESSONS_FILE } from '../../../../src/domain/memory/lesson.ts';
import { MEMORY_FILE } from '../../../../src/domain/memory/memory.ts';
import { formatProblem } from '../../../../src/domain/problem.ts';
import { checkMemory } from '../../../../src/flows/memory/check-memory.ts';
import { directive } from '../../../support/domain-samples.ts';
import { entry } from '../../../support/ledger-samples.ts';
import { type NightStage, nightStage } from '../../../support/night-stage.ts';

/** A house with one lesson, which failed the same way at two occurrences. */
async function learned(): Promise<NightStage> {
  const stage = nightStage();
  const failed = (hour: string) =>
    entry({
      id: `20260302t${hour}0000-0000000a`,
      timestamp: `2026-03-02T${hour}:00:00.000Z`,
      occurrence: `sweep@2026-03-02T${hour}:00Z`,
      result: 'failure',
      failure: { kind: 'crash', message: 'the shop is slow', signature: 'aaaaaaaaaaaa', log_tail: '' },
    });
  await stage.record([failed('01'), failed('02')]);
  await stage.night('2026-03-03T03:41:00Z');
  return stage;
}

const told = async ({ ports }: NightStage) =>
  (await checkMemory(ports, [directive()])).map((problem) => `${problem.severity} ${formatProblem(problem)}`);
const pageOf = ({ documents }: NightStage): string => documents.files.get(LESSONS_FILE) ?? '';

test('a house that nobody touched has no problem, with or without the saved memory', async () => {
  const stage = await learned();
  expect(await told(stage)).toEqual([]);
  stage.documents.files.delete(MEMORY_FILE);
  expect(await told(stage)).toEqual([]);
  expect(await told(nightStage())).toEqual([]);
});

test('what people wrote is told with its line, an error where it can not be read and a warning where it is put back', async () => {
  const stage = await learned();
  const own = '### L900\n\nSweep before noon.\n\n- applies when: directive sweep\n';
  stage.documents.files.set(LESSONS_FILE, `${pageOf(stage)}\n${own}`.replace('helpful 0', 'helpful 7'));
  const lines = pageOf(stage).split('\n');
  const [known, added] = ['### L1', '### L900'].map((heading) => lines.indexOf(heading) + 1);
  expect(await told(stage)).toEqual([
    `warning ${LESSONS_FILE}:${known}: found an edit that the next night does not take over (L1: the agent keeps helpful; what is changed there is put back), expected changes of claim, condition and section alone`,
    expect.stringContaining(
      `warning ${LESSONS_FILE}:${added}: found an edit that the next night does not take over (L900`,
    ),
  ]);
  stage.documents.files.set(LESSONS_FILE, pageOf(stage).replace('helpful 7', 'helpful -7'));
  expect((await told(stage))[0]).toContain(`error ${LESSONS_FILE}:${(known ?? 0) + 6}: found \`helpful\` of \`-7\``);
});

test('a lesson that no option can ever meet is told of', async () => {
  const stage = await learned();
  stage.documents.files.set(
    LESSONS_FILE,
    pageOf(stage).replace(
      '## Candidates',
      '### L2\n\nCheck by day.\n\n- applies when: directive chek_links\n\n### L3\n\nBe quick.\n\n- applies when: tag fast\n\n## Candidates',
    ),
  );
  expect(await told(stage)).toEqual([
    expect.stringContaining('found a lesson on `chek_links`, which is no usable directive'),
    expect.stringContaining('found a lesson on the tag `fast`, which no option has, expected one of sweep, '),
  ]);
});

test('a memory that was edited and a night whose operations were are told apart', async () => {
  const stage = await learned();
  const { files } = stage.documents;
  files.set(MEMORY_FILE, (files.get(MEMORY_FILE) ?? '').replace('"helpful": 0', '"helpful": 9'));
  expect(await told(stage)).toEqual([expect.stringMatching(/^warning ledger\/memory\.json:1: .*Delete it/)]);
  const night = [...files.keys()].find((path) => path.startsWith('ledger/nights/')) ?? '';
  files.set(night, '{}');
  expect(await told(stage)).toEqual([
    expect.stringMatching(/^error ledger\/memory\.json:1: .*its text was changed.*the operations of every night/),
  ]);
});
