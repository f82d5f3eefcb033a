import { describe, expect, it } from 'vitest';
import { FORGE_OPERATIONS, type ForgeFailure, GRANTABLE_OPERATIONS, isGrantable } from '../../../src/domain/forge.ts';
import { forgeFor, NO_FORGE } from '../../../src/flows/script-forge.ts';
import { MemoryForge } from '../../support/memory-forge.ts';

const granted = (forge: MemoryForge | undefined, operations: readonly string[], isLooking = false) =>
  forgeFor(forge, { operations, isLooking });
const UPSERT = { operation: 'issues.upsert', params: { marker: 'links:broken', title: 'Broken', body: 'Two.' } };
const LIST = { operation: 'issues.list', params: {} };

describe('what people are told', () => {
  const telling = (forge: MemoryForge, tell: 'news' | 'always' | 'never', key = 'a'.repeat(64)) =>
    forgeFor(forge, {
      operations: ['issues.upsert', 'issues.comment', 'issues.label', 'issues.list'],
      isLooking: false,
      telling: { tell, key, at: new Date('2026-03-04T14:30:00Z'), issuesPerWeek: 2 },
    });
  const comments = async (forge: MemoryForge) => {
    const listed = await forge.call('issues.comments', { number: 1 });
    return 'value' in listed ? listed.value.map(({ body }) => body.split('\n')[0]) : listed;
  };

  it('is the news, where the directive says nothing else', async () => {
    const forge = new MemoryForge();
    const ask = telling(forge, 'news');
    await ask(UPSERT);
    expect(await ask(UPSERT)).toMatchObject({ value: { number: 1, changed: false } });
    expect(await comments(forge)).toEqual([]);
  });

  it('is a word each time, once for a step, under an issue that is open and has no news', async () => {
    const forge = new MemoryForge();
    await telling(forge, 'always')(UPSERT);
    expect(await comments(forge)).toEqual([]);
    await telling(forge, 'always', 'b'.repeat(64))(UPSERT);
    await telling(forge, 'always', 'b'.repeat(64))(UPSERT);
    await telling(forge, 'always', 'c'.repeat(64))(UPSERT);
    const word = 'Looked at again on 2026-03-04 14:30 UTC: still so.';
    expect(await comments(forge)).toEqual([word, word]);
    const over = { ...UPSERT, params: { ...UPSERT.params, state: 'closed' } };
    await telling(forge, 'always', 'd'.repeat(64))(over);
    expect(await comments(forge)).toEqual([word, word]);
  });

  it('is no more than so many new issues in a week; those that are there go on', async () => {
    const forge = new MemoryForge({ now: () => new Date('2026-03-04T14:30:00Z') });
    const ask = telling(forge, 'news');
    const upsert = (marker: string, body = 'x') => ask({ ...UPSERT, params: { marker, title: marker, body } });
    await upsert('a');
    await upsert('b');
    expect(await upsert('c')).toEqual({
      unavailable: '2 issues were opened in seven days, and `quiet: { issues_per_week: 2 }` allows no more',
    });
    expect(await upsert('a', 'news')).toMatchObject({ value: { created: false, changed: true } });
    for (const issue of forge.issues) issue.created = '2026-02-01T00:00:00Z';
    expect(await upsert('c')).toMatchObject({ value: { created: true } });
    expect(await upsert('d')).toMatchObject({ value: { created: true } });
    // Opened long ago, and no new one now.
    expect(await upsert('a', 'more news')).toMatchObject({ value: { created: false, changed: true } });
    expect(await upsert('e')).toHaveProperty('unavailable');
  });

  it('is nothing, where the directive says so; labels and reading go on', async () => {
    const forge = new MemoryForge();
    forge.openIssue('ada', { title: 'Broken' });
    const ask = telling(forge, 'never');
    const untold = { unavailable: 'the directive says `tell: never`: no issue is written' };
    expect(await ask(UPSERT)).toEqual(untold);
    const comment = { number: 1, marker: 'a', body: 'b' };
    expect(await ask({ operation: 'issues.comment', params: comment })).toEqual(untold);
    expect(await ask({ operation: 'issues.label', params: { number: 1, add: ['bug'] } })).toHaveProperty('value');
    expect(await ask(LIST)).toMatchObject({ value: [{ title: 'Broken', labels: ['bug'] }] });
  });
});

