import { describe, expect, it } from 'vitest';
import { LINE_LIMIT_BYTES } from '../../../src/domain/record.ts';
import { groundsOf } from '../../../src/flows/entry.ts';
import { directive, option } from '../../support/domain-samples.ts';
import { forgeStage } from '../../support/forge-context.ts';

const writing = directive({ name: 'write', inputs: '- topic: string (required)\n- tone: string (required)' });
const task = (number: number, params: Record<string, unknown> = { topic: 'git' }) => ({
  occurrence: `task:${number}`,
  directive: 'write',
  params,
  origin: 'task' as const,
});

describe('what a decision rests on', () => {
  it('is what was asked for of the options, by the names of what was given, and what was not committed', async () => {
    const { context } = forgeStage({
      changed: ['directives/write.md', 'notes.md', 'knowledge/lessons.md', 'knowledge/x.md'],
    });
    const options = [option({ id: 'task:2', directive: writing }), option()];
    const requests = [
      task(1),
      task(2, { topic: undefined, tone: 'dry', other: 1 }),
      { ...task(2), directive: 'sweep' },
    ];
    expect(await groundsOf(context, { options, requests })).toEqual({
      asked: [{ occurrence: 'task:2', directive: 'write', given: ['tone'] }],
      dirty: ['directives/write.md', 'knowledge/lessons.md'],
    });
  });

  it('fits into a record, whatever was asked and however many files there are', async () => {
    const changed = Array.from({ length: 500 }, (_, index) => `directives/${'ü'.repeat(5000)}${index}.md`);
    const { context } = forgeStage({ changed });
    const numbers = Array.from({ length: 500 }, (_, index) => index);
    const options = numbers.map((number) => option({ id: `task:${number}`, directive: writing }));
    const { asked = [], dirty = [] } = await groundsOf(context, {
      options,
      requests: numbers.map((number) => task(number)),
    });
    expect(Buffer.byteLength(JSON.stringify({ asked, dirty }))).toBeLessThan(LINE_LIMIT_BYTES / 2);
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.at(0)?.occurrence).toBe('task:0');
    // One is enough to know that not all was committed.
    expect(dirty.length).toBeGreaterThan(0);
  });
});
