import { describe, expect, it } from 'vitest';
import { ARCHIVE_CAP, LESSON_CAP, PAGE_CAP_BYTES } from '../../../../src/domain/memory/lesson.ts';
import { simulateYear } from '../../../support/simulated-year.ts';

/** `npm run bench -- year` prints the figures, of three years. */
describe('365 nights with a model that is wrong one time in five', () => {
  it('learn what is so, keep nothing that is not, and can be made again to the byte', async () => {
    const year = await simulateYear({ days: 365, perDay: 24, seed: 1 });
    expect(year.faults).toEqual([]);
    expect(year.nights).toBeGreaterThan(330);
    // The model was wrong often enough, and much of it was refused: else the rest would say nothing.
    expect(year.model.wrong).toBeGreaterThan(40);
    expect(year.model.refused).toBeGreaterThan(100);
    expect(year.most.lessons).toBeLessThanOrEqual(LESSON_CAP);
    expect(year.most.pageBytes).toBeLessThanOrEqual(PAGE_CAP_BYTES);
    expect(year.most.archiveLessons).toBeLessThanOrEqual(ARCHIVE_CAP);
    expect(year.truths.planted).toBeGreaterThan(15);
    expect(year.truths.learned).toBe(year.truths.planted);
    expect(year.truths.slowestNights).toBeLessThanOrEqual(3);
    expect(year.contradicted.truths).toBeGreaterThan(10);
    expect(year.contradicted.slowestNights).toBeLessThanOrEqual(3);
    expect(year.falsehoods.proposed).toBeGreaterThan(0);
    expect(year.falsehoods.activeUnproven).toBe(0);
    expect(year.persons.kept).toBe(year.persons.written);
    expect(year.isRebuiltToTheByte).toBe(true);
  });
});
