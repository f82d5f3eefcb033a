import { describe, expect, it } from 'vitest';
import { dayPath, seal } from '../../../src/domain/chain.ts';
import { LINE_LIMIT_BYTES } from '../../../src/domain/record.ts';
import { entry, genesis, intent, sealAll } from '../../support/ledger-samples.ts';

describe('a line that would be too long', () => {
  const huge = '漢'.repeat(20_000);
  const step = (parts: object) => ({ script: 'execution/a.ts', status: 'success' as const, duration_s: 1, ...parts });

  it('gives up outputs and long texts, never ids, results, costs or hashes', () => {
    const key = 'c'.repeat(64);
    const { record } = seal(
      entry({
        reason: huge,
        degraded: huge,
        steps: [
          step({ output: { text: huge }, key, tape: key }),
          step({ output: { slug: 'kept' } }),
          step({ reason: huge }),
        ],
        criteria: [{ script: 'execution/b.ts', holds: null, reason: huge, duration_s: 1 }],
        failure: { kind: 'crash', message: huge, signature: 'abcdef', log_tail: huge },
        params: { topic: 'dust' },
        metrics: { cost: 0.12345678, duration_s: 9, tokens_in: 1, tokens_out: 2, calls: [] },
      }),
      undefined,
    );
    expect(record).toMatchObject({
      id: 'e1',
      params: { topic: 'dust' },
      metrics: { cost: 0.12345678, duration_s: 9 },
      failure: { kind: 'crash', signature: 'abcdef' },
      steps: [{ key, tape: key, reason: expect.stringMatching(/^output of \d+ characters left out$/) }, {}, {}],
    });
    expect(record.kind === 'entry' && record.steps[0]).not.toHaveProperty('output');
  });

  it('sums equal model calls up, and no cent of them is lost', () => {
    const call = {
      task: 'blog_generation',
      model_asked: 'm',
      model: 'm',
      outcome: 'ok',
      tokens_in: 3,
      tokens_cached: 1,
      tokens_out: 2,
      tokens_thinking: 0,
      cost: 0.00000007,
      duration_s: 0.1,
    };
    const calls = Array.from({ length: 300 }, (_, index) => ({
      ...call,
      step: 1 + (index % 2),
      outcome: index < 5 ? 'server' : 'ok',
    }));
    const metrics = { cost: 0.000021, duration_s: 9, tokens_in: 900, tokens_out: 600, calls };
    const { record, line } = seal(entry({ metrics }), undefined);
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(LINE_LIMIT_BYTES);
    const kept = record.kind === 'entry' ? record.metrics.calls : [];
    expect(kept.map(({ count, step, outcome }) => [count, step, outcome])).toEqual([
      [3, 1, 'server'],
      [2, 2, 'server'],
      [148, 2, 'ok'],
      [147, 1, 'ok'],
    ]);
    expect(Math.round(kept.reduce((sum, { cost }) => sum + cost, 0) * 1e8)).toBe(2100);
    expect(kept.reduce((sum, { tokens_in }) => sum + tokens_in, 0)).toBe(900);
  });

  it('keeps short outputs while there is room', () => {
    const { record } = seal(
      intent({ steps: [step({ output: { slug: 'kept' } }), step({ output: { text: huge } })] }),
      undefined,
    );
    expect(record).toMatchObject({
      steps: [{ output: { slug: 'kept' } }, { reason: expect.stringContaining('left out') }],
    });
  });

  it('gives up inputs last, since an interrupted run is done again with them', () => {
    const params = { topic: 'x'.repeat(3900) };
    expect(
      seal(intent({ params, steps: [step({ output: { text: huge } })], reason: huge }), undefined).record,
    ).toMatchObject({ params });
    expect(seal(intent({ params: { topic: huge } }), undefined).record).toMatchObject({ params: { left_out: true } });
  });

  it('is left as it is when it just fits', () => {
    const room = LINE_LIMIT_BYTES - Buffer.byteLength(seal(entry({ reason: '' }), undefined).line);
    expect(seal(entry({ reason: 'x'.repeat(room) }), undefined).record).toMatchObject({ reason: 'x'.repeat(room) });
    expect(Buffer.byteLength(seal(entry({ reason: 'x'.repeat(room) }), undefined).line)).toBe(LINE_LIMIT_BYTES);
    expect(Buffer.byteLength(seal(entry({ reason: 'x'.repeat(room + 1) }), undefined).line)).toBeLessThan(
      LINE_LIMIT_BYTES,
    );
  });
});

describe('the shape of a line', () => {
  it('begins with v, kind, seq, id, timestamp and ends with prev', () => {
    for (const { line } of sealAll([genesis, intent(), entry()])) {
      const keys = Object.keys(JSON.parse(line));
      expect(keys.slice(0, 5)).toEqual(['v', 'kind', 'seq', 'id', 'timestamp']);
      expect(keys.at(-1)).toBe('prev');
    }
  });

  it('lies in the file of its UTC day', () => {
    expect(dayPath('2026-03-04T23:59:59.999Z')).toBe('ledger/2026/03/04.jsonl');
    const late = seal(entry({ timestamp: '2026-03-04T23:59:59.999Z' }), undefined);
    expect(late.path).toBe('ledger/2026/03/04.jsonl');
    const back = seal(entry({ timestamp: '2026-03-01T00:00:00.000Z' }), late.head);
    expect(back.path).toBe('ledger/2026/03/04.jsonl');
    expect(back.head.timestamp).toBe('2026-03-04T23:59:59.999Z');
  });
});