describe('a script’s way to the forge', () => {
  it('is the operations that its directive lists', async () => {
    const forge = new MemoryForge();
    const ask = granted(forge, ['issues.upsert', 'issues.list']);
    expect(await ask(UPSERT)).toMatchObject({ value: { number: 1, created: true } });
    expect(await ask(LIST)).toMatchObject({ value: [{ title: 'Broken' }] });
  });

  it('is no other, and says what to write to have it', async () => {
    const forge = new MemoryForge();
    await expect(granted(forge, ['issues.list'])(UPSERT)).rejects.toThrow(
      'forge: issues.upsert is not granted: the directive must say `forge: [issues.upsert]`',
    );
    expect(forge.calls).toEqual([]);
  });

  it.each(Object.keys(FORGE_OPERATIONS).filter((name) => !isGrantable(name)))(
    'never is %s, whatever is listed',
    async (operation) => {
      const forge = new MemoryForge();
      const ask = granted(forge, [operation, ...GRANTABLE_OPERATIONS]);
      await expect(ask({ operation, params: {} })).rejects.toThrow(`forge: there is no operation ${operation}`);
      expect(forge.calls).toEqual([]);
    },
  );

  it('never is what no table has, and does not repeat at length what was asked', async () => {
    for (const operation of ['constructor', '__proto__', '', 'x'.repeat(200)]) {
      const asked = granted(new MemoryForge(), [operation])({ operation, params: {} });
      const words = await asked.catch((error: Error) => error.message);
      expect(words).toBe(`forge: there is no operation ${operation.slice(0, 60)}`);
    }
  });

  it.each(GRANTABLE_OPERATIONS.filter((name) => FORGE_OPERATIONS[name].isWrite))(
    'writes no %s while it only looks',
    async (operation) => {
      const forge = new MemoryForge();
      await expect(granted(forge, [operation], true)({ operation, params: {} })).rejects.toThrow(
        `forge: ${operation} writes; find() and criteria only look`,
      );
      expect(forge.calls).toEqual([]);
    },
  );

  it('reads while it only looks', async () => {
    expect(await granted(new MemoryForge(), ['issues.list'], true)(LIST)).toEqual({ value: [] });
  });

  it('writes twenty times, and goes on reading after that', async () => {
    const forge = new MemoryForge();
    const ask = granted(forge, ['issues.upsert', 'issues.list']);
    for (let count = 1; count <= 20; count++) await ask(UPSERT);
    await expect(ask(UPSERT)).rejects.toThrow('forge: at most 20 writing calls in one run of a script');
    expect(await ask(LIST)).toMatchObject({ value: [{ number: 1 }] });
    await expect(ask(UPSERT)).rejects.toThrow('at most 20');
    expect(forge.calls).toHaveLength(21);
  });

  it('counts reads as none, and each run of a script for itself', async () => {
    const forge = new MemoryForge();
    const ask = granted(forge, ['issues.upsert', 'issues.list']);
    for (let count = 1; count <= 30; count++) await ask(LIST);
    await ask(UPSERT);
    for (let count = 1; count <= 20; count++) await granted(forge, ['issues.upsert'])(UPSERT);
    expect(forge.issues).toHaveLength(1);
  });

  it('counts twenty writes also when they are asked for at once', async () => {
    const ask = granted(new MemoryForge(), ['issues.upsert']);
    const all = await Promise.allSettled(Array.from({ length: 25 }, () => ask(UPSERT)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
  });

  it('leads nowhere where there is no forge', async () => {
    expect(await granted(undefined, ['issues.list'])(LIST)).toEqual({ unavailable: NO_FORGE });
    await expect(granted(undefined, [])(LIST)).rejects.toThrow('not granted');
  });

  it.each(['limited', 'unreachable'] as const)('is unavailable when GitHub is %s', async (kind) => {
    const forge = new MemoryForge();
    forge.failures['issues.list'] = { kind, message: 'later' };
    expect(await granted(forge, ['issues.list'])(LIST)).toEqual({ unavailable: 'later' });
  });

  it.each<ForgeFailure['kind']>(['denied', 'missing', 'invalid', 'conflict'])(
    'throws GitHub’s words when it is %s',
    async (kind) => {
      const forge = new MemoryForge();
      forge.failures['issues.list'] = { kind, message: 'no, since' };
      await expect(granted(forge, ['issues.list'])(LIST)).rejects.toThrow('forge: issues.list: no, since');
    },
  );

  it('throws what is wrong with params before anything is sent', async () => {
    const ask = granted(new MemoryForge(), ['issues.get']);
    await expect(ask({ operation: 'issues.get', params: { number: 'seven' } })).rejects.toThrow('forge: issues.get: ');
    await expect(ask({ operation: 'issues.get', params: { number: 1, owner: 'x' } })).rejects.toThrow('owner');
  });
});
