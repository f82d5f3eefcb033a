import { describe, expect, it } from 'vitest';
import { diagnose, stackFiles } from '../../../../src/domain/heal/diagnosis.ts';
import type { Failure } from '../../../../src/domain/record.ts';
import type { Exchange } from '../../../../src/domain/tape.ts';

const failure = (parts: Partial<Failure> = {}): Failure => ({
  kind: 'crash',
  message: "TypeError: Cannot read properties of undefined (reading 'map')",
  signature: '0123456789ab',
  log_tail: 'TypeError: x\n    at run (file:///home/runner/work/house/house/execution/fetch_prices.ts:12:3)',
  script: 'execution/fetch_prices.ts',
  ...parts,
});
const answered = (status: number): Exchange => ({
  kind: 'fetch',
  request: { method: 'GET', url: 'https://api.example.org/prices', headers: {}, body: null },
  response: { status, headers: {}, body: '', encoding: 'utf8' },
});
const unreached = (error: string): Exchange => ({
  kind: 'fetch',
  request: { method: 'GET', url: 'https://api.example.org/prices', headers: {}, body: null },
  error,
});
const causeOf = (parts: Partial<Failure>, exchanges: Exchange[] = []) =>
  diagnose(failure(parts), { exchanges }, 'execution/fetch_prices.ts').cause;

describe('what is to blame', () => {
  it.each<[string, Partial<Failure>, Exchange[], string]>([
    ['the code', {}, [answered(200)], 'script'],
    ['the code, for an answer that it should have expected', {}, [answered(404)], 'script'],
    ['a call with a wrong input', { kind: 'input', message: 'no value for {topic}' }, [], 'input'],
    [
      'a service that can not be reached',
      { message: 'TypeError: fetch failed' },
      [unreached('fetch failed: ECONNREFUSED')],
      'transient',
    ],
    ['a name that is not found just now', { message: 'Error: getaddrinfo EAI_AGAIN api.example.org' }, [], 'transient'],
    ['a service with a failure of its own', {}, [answered(503)], 'transient'],
    ['too many requests', {}, [answered(429)], 'transient'],
    ['a refused key', {}, [answered(401)], 'environment'],
    ['a forbidden page', {}, [answered(200), answered(403)], 'environment'],
    ['an earlier refusal that was got over', {}, [answered(403), answered(200)], 'script'],
    ['a missing secret', { message: 'Error: missing API key' }, [], 'environment'],
    [
      'a grant that the directive lacks',
      { message: 'Error: git is not granted: the directive must say `spawn: [git]`' },
      [],
      'environment',
    ],
    ['a full disk', { message: 'Error: ENOSPC: no space left on device, write' }, [], 'environment'],
    ['another writer', { kind: 'conflict' }, [], 'transient'],
    ['an endless loop', { kind: 'timeout', message: 'still running after 300 s', log_tail: '' }, [], 'script'],
    [
      'a module beside the script',
      {
        log_tail:
          'TypeError: x\n    at parse (file:///w/execution/lib/price-list.ts:3:1)\n    at run (file:///w/execution/fetch_prices.ts:12:3)',
      },
      [],
      'protected',
    ],
    [
      'the agent itself',
      {
        log_tail:
          'x\n    at f (file:///w/src/domain/tape.ts:3:1)\n    at run (file:///w/execution/fetch_prices.ts:1:1)',
      },
      [],
      'protected',
    ],
    [
      'a library that the script called',
      {
        log_tail:
          'x\n    at parse (file:///w/node_modules/zod/index.js:3:1)\n    at run (file:///w/execution/fetch_prices.ts:1:1)',
      },
      [],
      'script',
    ],
    [
      'an answer of the agent to a call',
      { log_tail: 'x\n    at take (file:///w/src/child/agent-line.ts:3:1)' },
      [],
      'script',
    ],
  ])('%s', (_, parts, exchanges, cause) => {
    expect(causeOf(parts, exchanges)).toBe(cause);
  });

  it('is told in a sentence', () => {
    expect(diagnose(failure(), { exchanges: [answered(401)] }, 'execution/x.ts').reason).toBe(
      'api.example.org refuses access (401)',
    );
    const inLib = failure({ log_tail: '    at parse (execution/lib/a.ts:3:1)' });
    expect(diagnose(inLib, undefined, 'execution/x.ts').reason).toBe(
      'it failed in execution/lib/a.ts, which no repair may touch',
    );
  });
});

describe('the files on a stack', () => {
  it('are those of the checkout, wherever that lies', () => {
    const stack = [
      'Error: x',
      '    at a (file:///home/src/house/execution/x.ts:1:2)',
      '    at async b (/w/execution/lib/y.ts:1:2)',
      '    at node:internal/modules:5:1',
      '    at c (C:\\w\\src\\script-child.ts:1:2)',
      'at the end of execution/z.ts:1 there is no stack',
    ].join('\n');
    expect(stackFiles(stack)).toEqual(['execution/x.ts', 'execution/lib/y.ts', 'src/script-child.ts']);
  });
});
