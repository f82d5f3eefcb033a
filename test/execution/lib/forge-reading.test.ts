import { describe, expect, it } from 'vitest';
import { askForge, ifAnswered, isInterrupted, readValue } from '../../../execution/lib/forge-reading.ts';

function listener() {
  const lines: string[] = [];
  return { lines, context: { log: (line: string) => void lines.push(line) } };
}
const refusing = (message: unknown) => async () => {
  throw message;
};

describe('what GitHub says', () => {
  it('is a value, nothing just now, or nothing at all', async () => {
    const { lines, context } = listener();
    const answered = await askForge(context, async () => ({ value: [1] }));
    const busy = await askForge(context, async () => ({ unavailable: 'API rate limit exceeded' }));
    const refused = await askForge(context, refusing(new Error('forge: runs.list: Not Found')));
    expect([answered, busy, refused].map((reading) => readValue<unknown>(reading))).toEqual([
      [1],
      undefined,
      undefined,
    ]);
    expect(isInterrupted([answered, refused])).toBe(false);
    expect(isInterrupted([answered, busy])).toBe(true);
    expect(lines).toEqual([
      'without GitHub: API rate limit exceeded',
      'without this of GitHub: forge: runs.list: Not Found',
    ]);
    expect(await ifAnswered(context, refusing('a text'))).toBeUndefined();
  });

  it('is no excuse for a mistake of ours', async () => {
    const { context } = listener();
    for (const words of [
      'runs.list is not granted: the directive',
      'there is no operation x',
      'find() and criteria only look',
    ])
      await expect(askForge(context, refusing(new Error(`forge: ${words}`)))).rejects.toThrow(words);
  });
});
