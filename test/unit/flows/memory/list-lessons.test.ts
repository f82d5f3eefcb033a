import { describe, expect, it } from 'vitest';
import { parseConfig, type StewardConfig } from '../../../../src/domain/config.ts';
import { LESSONS_FILE } from '../../../../src/domain/memory/lesson.ts';
import { lessonsPage } from '../../../../src/domain/memory/page/lesson-page.ts';
import { auditOf, lessonsOf } from '../../../../src/flows/memory/list-lessons.ts';
import { entry } from '../../../support/ledger-samples.ts';
import { lesson } from '../../../support/lesson-samples.ts';
import { nightStage } from '../../../support/night-stage.ts';

const THERE = '20260101t010000-0000000a';
const NOWHERE = '20260101t020000-0000000b';
const SWEEP = '# Directive: sweep\n## Goal\nSweep.\n## Tools\n- execution/sweep.ts\n';

async function house(page: string) {
  const stage = nightStage({
    files: { 'directives/sweep.md': SWEEP, 'execution/sweep.ts': '', [LESSONS_FILE]: page },
  });
  await stage.record([entry({ id: THERE, timestamp: '2026-01-01T01:00:00.000Z' })]);
  return stage.ports;
}

const SETTING = { config: defaultConfig() };

function defaultConfig(): StewardConfig {
  const { config } = parseConfig('');
  if (!config) throw new Error('the default config can not be read');
  return config;
}

const LESSONS = [
  lesson({ id: 'L1', when: { directive: 'sweep' }, evidence: [THERE] }),
  lesson({ id: 'L2', when: { directive: 'gone' }, evidence: [THERE, NOWHERE] }),
  lesson({ id: 'L3', when: { tag: 'sweep' }, evidence: [THERE] }),
  lesson({ id: 'L4', when: { tag: 'other-script' }, evidence: [THERE] }),
  lesson({ id: 'L5', when: { signature: 'aaaaaaaaaaaa' }, evidence: [THERE] }),
];

describe('the lessons of a directive', () => {
  const listed = async (directive?: string) => {
    const ports = await house(lessonsPage(LESSONS));
    return (await lessonsOf(ports, SETTING, directive)).lessons.map(({ id }) => id);
  };

  it('are those that name it, and those that name none and may apply to it', async () => {
    expect(await listed()).toEqual(['L1', 'L2', 'L3', 'L4', 'L5']);
    expect(await listed('sweep')).toEqual(['L1', 'L3', 'L5']);
  });

  it('are told of one that is no more, while there are any', async () => {
    expect(await listed('gone')).toEqual(['L2', 'L5']);
    const ports = await house(lessonsPage(LESSONS.slice(0, 2)));
    await expect(lessonsOf(ports, SETTING, 'swep')).rejects.toMatchObject({
      code: 'DIRECTIVE_UNKNOWN',
      message: expect.stringContaining('swep'),
    });
  });
});

describe('the audit', () => {
  it('holds what lessons cite against the ledger, and says which lines can not be read', async () => {
    const ports = await house(`${lessonsPage(LESSONS)}\n### L9\n\nNothing.\n`);
    const { findings, problems } = await auditOf(ports);
    expect(findings.filter(({ kind }) => kind === 'uncited')).toEqual([
      expect.objectContaining({
        lesson: 'L2',
        reason: expect.stringContaining(`1 of the 2 entries it cites: ${NOWHERE}`),
      }),
    ]);
    expect(problems).toEqual([expect.stringContaining('no word on what it applies to')]);
  });
});
